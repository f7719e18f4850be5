import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.person_weighted import person_weighted

PEOPLE, PHOTOS, RATE = 40, 80, 0.3
LOGIT = -1.0059
"""Log-odds at which effects of SD 0.8 (people) and 0.5 (photos) give a mean rate of 30 %."""


def study(rng, *, related):
    """People with very different numbers of trials, which go with how easily they are fooled or do not."""
    person, photo = rng.normal(0, 0.8, PEOPLE), rng.normal(0, 0.5, PHOTOS)
    drive = person / 0.8 if related else rng.normal(0, 1, PEOPLE)
    trials = np.clip(np.round(20 * np.exp(drive - 0.5)), 2, PHOTOS).astype(int)
    who = np.repeat(np.arange(PEOPLE), trials)
    what = np.concatenate([rng.permutation(PHOTOS)[:n] for n in trials])
    return (rng.random(len(who)) < expit(LOGIT + person[who] + photo[what])).astype(np.int8), who, what


def test_it_is_the_mean_of_the_peoples_rates():
    fooled = np.array([1, 0, 0, 0, 1, 1], dtype=np.int8)
    who, what = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 1, 2, 3, 0, 1])
    found = person_weighted(fooled, who, what)
    assert found["fool_rate"] == pytest.approx((0.25 + 1) / 2)
    assert found["difference"] == pytest.approx(0.5 - 0.625)


def test_people_who_stay_because_they_are_fooled_are_noticed_and_the_mean_over_people_is_recovered():
    rng = np.random.default_rng(5)
    held = held_over_trials = warned = 0
    for _ in range(80):
        rows = study(rng, related=True)
        found = person_weighted(*rows)
        held += found["interval"]["low"] <= RATE <= found["interval"]["high"]
        over_trials = default_interval(clustered_rate(*rows))
        held_over_trials += over_trials.low <= RATE <= over_trials.high
        warned += found["differs"]
    assert held >= 70
    assert held_over_trials < 40
    assert warned >= 70


def test_numbers_of_trials_that_go_with_nothing_are_seldom_warned_about():
    rng = np.random.default_rng(6)
    found = [person_weighted(*study(rng, related=False)) for _ in range(120)]
    assert sum(each["differs"] for each in found) <= 6
    held = sum(each["interval"]["low"] <= RATE <= each["interval"]["high"] for each in found)
    assert held >= 107


def test_equal_numbers_of_trials_give_the_rate_over_trials_and_no_test():
    rng = np.random.default_rng(7)
    who, what = np.divmod(np.arange(200), 20)
    fooled = (rng.random(200) < 0.3).astype(np.int8)
    found = person_weighted(fooled, who, what)
    usual = default_interval(clustered_rate(fooled, who, what))
    assert (found["p"], found["differs"]) == (None, None)
    assert [found["interval"]["low"], found["interval"]["high"]] == pytest.approx([usual.low, usual.high])


@pytest.mark.parametrize("answer", [0, 1])
def test_one_person_and_unanimous_answers_are_no_error(answer):
    alone = person_weighted(np.full(4, answer, np.int8), np.zeros(4, int), np.arange(4))
    assert alone["interval"]["low"] is None
    several = person_weighted(np.full(4, answer, np.int8), np.array([0, 0, 0, 1]), np.array([0, 1, 2, 0]))
    assert several["fool_rate"] == answer
    assert several["interval"]["high"] >= several["interval"]["low"]
