"""The text that a report's digest is made of, beside the json module."""

import json

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from evaluation.reading.recorded import RecordedTrials, in_order, json_lists, json_numbers, named, spelled
from evaluation.reading.showings import Showings
from evaluation.statistics.table import Factor

NUMBERS = st.floats(allow_nan=False) | st.integers(-(10**18), 10**18).map(float)


def plain(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@given(st.lists(NUMBERS | st.none(), min_size=1))
@example([1e-4, 9.999e-5, 1e9, 1e15, 1e16, 123456789012345.6, 0.0, -0.0, 5e-324, 1e22, 1000.0, None])
def test_numbers_are_spelled_as_json_does(values):
    texts = json_numbers(np.array(values, dtype=np.float64)).to_pylist()
    assert texts == [plain(value) for value in values]


def test_lists_are_spelled_as_json_does():
    texts = json_lists(json_numbers(np.array([0.5, np.nan, 2.0])), np.array([0, 2, 2, 3])).to_pylist()
    assert texts == ["[0.5,null]", "[]", "[2.0]"]


def test_the_facts_of_a_block_are_one_json_list_after_the_other():
    frame = {
        "planned_ms": 100,
        "onset_stamp": 0.0,
        "offset_stamp": 100.3,
        "onset_now": 0.5,
        "offset_now": 100.75,
    }
    block = RecordedTrials(
        pks=np.array([11, 12]),
        participations=np.array([5, 5]),
        participants=named(np.array([5, 5]), {5: "c0de"}),
        sources=named(np.array([5, 5]), {5: "person"}),
        numbers=np.array([1, 2]),
        kinds=spelled(["test", "vigilance"]),
        conditions=named(np.array([3, 2]), {2: "l2", 3: "Größe “1”"}),
        photos=named(np.array([8, 9]), {8: "ab", 9: "cd"}),
        keys=spelled(["left", "right"]),
        answers=spelled(["left", ""]),
        arrangements=spelled(["left-first", ""]),
        rt_ms=np.array([812.5, np.nan]),
        voided=np.array([False, True]),
        void_reasons=["[]", '["frame 1: +33.3 ms", "page hidden"]'],
        repeats=np.array([True, False]),
        again=np.array([False, False]),
        showings=Showings.of([json.dumps([frame]), "[]"], ["[]", "[]"], [10.0, None]),
        outcomes=Factor(np.array([0, 1], dtype=np.int32), ("", '{"facts":{"block":1}}')),
    )
    expected = [
        ["c0de", "person", 1, "test", "Größe “1”", "ab", "left", "left", "left-first", 812.5, False, [], True,
         [100.3 - 100], 10.0, 0],
        ["c0de", "person", 2, "vigilance", "l2", "cd", "right", "", "", None, True,
         ["frame 1: +33.3 ms", "page hidden"], False, [], None, 0, {"facts": {"block": 1}}],
    ]  # fmt: skip
    assert bytes(block.facts()).decode() == "".join(plain(facts) for facts in expected)


def test_names_come_in_the_order_in_which_they_first_occur():
    found = named(np.array([7, 3, 7, 9]), {3: "c", 7: "a", 9: "b"})
    assert (found.labels, found.codes.tolist()) == (("a", "c", "b"), [0, 1, 0, 2])
    fewer = in_order(found.take(np.array([False, False, True, True])))
    assert (fewer.labels, fewer.codes.tolist()) == (("a", "b"), [0, 1])
