from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.staircase import Rule, Steps, staircases, weibull
from evaluation.statistics.table import Factor
from tests.evaluation import planted


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


def on_photos(rng, people=20, blocks=3, trials=60, photos=25, spread_ms=70.0):
    """Staircases on photos that need longer or shorter than others; the mean threshold is 400 ms."""
    own, harder = rng.normal(400, 50, people), rng.normal(0, spread_ms, photos)
    count = people * blocks
    threshold = np.repeat(own, blocks)
    shown = np.stack([rng.permutation(np.arange(trials) % photos) for _ in range(count)])
    exposure, columns = np.full(count, 500.0), []
    for trial in range(trials):
        photo = shown[:, trial]
        right = rng.random(count) < 0.5 + 0.5 * expit((exposure - threshold - harder[photo]) / 60)
        columns.append((exposure, right, photo))
        exposure = np.clip(exposure + np.where(right, -10, 30), 100, 1000)
    exposure, right, photo = (np.stack(column, axis=1).ravel() for column in zip(*columns, strict=True))
    who = np.repeat(np.arange(people), blocks * trials)
    codes = Factor(who.astype(np.int32), tuple(f"p{person}" for person in range(people)))
    return Steps(
        participant=codes,
        condition=Factor.of(["L2"] * len(who)),
        block=np.tile(np.repeat(np.arange(blocks), trials), people),
        trial_index=np.tile(np.arange(trials), count).astype(np.float64),
        exposure_ms=exposure,
        right=right.astype(np.int64),
        photo=photo,
    )


def test_the_interval_by_people_and_photos_holds_the_threshold_and_that_by_people_is_too_short():
    rng = np.random.default_rng(6)
    found = [staircases(on_photos(rng)) for _ in range(50)]
    # The modal exposure lies a little above the threshold: the mean over studies is what they estimate.
    truth = np.mean([each["models"][0]["hype_time_ms"] for each in found])
    crossed = [each["models"][0]["interval"] for each in found]
    assert sum(each["ci"][0] <= truth <= each["ci"][1] for each in crossed) >= 44
    by_people = [each["participant_t_ci"]["L2"] for each in found]
    assert sum(low <= truth <= high for low, high in by_people) < 44
    assert {each["estimand"] for each in crossed} == {"new participants × new photos"}


def test_without_photos_the_interval_is_about_these_photos():
    steps = on_photos(np.random.default_rng(7))
    found = staircases(replace(steps, photo=None))
    interval = found["models"][0]["interval"]
    assert interval["estimand"] == "these photos only"
    assert interval["ci"] == pytest.approx(found["participant_t_ci"]["L2"])


def test_exposures_that_tell_nothing_of_the_slope_give_no_interval_for_new_photos_and_say_why():
    steps = on_photos(np.random.default_rng(8), people=2, blocks=1, trials=20)
    assert "slope" in staircases(steps)["models"][0]["interval"]["reason"]


def test_trials_that_the_range_kept_back_are_counted_and_a_mode_at_its_end_is_flagged():
    found = staircases(climbed(60))
    assert found["models"][0]["clamped_share"] > 0.2
    assert found["participants"][0]["at_end"] == 6
    assert all(block["mode_at_end"] for block in found["blocks"])
    free = staircases(climbed(400))
    assert free["models"][0]["clamped"] == free["models"][0]["at_end"] == 0


def test_conditions_that_differ_are_told_apart_by_people_and_photos():
    rng = np.random.default_rng(9)
    found = staircases(planted.staircase_steps(rng, (300.0, 450.0), people=40))
    (pair,) = found["pairwise"]
    means = [model["hype_time_ms"] for model in found["models"]]
    assert pair["diff"] == pytest.approx(means[0] - means[1])
    assert pair["p_t"] < 0.001
    assert pair["estimand"] == "new participants × new photos"
    assert [row["label"] for row in found["order"]] == ["b", "a"]
    alone = [model["interval"]["se"] for model in found["models"]]
    # Both used the same photos, which move both thresholds alike.
    assert pair["se"] < np.hypot(*alone)


def test_without_photos_a_difference_of_thresholds_is_about_these_photos():
    steps = planted.staircase_steps(np.random.default_rng(10), people=12)
    (pair,) = staircases(replace(steps, photo=None))["pairwise"]
    assert pair["estimand"] == "these photos only"
    assert 8 < pair["df"] <= 10
