import json

import numpy as np
import pytest
from scipy.special import expit

from evaluation.statistics.bradley_terry import Preferences, bradley_terry
from tests.evaluation.by_design import analysis_of
from tests.evaluation.oracles import COPIES


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


def test_errors_by_people_and_photos_agree_with_statsmodels():
    wanted = json.loads((COPIES / "p11_preference_two_way.json").read_text())
    found = analysis_of(COPIES / "p11_preference.csv")
    assert found["log_ability"] == pytest.approx(wanted["log_ability"], abs=1e-9)
    assert found["se_two_way_G_adj"] == pytest.approx(wanted["se_two_way_G_adj"], rel=1e-9)
    assert found["estimand"] == "new participants × new photos"
    # The guard: never less than people alone, nor than independent choices.
    for ours, people, alone in zip(
        found["se_two_way"], found["se_cluster_participant"], found["se"][1:], strict=True
    ):
        assert ours >= max(people, alone) * (1 - 1e-9)


def no_difference(rng, people=60, photos=30, trials=20):
    """Three conditions that are liked alike, but each a little more or less on each photo."""
    taste = rng.normal(0, 0.6, (photos, 3))
    n = people * trials
    photo, first = rng.integers(0, photos, n), rng.integers(0, 3, n)
    second = (first + rng.integers(1, 3, n)) % 3
    wins = rng.random(n) < expit(taste[photo, first] - taste[photo, second])
    return Preferences(np.repeat(np.arange(people), trials), first, second, wins, ("a", "b", "c"), photo)


def test_conditions_that_do_well_on_different_photos_are_seldom_told_apart():
    rng = np.random.default_rng(4)
    studies = [bradley_terry(no_difference(rng))["pairwise"] for _ in range(120)]
    by_photos = sum(any(pair["p_t_holm"] < 0.05 for pair in pairs) for pairs in studies)
    by_people = sum(any(pair["these_photos"]["p_t_holm"] < 0.05 for pair in pairs) for pairs in studies)
    assert by_photos <= 12
    assert by_people > 24
    assert all(pair["these_photos"]["estimand"] == "these photos only" for pair in studies[0])


def test_without_photos_the_intervals_say_that_they_are_about_these_photos():
    found = bradley_terry(chosen({"a": 0.5, "b": 0.0}, 400))
    assert found["estimand"] == found["pairwise"][0]["estimand"] == "these photos only"
    assert "photos are not known" in found["reason"]
    assert found["se_two_way"] is None
