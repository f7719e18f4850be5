import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.over_time import (
    exposure_times,
    halves,
    mean_difference,
    order_effect,
    response_times,
)


def trained(slope, people=400, trials=40, seed=1):
    rng = np.random.default_rng(seed)
    who, trial = np.divmod(np.arange(people * trials), trials)
    arm = rng.integers(0, 2, len(who))
    logit = -0.5 + arm + rng.normal(0, 0.5, people)[who] + slope * (trial - trials / 2)
    return (rng.random(len(who)) < expit(logit)).astype(np.int8), arm, who, trial.astype(float)


def test_a_planted_slope_is_recovered():
    found = order_effect(*trained(-0.03))
    # People differ, so the slope of the mean is a little flatter than anybody's own.
    assert found["slope_logit_per_trial"] == pytest.approx(-0.029, abs=0.006)
    assert found["p_t"] < 1e-6


def test_without_an_effect_one_test_in_twenty_rejects():
    p = [order_effect(*trained(0, people=30, trials=15, seed=s))["p_t"] for s in range(300)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.04)


def test_a_condition_that_fools_nobody_does_not_stop_the_rest():
    fooled, arm, who, trial = trained(-0.03)
    fooled = np.where(arm == 1, 0, fooled).astype(np.int8)
    alone = arm == 0
    found = order_effect(fooled, arm, who, trial)
    only = order_effect(fooled[alone], arm[alone], who[alone], trial[alone])
    assert found["slope_logit_per_trial"] == pytest.approx(only["slope_logit_per_trial"])


@pytest.mark.parametrize("divisor", [7.0, -7.0, 1e-9])
def test_the_slope_is_the_same_by_whole_numbers_and_by_others(divisor):
    # Trials with one whole number are fitted as a group, others one by one.
    fooled, arm, who, trial = trained(-0.03, people=50)
    gaps = trial + 3 * (trial > 20) + 5
    photo = np.arange(len(who)) % 60
    whole = order_effect(fooled, arm, who, gaps, photo)
    other = order_effect(fooled, arm, who, gaps / divisor, photo)
    for name in ("slope_logit_per_trial", "se_participant"):
        assert abs(other[name]) == pytest.approx(abs(whole[name] * divisor))
    assert other["p_t"] == pytest.approx(whole["p_t"])
    assert other["two_way"]["p"] == pytest.approx(whole["two_way"]["p"])


@pytest.mark.parametrize("fooled", [[0, 0, 0, 0], [0, 0, 1, 1]])
def test_no_slope_has_a_reason(fooled):
    numbers = np.array([1.0, 2.0, 3.0, 4.0])
    found = order_effect(np.array(fooled, dtype=np.int8), np.zeros(4, int), np.array([0, 1, 0, 1]), numbers)
    assert found["slope_logit_per_trial"] is None
    assert found["reason"].startswith("no slope")


def test_the_halves_meet_in_the_middle_of_each_participant():
    who = np.repeat([0, 1], 4)
    trial = np.array([1.0, 2, 3, 4, 11, 12, 13, 14])
    fooled = np.array([0, 0, 1, 1, 0, 1, 1, 1], dtype=np.int8)
    found = halves(fooled, who, trial)
    assert (found["first"], found["second"]) == (0.25, 1.0)
    assert (found["participants"], found["mean_difference"]) == (2, 0.75)
    assert found["ci"][0] < 0.75 < found["ci"][1]
    assert mean_difference(np.array([0.5])) == {
        "participants": 1, "mean_difference": 0.5, "estimand": "these photos only", "ci": None, "p_t": None,
    }  # fmt: skip


def test_response_times_are_taken_on_the_log_scale():
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(200), 30)
    fooled = rng.integers(0, 2, 6000).astype(np.int8)
    rt = np.exp(np.log(900) + 0.2 * fooled + rng.normal(0, 0.3, 200)[who] + rng.normal(0, 0.5, 6000))
    rt[:5] = np.nan
    found = response_times(fooled, who, rt)
    assert (found["n"], found["missing"]) == (5995, 5)
    assert found["ci"][0] < 900 * np.exp(0.1) < found["ci"][1]
    assert found["fooled_ratio_ci"][0] < np.exp(0.2) < found["fooled_ratio_ci"][1]
    assert found["p05_ms"] < found["median_ms"] < found["p95_ms"]


def test_unmeasured_times_give_counts_only():
    nothing = np.full(3, np.nan)
    assert response_times(np.zeros(3, np.int8), np.zeros(3, int), nothing)["median_ms"] is None
    assert exposure_times(nothing) == {
        "n": 0, "missing": 3, "median_ms": None, "smallest_ms": None, "largest_ms": None, "sd_ms": None,
    }  # fmt: skip
    assert exposure_times(np.array([990.0, 1010.0, np.nan]))["median_ms"] == 1000


def test_times_that_differ_beyond_all_bounds_have_no_interval():
    found = response_times(
        np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), np.array([5e-324, 1e90, 1e90, 1e90])
    )
    assert found["ci"] is None
    assert found["n"] == 4
