import numpy as np
import pytest

from evaluation.statistics.crossed import Crossed, people_means, t_interval
from evaluation.statistics.over_time import mean_difference


def answers(rng, people=25, photos=30):
    """Values that go with people and photos, unequal numbers of trials, and a mark on about half of them."""
    numbers = rng.integers(4, photos, people)
    who = np.repeat(np.arange(people), numbers)
    what = np.concatenate([rng.permutation(photos)[:n] for n in numbers])
    values = rng.normal(0, 0.5, people)[who] + rng.normal(0, 0.7, photos)[what] + rng.normal(0, 1, len(who))
    return values, who, what, rng.random(len(who)) < 0.5


@pytest.mark.parametrize("marked", [False, True])
def test_the_variance_of_a_mean_over_people_equals_the_definition_written_out(marked):
    values, who, what, mark = answers(np.random.default_rng(1))
    estimate, basis = people_means(values, who, what, against=mark if marked else None)
    moves, centred = np.zeros(len(values)), np.zeros(len(values))
    own = []
    people = [g for g in range(25) if not marked or 0 < mark[who == g].sum() < (who == g).sum()]
    for g in people:
        sides = [(~mark, 1), (mark, -1)] if marked else [(np.ones(len(values), bool), 1)]
        for side, sign in sides:
            rows = (who == g) & side
            moves[rows] = sign / rows.sum() / len(people)
        own.append(float(moves[who == g] @ values[who == g]) * len(people))
    for side in (moves > 0, moves < 0):
        centred[side] = values[side] - float(np.abs(moves[side]) @ values[side])
    score = moves * centred
    by_photo = np.bincount(what, score)
    by_person = np.var(own, ddof=1) / len(people)
    cells = float(score @ score) * np.count_nonzero(score) / (np.count_nonzero(score) - 1)
    assert estimate == pytest.approx(np.mean(own))
    # The photos' factor is a little above I / (I - 1), as they are judged unequally often.
    raw = float(by_photo @ by_photo) * 30 / 29
    least = max(by_person + raw - cells, by_person, raw)
    assert least * (1 - 1e-9) <= basis.variance <= least * 1.05
    assert basis.df <= len(people) - 1


def test_the_mean_over_people_is_that_of_their_own_means():
    values, who, what, _ = answers(np.random.default_rng(2))
    own = np.bincount(who, values) / np.bincount(who)
    estimate, basis = people_means(values, who, what)
    assert estimate == pytest.approx(mean_difference(own)["mean_difference"])
    assert basis.variance >= own.var(ddof=1) / len(own)


def test_photos_that_matter_widen_the_interval_and_it_holds_the_truth():
    rng = np.random.default_rng(3)
    held = held_by_people = 0
    for _ in range(150):
        values, who, what, _ = answers(rng)
        own = np.bincount(who, values) / np.bincount(who)
        low, high = t_interval(*people_means(values, who, what), "new × new", 0.05)["ci"]
        held += low <= 0 <= high
        low, high = mean_difference(own)["ci"]
        held_by_people += low <= 0 <= high
    assert held >= 136
    assert held_by_people < held


def test_a_single_person_or_photo_gives_an_estimate_and_a_reason():
    one = people_means(np.array([1.0, 3.0]), np.zeros(2, int), np.array([0, 1]))
    assert one == (2.0, None)
    assert "single" in t_interval(*one, "new participants × new photos", 0.05)["reason"]
    assert people_means(np.ones(2), np.zeros(2, int), np.arange(2), against=np.ones(2, bool)) is None


def test_answers_that_do_not_vary_have_no_interval_and_a_reason():
    who = np.array([0, 0, 1, 1])
    for noise in (np.zeros(4), np.ones(4)):
        nothing = Crossed(np.ones((4, 1)), np.zeros(4), noise, np.ones(4), who, None)
        assert "does not vary" in t_interval(0.3, nothing.basis(), nothing.estimand, 0.05)["reason"]
    found = people_means(np.ones(4), who, np.array([0, 1, 0, 1]))
    assert "does not vary" in t_interval(*found, "new participants × new photos", 0.05)["reason"]
