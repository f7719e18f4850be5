"""Strengths at several exposures, and how they move."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation.statistics.bradley_terry import Preferences, bradley_terry, estimate
from evaluation.statistics.choice_levels import strengths_by_level
from tests.evaluation import planted

STRENGTHS = {100.0: (0.0, 0.1, 0.2), 400.0: (0.0, 0.5, 1.0), 1600.0: (0.0, 0.9, 1.8)}


def by_level(choices, level):
    times = np.unique(level)
    return strengths_by_level(
        {time: estimate(choices.take(level == time)).joint for time in times},
        {time: dict.fromkeys(choices.labels, 7) for time in times},
    )


def test_each_level_has_the_strengths_of_its_trials_alone():
    choices, level = planted.exposed_preferences(np.random.default_rng(1), STRENGTHS)
    found = by_level(choices, level)
    alone = bradley_terry(choices.take(level == 400.0))["strengths"]
    for condition, strength in zip(found["conditions"], alone, strict=True):
        at = condition["levels"][1]
        assert (condition["label"], at["exposure_ms"], at["n"]) == (strength["model"], 400.0, 7)
        assert at["mean"] == pytest.approx(strength["estimate"])
        assert at["ci"] == pytest.approx(strength["ci"])


def test_differences_and_trend_follow_from_the_levels_and_find_what_was_planted():
    choices, level = planted.exposed_preferences(np.random.default_rng(2), STRENGTHS, people=60)
    strongest = by_level(choices, level)["conditions"][2]
    low, middle, high = (at["mean"] for at in strongest["levels"])
    assert [pair["diff"] for pair in strongest["differences"]] == pytest.approx(
        [low - middle, low - high, middle - high]
    )
    assert strongest["trend"]["estimate"] == pytest.approx((high - low) / 4)
    assert strongest["trend"]["ci"][0] > 0
    for pair in strongest["differences"]:
        assert pair["simultaneous_ci"][0] <= pair["ci"][0]


def test_that_people_and_photos_are_the_same_at_each_level_makes_a_difference_surer():
    """Tastes and photos that move a condition at both exposures move their difference less."""
    strengths = dict.fromkeys((100.0, 1600.0), (0.0, 0.0, 0.0))
    choices, level = planted.exposed_preferences(
        np.random.default_rng(3), strengths, people=30, photos=20, trials=60, sds=(1.0, 1.0)
    )
    condition = by_level(choices, level)["conditions"][0]
    (difference,) = condition["differences"]
    apart = np.hypot(*((at["ci"][1] - at["ci"][0]) / 2 for at in condition["levels"]))
    assert (difference["ci"][1] - difference["ci"][0]) / 2 < 0.8 * apart


def test_one_level_and_levels_that_are_not_connected_say_why_there_is_nothing():
    choices, level = planted.exposed_preferences(np.random.default_rng(4), STRENGTHS)
    alone = by_level(choices.take(level == 100.0), level[level == 100.0])
    assert (alone["conditions"], alone["trend"]) == ([], None)
    assert "a single level" in alone["reason"]
    always = np.where(level == 100.0, choices.left > choices.right, choices.chose_left)
    found = by_level(replace(choices, chose_left=always), level)
    assert found["conditions"] == []
    assert found["reason"] == "at 100 ms no path of wins leads between all conditions"


def test_a_habit_of_choosing_the_first_picture_is_recovered_beside_that_of_a_side():
    rng = np.random.default_rng(5)
    n, k = 20_000, 3
    left = rng.integers(0, k, n)
    right = (left + rng.integers(1, k, n)) % k
    first = rng.random(n) < 0.5
    abilities = np.array([0.0, 0.7, -0.5])
    lead = abilities[left] - abilities[right] + np.where(first, 0.4, -0.4)
    chose = rng.random(n) < 1 / (1 + np.exp(-lead))
    choices = Preferences(
        rng.integers(0, 40, n), left, right, chose, ("a", "b", "c"), rng.integers(0, 50, n), left_first=first
    )
    found = bradley_terry(choices)
    habit = found["with_first_effect"]["first_logit_interval"]
    assert habit["ci"][0] < 0.4 < habit["ci"][1]
    assert habit["p"] < 0.001
    assert found["with_left_side_effect"]["left_logit"] == pytest.approx(0, abs=0.1)
    assert "with_first_effect" not in bradley_terry(replace(choices, left_first=None))


def test_the_chance_of_being_preferred_is_about_the_other_of_two_and_the_average_of_more():
    choices = planted.preferences(np.random.default_rng(6))
    found = bradley_terry(choices)
    for chance, strength in zip(found["chance_preferred"], found["strengths"], strict=True):
        assert chance["chance"] == pytest.approx(1 / (1 + np.exp(-strength["estimate"])))
        assert chance["ci"][0] < chance["chance"] < chance["ci"][1]
    two = choices.take(np.isin(choices.left, (0, 1)) & np.isin(choices.right, (0, 1)))
    pair = bradley_terry(replace(two, labels=("a", "b")))
    first, second = (row["chance"] for row in pair["chance_preferred"])
    assert first == pytest.approx(pair["pairwise"][0]["share_a"])
    assert first + second == pytest.approx(1)
