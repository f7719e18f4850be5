import numpy as np
import pytest

from evaluation.statistics.filters import valid_responses
from evaluation.statistics.table import ResponseTable


def table(**changed):
    columns = {
        "participant": ["ada", "ada", "ada", "ben"],
        "condition": ["L2", "L2", "MCL", "L2"],
        "photo": ["a", "a", "a", "a"],
        "fake_side": ["L", "L", "L", "R"],
        "chosen_side": ["L", "R", "R", "R"],
    }
    return ResponseTable.from_columns(**(columns | changed))


def test_the_earliest_trial_of_a_repeated_pair_stays():
    assert list(valid_responses(table(trial_index=[7, 3, 1, 0])).fooled) == [1, 1, 0]
    assert list(valid_responses(table(trial_index=[3, 7, 1, 0])).fooled) == [0, 1, 0]


def test_equal_trial_numbers_are_settled_by_the_row_number():
    assert list(valid_responses(table(trial_index=[3, 3, 1, 0], row_id=[9, 2, 3, 4])).fooled) == [1, 1, 0]


def test_a_row_without_a_trial_number_counts_as_the_latest():
    assert list(valid_responses(table(trial_index=[None, 3, 1, 0])).fooled) == [1, 1, 0]


def test_the_same_photo_under_two_conditions_shares_a_cell():
    valid = valid_responses(table())
    assert list(valid.cell) == [0, 0, 1]


def test_a_stored_answer_that_contradicts_the_sides_is_counted_and_not_trusted():
    valid = valid_responses(table(fooled=[1, None, 1, True]))
    assert valid.contradictory == 2
    assert list(valid.fooled) == [0, 1, 0]


def test_rows_stay_in_their_order():
    valid = valid_responses(table(photo=["d", "c", "b", "a"]))
    assert [valid.table.photo.labels[code] for code in valid.table.photo.codes] == ["d", "c", "b", "a"]
    assert len(valid) == 4


def test_an_unanswered_trial_is_missing_and_never_a_vote():
    valid = valid_responses(table(chosen_side=["L", None, "", "R"]))
    assert (valid.test_rows, valid.usable_rows) == (4, 2)
    assert valid.steps[1]["chosen_side_unknown"] == 2


def test_practice_rows_are_left_out_first():
    valid = valid_responses(table(phase=["practice", "test", "test", "attention"]))
    assert (valid.rows, valid.test_rows) == (4, 2)


@pytest.mark.parametrize("column", ["participant", "condition", "photo"])
def test_an_answer_that_belongs_to_nobody_is_refused(column):
    with pytest.raises(ValueError, match=f"no {column}, first row 2"):
        valid_responses(table(**{column: ["x", None, "x", "y"]}))


def test_an_empty_table_gives_zeros():
    empty = table().take(np.zeros(4, dtype=bool))
    assert len(valid_responses(empty)) == 0


def test_voided_trials_are_left_out_in_a_step_of_their_own():
    valid = valid_responses(table(voided=[True, False, None, False], chosen_side=["L", "R", "R", None]))
    assert [step["step"] for step in valid.steps] == ["S1", "V", "S2", "S3"]
    assert [(step["rows_in"], step["rows_out"]) for step in valid.steps] == [(4, 4), (4, 3), (3, 2), (2, 2)]
    assert list(valid.fooled) == [1, 1]


def test_a_table_that_knows_nothing_of_voiding_has_no_such_step():
    assert [step["step"] for step in valid_responses(table()).steps] == ["S1", "S2", "S3"]
