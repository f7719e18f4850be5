from dataclasses import replace

import numpy as np
import pytest

from evaluation.statistics.bradley_terry import Preferences, bradley_terry
from tests.evaluation import planted


def test_ties_are_counted_and_their_parameter_and_the_side_effect_recovered():
    rng = np.random.default_rng(1)
    choices = planted.preferences(rng, people=400, trials=40, sds=(0, 0), left=0.4, log_tie=-0.5)
    found = bradley_terry(choices)
    assert found["ties"]["n"] == np.count_nonzero(choices.tied)
    assert found["ties"]["log_tie"]["estimate"] == pytest.approx(-0.5, abs=0.06)
    assert found["with_left_side_effect"]["left_logit"] == pytest.approx(0.4, abs=0.06)
    assert found["with_left_side_effect"]["log_ability"] == pytest.approx([0.5, 1.0], abs=0.08)
    for pair in found["pairwise"]:
        assert pair["chance_a"] + pair["chance_tie"] + pair["chance_b"] == pytest.approx(1)
        assert pair["chance_a"] / (pair["chance_a"] + pair["chance_b"]) == pytest.approx(pair["share_a"])


def test_the_chance_to_be_preferred_has_an_interval_that_excludes_a_half_where_the_test_says_so():
    found = bradley_terry(planted.preferences(np.random.default_rng(2)))
    for pair in found["pairwise"]:
        low, high = pair["share_a_ci"]
        assert low < pair["share_a"] < high
        assert (low > 0.5 or high < 0.5) == (pair["p_t"] < 0.05)
        wide_low, wide_high = pair["share_a_simultaneous_ci"]
        assert wide_low <= low < high <= wide_high
    assert sum(row["estimate"] for row in found["strengths"]) == pytest.approx(0, abs=1e-9)
    assert found["order"][0]["label"] == found["ranking"][0] == "c"


def test_reversing_every_side_changes_the_habit_and_nothing_else():
    choices = planted.preferences(np.random.default_rng(3), left=0.5, log_tie=0.0)
    mirrored = replace(choices, left=choices.right, right=choices.left, chose_left=~choices.chose_left)
    here, there = bradley_terry(choices), bradley_terry(mirrored)
    assert here["log_ability"] == pytest.approx(there["log_ability"])
    assert here["with_left_side_effect"]["left_logit"] == pytest.approx(
        -there["with_left_side_effect"]["left_logit"]
    )


def few(outcomes, **more):
    """Choices between a (left) and b (right): "l", "r" or "t"."""
    n = len(outcomes)
    letters = np.array(list(outcomes))
    return Preferences(
        np.arange(n) % 3, np.zeros(n, int), np.ones(n, int), letters == "l", ("a", "b"), np.arange(n) % 4,
        letters == "t", **more,
    )  # fmt: skip


def test_only_ties_and_ties_beside_wins_of_one_are_no_strengths_and_say_why():
    assert "all choices are ties" in bradley_terry(few("tttttt"))["reason"]
    found = bradley_terry(few("lltltt"))
    assert found["connected"] is False
    assert "only ties lead back" in found["reason"]
    assert "no path of wins" in bradley_terry(few("llllll"))["reason"]


def test_a_person_who_always_chooses_one_side_says_nothing_of_the_conditions_beside_it():
    choices = few("llllll")
    both = replace(choices, left=np.array([0, 1, 0, 1, 0, 1]), right=np.array([1, 0, 1, 0, 1, 0]))
    found = bradley_terry(both)
    assert found["log_ability"] == pytest.approx([0, 0])
    assert found["with_left_side_effect"]["left_logit"] is None
    assert "cannot be told" in found["with_left_side_effect"]["reason"]


def test_ties_that_were_offered_and_never_chosen_change_nothing():
    choices = planted.preferences(np.random.default_rng(5))
    offered = bradley_terry(replace(choices, tied=np.zeros(len(choices.left), dtype=bool)))
    without = bradley_terry(choices)
    assert offered["log_ability"] == without["log_ability"]
    assert offered["ties"] == {"n": 0, "share": 0.0, "log_tie": None}
    assert without["ties"] is None
