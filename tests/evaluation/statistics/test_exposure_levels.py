from dataclasses import replace

import numpy as np
import pytest

from evaluation.statistics.exposure_levels import Exposed, by_exposure
from tests.evaluation import planted


def test_less_time_fools_more_and_the_trend_says_by_how_much():
    trials = planted.exposed(np.random.default_rng(1), people=100, sds=(0.2, 0.2))
    found = by_exposure(trials)
    wanted = planted.averaged_trend((-1.0, -0.4), -0.3, (0.2, 0.2), (500.0, 1000.0, 4000.0))
    assert found["trend"]["estimate"] == pytest.approx(wanted, abs=0.02)
    assert found["trend"]["p"] < 0.001
    assert found["levels_ms"] == [500.0, 1000.0, 4000.0]
    levels = found["conditions"][0]["levels"]
    assert levels[0]["mean"] > levels[1]["mean"] > levels[2]["mean"]
    difference = found["conditions"][0]["differences"][1]
    assert (difference["shorter_ms"], difference["longer_ms"]) == (500.0, 4000.0)
    assert difference["diff"] == pytest.approx(levels[0]["mean"] - levels[2]["mean"])


def test_a_rate_keeps_within_0_and_1_and_ratings_have_t_intervals():
    rng = np.random.default_rng(2)
    trials = planted.exposed(rng, log_odds=(-4.0,), people=20, trials=20)
    for level in by_exposure(trials)["conditions"][0]["levels"]:
        assert 0 <= level["ci"][0] <= level["mean"] <= level["ci"][1]
    scored = replace(trials, outcome=3 + rng.normal(size=len(trials.outcome)))
    assert by_exposure(scored)["conditions"][0]["levels"][0]["mean"] == pytest.approx(3, abs=0.4)


def test_two_levels_have_a_trend_that_is_their_difference():
    trials = planted.exposed(np.random.default_rng(3), log_odds=(0.0,), levels=(1000.0, 4000.0))
    found = by_exposure(trials)["conditions"][0]
    low, high = (level["mean"] for level in found["levels"])
    assert found["trend"]["estimate"] == pytest.approx((high - low) / 2)


def test_a_single_level_has_no_trend_and_a_time_below_0_is_refused():
    trials = planted.exposed(np.random.default_rng(4), levels=(1000.0,))
    found = by_exposure(trials)
    assert found["trend"] is None
    assert "single level" in found["reason"]
    with pytest.raises(ValueError, match="above 0"):
        replace(trials, exposure_ms=-trials.exposure_ms)
    with pytest.raises(ValueError, match="no trials"):
        Exposed(*[np.zeros(0)] * 4, ("a",))


def test_conditions_shown_at_one_level_each_have_no_common_trend():
    trials = planted.exposed(np.random.default_rng(5))
    apart = replace(trials, exposure_ms=np.where(trials.arm == 0, 500.0, 1000.0))
    assert "one level only" in by_exposure(apart)["trend"]["reason"]
