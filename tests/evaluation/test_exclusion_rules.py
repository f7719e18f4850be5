import pytest

from evaluation.designs._exclusion_rules import (
    LowVigilance,
    UnlikelyResponseTime,
    strict_view,
    vigilance_shares,
)
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.table import ResponseTable


def watched(passed, trial_index=None, row_id=None, voided=None):
    """Ada's vigilance trials, and one test trial of ada and of ben."""
    n = len(passed)
    return ResponseTable.from_columns(
        participant=["ada"] * n + ["ada", "ben"],
        condition=["random"] * n + ["L2"] * 2,
        photo=[f"v{i}" for i in range(n)] + ["a", "a"],
        phase=["attention"] * n + ["test"] * 2,
        fake_side=["left"] * (n + 2),
        chosen_side=["left"] * (n + 2),
        rt_ms=[900.0] * (n + 2),
        attention_passed=[*passed, None, None],
        trial_index=trial_index,
        row_id=row_id,
        voided=voided,
    )


def excluded(table, **rules):
    return strict_view(table, valid_responses(table).table, **rules).attention_excluded


def test_three_of_four_are_enough_and_two_of_three_are_not():
    assert excluded(watched([1, 1, 1, 0])) == ()
    assert excluded(watched([1, 1, 0])) == ("ada",)


def test_who_saw_no_vigilance_trial_stays():
    assert excluded(watched([])) == ()
    assert excluded(watched([None, None])) == ()


def test_a_vigilance_trial_that_was_recorded_twice_counts_once():
    table = watched([0, 1], trial_index=[5, 5, 6, 7], row_id=[2, 1, 3, 4])
    assert vigilance_shares(table)[0] == 1.0


def test_a_vigilance_trial_that_was_voided_says_nothing_of_attention():
    table = watched([0, 1], voided=[True, False, False, False])
    assert vigilance_shares(table)[0] == 1.0
    assert excluded(table) == ()


@pytest.mark.parametrize(
    ("rt_ms", "stays"),
    [(199.9, False), (200.0, True), (30_000.0, True), (30_000.1, False), (None, False)],
)
def test_the_bounds_of_the_response_time_are_inside(rt_ms, stays):
    table = ResponseTable.from_columns(
        participant=["ada"], condition=["L2"], photo=["a"], fake_side=["L"], chosen_side=["L"], rt_ms=[rt_ms]
    )
    assert strict_view(table, valid_responses(table).table).keep.tolist() == [stays]


def test_other_parameters_can_be_set_and_are_named():
    table = watched([1, 1, 0])
    rule = LowVigilance(at_least=0.5)
    assert excluded(table, vigilance=rule) == ()
    assert "50%" in rule.sentence
    assert "under 100 ms" in UnlikelyResponseTime(fastest_ms=100).sentence


def test_impossible_parameters_are_refused():
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        LowVigilance(at_least=75)
    with pytest.raises(ValueError, match="fastest < slowest"):
        UnlikelyResponseTime(fastest_ms=500, slowest_ms=100)
