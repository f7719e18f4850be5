import numpy as np
import pytest
from scipy.special import ndtr

from evaluation.statistics.single_image import Judgements, single_image


def test_sensitivity_and_criterion_are_recovered():
    rng = np.random.default_rng(1)
    fake = np.arange(40_000) % 2 == 0
    called = rng.normal(np.where(fake, 1.0, 0.0)) > 0.8
    found = single_image(Judgements(rng.integers(0, 50, 40_000), fake, called))
    assert found["dprime_loglinear"] == pytest.approx(1.0, abs=4 * found["dprime_se_gourevitch"])
    assert found["criterion_loglinear"] == pytest.approx(0.3, abs=0.03)
    low, high = found["participant_t_ci"]
    assert low < found["hype_infinity_error_rate"] < high


def test_fakes_alone_have_an_error_rate_and_no_sensitivity():
    found = single_image(Judgements(np.zeros(4, dtype=int), np.ones(4, bool), np.array([1, 1, 0, 1], bool)))
    assert (found["fake_error_rate"], found["real_error_rate"]) == (0.25, None)
    assert found["dprime_loglinear"] is found["participant_t_ci"] is found["balanced_error_rate"] is None


def judged(rng, people=40, photos=30):
    """Everybody judges all photos, half of them fake; photos and people differ in how real they look."""
    who, what = np.divmod(np.arange(people * photos), photos)
    fake = what % 2 == 0
    leaning = rng.normal(0, 0.4, people)[who] + rng.normal(0, 0.6, photos)[what]
    called = rng.normal(np.where(fake, 1.2, 0.0), 1.0) + leaning > 0.6
    return Judgements(who, fake, called, what)


def test_intervals_by_people_and_photos_hold_the_planted_values_and_those_by_people_do_not():
    # d' and the criterion over all people and photos: each normal spread widens the scale.
    wide = np.sqrt(1 + 0.4**2 + 0.6**2)
    planted = {"dprime": 1.2 / wide, "criterion": 0.0, "error_rate": ndtr(-0.6 / wide)}
    rng = np.random.default_rng(2)
    held = dict.fromkeys(planted, 0)
    by_people = 0
    for _ in range(120):
        found = single_image(judged(rng))
        for name, value in planted.items():
            interval = found["intervals"][name]
            low, high = interval.get("ci") or (interval["low"], interval["high"])
            held[name] += low <= value <= high
            assert interval["estimand"] == "new participants × new photos"
        low, high = found["participant_t_ci"]
        by_people += low <= planted["error_rate"] <= high
    assert min(held.values()) >= 107
    assert by_people < 85


def test_without_photos_its_intervals_are_about_these_photos():
    rng = np.random.default_rng(3)
    known = judged(rng)
    found = single_image(Judgements(known.participant, known.is_fake, known.called_fake))
    assert {each["estimand"] for each in found["intervals"].values()} == {"these photos only"}
    assert found["estimand"]["wilson_error"] == "naive"


def test_the_interval_of_the_balanced_error_rate_stays_between_0_and_1():
    who = np.repeat([0, 1], 6)
    fake = np.tile([True, False], 6)
    called = fake ^ (np.arange(12) < 3)
    found = single_image(Judgements(who, fake, called, np.arange(12) % 4))
    low, high = found["intervals"]["balanced_error_rate"]["ci"]
    assert 0 <= low <= found["balanced_error_rate"] <= high <= 1
