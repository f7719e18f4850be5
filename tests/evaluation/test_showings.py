"""Exposures of many trials at once, beside the same trial by trial."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.reading.exposure import Exposures, Showing
from evaluation.reading.showings import TIMES, Showings

MS = st.none() | st.floats(0, 1e13) | st.integers(0, 3000) | st.sampled_from([16.667, 1000, 1000.0])
FRAME = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("planned_ms", *TIMES, "dropped"), MS) | {"index": st.integers(0, 9)}
)
NEAR = st.builds(
    lambda planned, late: {
        "index": 1, "planned_ms": planned, "onset_stamp": 5.25, "onset_now": 5.5,
        "offset_stamp": 5.25 + planned, "offset_now": 5.5 + planned + late, "dropped": 0,
    },
    st.integers(50, 1000), st.floats(-40, 40),
)  # fmt: skip
EVENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["focus", "visibility", "resize"]),
        "value": st.sampled_from(["lost", "hidden", "blur", None, False]),
        "at": st.floats(0, 1e4),
    }
)
TRIAL = st.tuples(
    st.lists(FRAME | NEAR, max_size=4),
    st.lists(EVENT, max_size=2) | st.just([]),
    st.none() | st.floats(0.01, 100) | st.just(16.667),
)
ODD = st.sampled_from([None, [None], ["text"], [7], [{"planned_ms": True}], {}])


def together(trials) -> Showings:
    frames, events, refresh_ms = zip(*trials, strict=True)
    return Showings.of(
        [json.dumps(each) for each in frames], [json.dumps(each) for each in events], list(refresh_ms)
    )


def same(trials) -> None:
    found = together(trials)
    expected = [Showing.of(*trial) for trial in trials]
    errors = [np.nan if e is None else e for showing in expected for e in showing.errors_ms]
    np.testing.assert_array_equal(found.errors_ms, errors)
    np.testing.assert_array_equal(np.diff(found.starts), [len(showing.errors_ms) for showing in expected])
    np.testing.assert_array_equal(found.faults, [showing.faults for showing in expected])
    np.testing.assert_array_equal(found.worst_ms(), [worst(showing.errors_ms) for showing in expected])


def worst(errors_ms) -> float:
    """The largest error by size, unless one of them is unknown or there is none."""
    return np.nan if not errors_ms or None in errors_ms else max(errors_ms, key=abs)


@given(st.lists(TRIAL, min_size=1, max_size=12))
@settings(deadline=None)
def test_many_trials_at_once_are_judged_as_one_by_one(trials):
    same(trials)


@given(st.lists(TRIAL, max_size=4), ODD)
@settings(deadline=None)
def test_so_are_trials_beside_one_that_no_runner_sends(trials, odd):
    # An object in the place of the list is a list of its keys to Python, none of which is a frame.
    same([*trials, (odd, [], 16.667)])


def test_an_exposure_by_the_clock_that_is_further_off_counts():
    frame = {
        "planned_ms": 100,
        "onset_stamp": 0.0,
        "offset_stamp": 100.0,
        "onset_now": 0.5,
        "offset_now": 130.5,
    }
    found = together([([frame], [], 10.0)])
    assert found.errors_ms.tolist() == [30.0]
    assert found.faults.tolist() == [1]


def test_a_certificate_of_nothing_has_no_shares():
    found = Exposures().summary()
    assert (found["trials"], found["share_exact"], found["median_error_ms"]) == (0, None, None)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_median_of_the_errors_is_that_of_python(count):
    import statistics

    errors = [0.1 * n - 0.25 for n in range(count)]
    exposures = Exposures()
    flags = np.zeros(count, dtype=bool)
    exposures.add(
        np.array(errors), np.full(count, 16.7), np.zeros(count), voided=flags, repeats=flags, again=flags
    )
    found = exposures.summary()
    assert found["median_error_ms"] == statistics.median(errors)
    assert found["largest_error_ms"] == max(errors, key=abs)
