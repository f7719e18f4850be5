"""Planted preferences for an interval and a side are found, and covered as often as they should be."""

import numpy as np
import pytest
from scipy.special import ndtr

from evaluation.statistics.interval_order import criterion, interval_order


def study(rng, *, people=24, photos=30, dprime=1.0, interval_bias=0.0, side_bias=0.0, spread=0.0):
    """Everybody judges every photo once; orders and sides are drawn. Biases on the scale of the criterion."""
    who, photo = (grid.ravel() for grid in np.meshgrid(np.arange(people), np.arange(photos), indexing="ij"))
    n = len(who)
    first, left = rng.random(n) < 0.5, rng.random(n) < 0.5
    own = rng.normal(0, spread, people)[who] + rng.normal(0, spread, photos)[photo]
    # Evidence that the fake came first (above 0), and a lean to the second picture and to the right side.
    evidence = np.where(first, 1, -1) * (dprime / np.sqrt(2) + own) - interval_bias
    evidence -= np.where(first == left, 1, -1) * side_bias
    called_first = rng.random(n) < ndtr(evidence)
    right = called_first == first
    chosen_left = np.where(right, left, ~left)
    return {
        "fake_first": first.astype(np.int8),
        "fake_side": np.where(left, 0, 1).astype(np.int8),
        "chosen_side": np.where(chosen_left, 0, 1).astype(np.int8),
        "participant": who,
        "photo": photo,
    }


def test_a_lean_to_the_second_picture_shows_in_criterion_rates_and_calls():
    rng = np.random.default_rng(5)
    found = interval_order(**study(rng, people=60, photos=60, interval_bias=0.4))
    assert found["criterion"]["estimate"] == pytest.approx(0.4, abs=0.06)
    assert found["called_first"]["share"] < 0.45
    # Whoever leans to the second is fooled more often by a fake that came first.
    assert found["orders"]["first"]["share"] > found["orders"]["second"]["share"] + 0.15
    assert found["difference"]["estimate"] == pytest.approx(
        found["orders"]["first"]["share"] - found["orders"]["second"]["share"]
    )
    assert found["difference"]["p"] < 0.001


def test_a_lean_to_a_side_shows_within_each_order():
    rng = np.random.default_rng(6)
    found = interval_order(**study(rng, people=60, photos=60, side_bias=0.3))
    for order in found["orders"].values():
        assert order["criterion"]["estimate"] == pytest.approx(0.3, abs=0.1)
        assert order["called_left"]["share"] < 0.45
    assert abs(found["criterion"]["estimate"]) < 0.1


def test_the_parts_add_up_and_answers_without_an_order_are_left_out():
    columns = study(np.random.default_rng(7))
    whole = interval_order(**columns)
    fooled = columns["fake_side"] != columns["chosen_side"]
    assert sum(order["k"] for order in whole["orders"].values()) == fooled.sum()
    columns["fake_first"][:100] = -1
    part = interval_order(**columns)
    assert sum(order["n"] for order in part["orders"].values()) == len(fooled) - 100


def test_there_is_nothing_to_compare_with_one_order_or_none():
    columns = study(np.random.default_rng(8))
    assert interval_order(**columns | {"fake_first": np.ones(720, dtype=np.int8)}) is None
    assert interval_order(**columns | {"fake_first": np.full(720, -1, dtype=np.int8)}) is None


def test_one_participant_gets_estimates_without_intervals():
    found = interval_order(**study(np.random.default_rng(9), people=1, photos=40))
    assert found["criterion"]["ci"] is None
    assert "single participant or photo" in found["criterion"]["reason"]
    assert found["orders"]["first"]["interval"]["low"] is None


def test_the_interval_of_the_criterion_covers_the_planted_one():
    rng, covered, runs = np.random.default_rng(11), 0, 300
    for _ in range(runs):
        columns = study(rng, interval_bias=0.25, spread=0.3)
        first = columns["fake_first"] == 1
        called_first = (columns["fake_side"] == columns["chosen_side"]) == first
        found = criterion(called_first, first, (columns["participant"], columns["photo"], None))
        # With spread in sensitivity the criterion of the pooled shares is pulled in by sqrt(1 + 2 * 0.09).
        low, high = found["ci"]
        covered += low <= 0.25 / np.sqrt(1 + 2 * 0.09) <= high
    assert 0.93 <= covered / runs <= 0.99
