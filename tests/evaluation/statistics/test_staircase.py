import numpy as np
import pytest

from evaluation.statistics.staircase import Rule, Steps, staircases, weibull
from evaluation.statistics.table import Factor


def climbed(threshold, blocks=6, trials=150, seed=1, slope=3.0):
    """Blocks of a person whose chance of a right answer is 75 % at the threshold."""
    rng, rule, rows = np.random.default_rng(seed), Rule(), []
    for block in range(blocks):
        exposure = rule.start_ms
        for trial in range(trials):
            chance = 0.5 + 0.5 * (1 - 2 ** -((exposure / threshold) ** slope))
            right = int(rng.random() < chance)
            rows.append((block, trial, exposure, right))
            step = rule.after_right_ms if right else rule.after_wrong_ms
            exposure = min(max(exposure + step, rule.shortest_ms), rule.longest_ms)
    block, trial, exposure, right = (np.array(column) for column in zip(*rows, strict=True))
    who = Factor.of(["ada"] * len(rows))
    return Steps(who, Factor.of(["L2"] * len(rows)), block, trial.astype(float), exposure, right)


def test_the_threshold_is_found_near_where_it_was_planted():
    found = staircases(climbed(300))
    assert found["all_transitions_follow_rule"]
    assert found["participants"][0]["thr"] == pytest.approx(300, abs=40)
    assert found["participant_t_ci"]["L2"] is None


def test_a_step_against_the_rule_is_noticed():
    steps = climbed(300)
    steps.exposure_ms[7] += 5
    assert not staircases(steps)["all_transitions_follow_rule"]


def test_the_pooled_curve_recovers_one_threshold_shown_at_many_exposures():
    rng = np.random.default_rng(2)
    exposure = rng.integers(2, 60, 20_000) * 10.0
    right = (rng.random(20_000) < 0.5 + 0.48 * (1 - np.exp(-((exposure / 200) ** 1.5)))).astype(int)
    found = weibull(exposure, right)
    assert found["identified"]
    assert (found["alpha"], found["beta"]) == (pytest.approx(200, rel=0.05), pytest.approx(1.5, rel=0.08))


def test_one_level_identifies_no_curve():
    found = weibull(np.full(300, 200.0), np.tile([1, 1, 1, 0], 75))
    assert found["identified"] is False
    assert "do not test" in found["note"]
