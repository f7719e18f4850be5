import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.bradley_terry import Preferences, bradley_terry


def chosen(abilities, n, left=0.0, seed=1):
    rng = np.random.default_rng(seed)
    names = tuple(abilities)
    first = rng.integers(0, len(names), n)
    second = (first + rng.integers(1, len(names), n)) % len(names)
    values = np.array(list(abilities.values()))
    wins = rng.random(n) < expit(values[first] - values[second] + left)
    return Preferences(rng.integers(0, 40, n), first, second, wins, names)


def test_planted_abilities_and_a_habit_of_choosing_left_are_recovered():
    found = bradley_terry(chosen({"b": 0.7, "a": 0.0, "c": -0.5}, 20_000, left=0.3))
    sided = found["with_left_side_effect"]
    assert (found["models"], found["reference"], found["ranking"]) == (["a", "b", "c"], "a", ["b", "a", "c"])
    assert sided["left_logit"] == pytest.approx(0.3, abs=0.06)
    assert sided["log_ability"] == pytest.approx([0.7, -0.5], abs=0.1)


def test_intervals_of_differences_hold_the_planted_ones():
    held = 0
    for seed in range(100):
        (row,) = bradley_terry(chosen({"a": 0.5, "b": 0.0}, 600, seed=seed))["pairwise"]
        held += row["ci"][0] <= 0.5 <= row["ci"][1]
    assert 88 <= held <= 100


def test_conditions_that_no_wins_connect_have_no_abilities():
    one_sided = Preferences(
        np.array([0, 1, 0]),
        np.array([0, 0, 1]),
        np.array([1, 2, 2]),
        np.array([True, True, True]),
        ("a", "b", "c"),
    )
    found = bradley_terry(one_sided)
    assert found["connected"] is False
    assert found["log_ability"] is None
    assert "no path of wins" in found["reason"]


def test_a_choice_between_a_condition_and_itself_is_refused():
    same = np.array([0])
    with pytest.raises(ValueError, match="choice 1 is between a condition and itself"):
        Preferences(same, same, same, np.array([True]), ("a",))
    nothing = np.zeros(0, dtype=int)
    with pytest.raises(ValueError, match="no preferences"):
        Preferences(nothing, nothing, nothing, np.zeros(0, dtype=bool), ())


def test_one_participant_gets_abilities_and_no_tests():
    alone = chosen({"a": 0.5, "b": 0.0}, 200)
    alone = Preferences(np.zeros(200, dtype=int), alone.left, alone.right, alone.chose_left, alone.labels)
    assert bradley_terry(alone)["pairwise"] == []
