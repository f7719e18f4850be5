from dataclasses import replace

import numpy as np
import pytest

from evaluation.statistics.ranked_choice import RankedChoices, ranked_choice
from tests.evaluation import planted


def test_strengths_and_a_habit_of_choosing_the_first_slot_are_recovered():
    rng = np.random.default_rng(1)
    found = ranked_choice(planted.ranked(rng, people=300, trials=40, sds=(0, 0), habit=0.6))
    assert found["log_strength"] == pytest.approx([0.0, 0.5, 1.0, 0.2], abs=0.07)
    best = [row["estimate"] for row in found["position"]["best"]]
    assert best == pytest.approx([0.4, -0.2, -0.2], abs=0.05)
    assert [row["estimate"] for row in found["position"]["worst"]] == pytest.approx([0, 0, 0], abs=0.05)


def test_chances_add_up_and_the_counts_are_those_of_the_trials():
    choices = planted.ranked(np.random.default_rng(2))
    found = ranked_choice(choices)
    assert sum(row["chance"] for row in found["chance_best"]) == pytest.approx(1)
    for row in found["chance_best"]:
        assert row["ci"][0] < row["chance"] < row["ci"][1]
    assert sum(row["best"] for row in found["counts"]) == sum(row["worst"] for row in found["counts"]) == 800
    assert sum(row["shown"] for row in found["counts"]) == 2400
    # Best beats two, and the one between beats the worst.
    assert np.sum(found["win_matrix"]) == 2400
    assert found["ranking"][0] == found["order"][0]["label"] == "c"


def test_the_worst_of_two_is_already_said_by_the_best():
    two = planted.ranked(np.random.default_rng(3), slots=2)
    without = ranked_choice(replace(two, worst=None))
    assert ranked_choice(two)["log_strength"] == pytest.approx(without["log_strength"])
    assert without["position"]["worst"] is None


def test_what_was_never_chosen_has_no_strength_and_the_sentence_names_it():
    shown = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]])
    best = np.array([[0], [0], [1], [1]])  # a, b, a, b: never c
    found = ranked_choice(RankedChoices(np.arange(4), shown, best, ("a", "b", "c"), None, np.arange(4)))
    assert found["connected"] is False
    assert "a, b; c" in found["reason"] or "c; a, b" in found["reason"]


@pytest.mark.parametrize(
    ("shown", "best", "worst", "wrong"),
    [
        ([[0, 0, 1]], [[0]], None, "2 to 6 different"),
        ([[0, -1, -1]], [[0]], None, "2 to 6 different"),
        ([[0, 1, -1]], [[2]], None, "showed nothing"),
        ([[0, 1, 2]], [[1]], [1], "chosen twice"),
        ([[0, 1, 2]], [[-1]], None, "without a best"),
        (np.zeros((0, 3), int), np.zeros((0, 1), int), None, "no choices"),
    ],
)
def test_choices_that_cannot_have_been_made_are_refused(shown, best, worst, wrong):
    n = len(shown)
    with pytest.raises(ValueError, match=wrong):
        RankedChoices(
            np.zeros(n, int), np.array(shown), np.array(best), ("a", "b", "c"),
            None if worst is None else np.array(worst),
        )  # fmt: skip


def test_trials_may_show_different_numbers_of_conditions():
    rng = np.random.default_rng(4)
    choices = planted.ranked(rng, slots=4, worst=False)
    shown = choices.shown.copy()
    free = (choices.best[:, 0] != 3) & (rng.random(len(shown)) < 0.5)
    shown[free, 3] = -1
    assert ranked_choice(replace(choices, shown=shown))["connected"]
