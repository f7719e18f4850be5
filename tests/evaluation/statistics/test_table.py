import numpy as np
import pytest

from evaluation.statistics.table import Factor, ResponseTable


def table(**columns):
    return ResponseTable.from_columns(
        participant=["ada", "ben"],
        condition=["L2", "L2"],
        photo=[17, 18],
        fake_side=["left", "R"],
        chosen_side=["Right", None],
        **columns,
    )


def test_sides_are_understood_in_either_spelling():
    assert list(table().fake_side) == [0, 1]
    assert list(table().chosen_side) == [1, -1]


def test_names_are_coded_in_the_order_in_which_they_come():
    factor = Factor.of(["b", "a", None, "b", ""])
    assert factor.labels == ("b", "a")
    assert list(factor.codes) == [0, 1, -1, 0, -1]
    assert factor.counts() == {"": 2, "b": 2, "a": 1}


def test_missing_times_are_nan():
    rt = table(rt_ms=[812.5, None]).rt_ms
    assert rt[0] == 812.5
    assert np.isnan(rt[1])


def test_flags_may_be_numbers_words_or_booleans():
    assert list(table(fooled=[True, "0"]).stored_fooled) == [1, 0]
    assert list(table(attention_passed=["1.0", ""]).attention_passed) == [1, -1]


def test_vigilance_without_a_verdict_is_judged_by_the_sides():
    assert list(table(phase=["vigilance", "test"]).attention_passed) == [0, -1]


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        table(rt_ms=[1.0])


def test_fewer_rows_keep_the_labels():
    kept = table(source=["people", "simulated"]).of_source("simulated")
    assert len(kept) == 1
    assert kept.participant.labels == ("ada", "ben")
    assert len(table().of_source("nobody")) == 0
