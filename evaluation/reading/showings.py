"""How many trials at once were shown: the errors of their timed pictures and their faults. Pure.

A report asks this of a million trials, so the JSON that the runner sent is read in columns. What does not fit
into columns is read trial by trial, with the same result.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from evaluation.reading.exposure import Showing
from evaluation.statistics.arrays import Floats, Ints
from studies.rules.exposure import ASSUMED_REFRESH_MS, DEFAULT_RULES, LEAST_REFRESH_MS

TIMES = ("onset_stamp", "offset_stamp", "onset_now", "offset_now")
_FRAMES = pa.schema([("f", pa.list_(pa.struct([(name, pa.float64()) for name in ("planned_ms", *TIMES)])))])
NOTHING = "[]"


@dataclass(frozen=True)
class Showings:
    """Of each trial the errors of its timed frames, its refresh period in ms and its number of faults.

    The errors of trial i are `errors_ms[starts[i]:starts[i + 1]]`; NaN: not measured. `refresh_ms` and
    `faults` have the shape (trials,), `starts` has one more. Faults go by the default rules, as in `Showing`.
    """

    errors_ms: Floats
    starts: Ints
    refresh_ms: Floats
    faults: Ints

    @classmethod
    def of(cls, frames: Sequence[str], events: Sequence[str], refresh_ms: Sequence[float | None]) -> Showings:
        """From what the runner reported, as JSON texts: lists of frames and of events, one a trial."""
        refresh = np.array(refresh_ms, dtype=np.float64)
        try:
            measured = _read(frames)
        except pa.ArrowException:
            return cls._one_by_one(frames, events, refresh_ms)
        errors, starts = _errors(*measured, _plausible(refresh))
        found = cls(errors, starts, refresh, np.zeros(len(frames), dtype=np.int64))
        for place in found._doubtful(events):
            found.faults[place] = _showing(frames[place], events[place], refresh_ms[place]).faults
        return found

    @classmethod
    def _one_by_one(
        cls, frames: Sequence[str], events: Sequence[str], refresh_ms: Sequence[float | None]
    ) -> Showings:
        shown = [_showing(*facts) for facts in zip(frames, events, refresh_ms, strict=True)]
        errors = [error for showing in shown for error in showing.errors_ms]
        return cls(
            np.array(errors, dtype=np.float64),
            np.cumsum([0, *(len(showing.errors_ms) for showing in shown)]),
            np.array(refresh_ms, dtype=np.float64),
            np.array([showing.faults for showing in shown], dtype=np.int64),
        )

    def _doubtful(self, events: Sequence[str]) -> Ints:
        """The places of trials that may have a fault: an event, or a frame that was off or not measured."""
        allowed = np.minimum(
            (DEFAULT_RULES.frames_off + 0.5) * _plausible(self.refresh_ms), DEFAULT_RULES.tolerance_ms
        )
        fine = np.abs(self.errors_ms) <= np.repeat(allowed, np.diff(self.starts))
        off = np.repeat(np.arange(len(events)), np.diff(self.starts))[~fine]
        eventful = [place for place, text in enumerate(events) if text != NOTHING]
        return np.union1d(off, np.array(eventful, dtype=np.int64))

    def worst_ms(self) -> Floats:
        """The largest error of each trial, the first of equal ones; NaN unless all were measured."""
        counts = np.diff(self.starts)
        worst = np.full(len(counts), np.nan)
        for count in np.unique(counts[counts > 0]):
            rows = np.flatnonzero(counts == count)
            errors = self.errors_ms[self.starts[rows][:, None] + np.arange(count)]
            sizes = np.abs(errors)
            largest = errors[np.arange(len(rows)), np.argmax(sizes, axis=1)]
            worst[rows] = np.where(np.isnan(sizes).any(axis=1), np.nan, largest)
        return worst


def _showing(frames: str, events: str, refresh_ms: float | None) -> Showing:
    return Showing.of(json.loads(frames), json.loads(events), refresh_ms)


def _plausible(refresh_ms: Floats) -> Floats:
    """`plausible_refresh` of studies.rules.exposure for many; NaN: not measured."""
    return np.where(refresh_ms >= LEAST_REFRESH_MS, refresh_ms, ASSUMED_REFRESH_MS)


def _read(frames: Sequence[str]) -> tuple[dict[str, Floats], Ints]:
    """The numbers of all frames in columns, NaN where there is none, and how many frames each trial has.

    Raises ArrowException for whatever is not a list of objects with numbers.
    """
    if not frames:
        return {name: np.zeros(0) for name in ("planned_ms", *TIMES)}, np.zeros(0, dtype=np.int64)
    text = "".join([f'{{"f":{frame}}}\n' for frame in frames]).encode()
    table = pa_json.read_json(
        pa.BufferReader(text),
        read_options=pa_json.ReadOptions(use_threads=False, block_size=len(text)),
        parse_options=pa_json.ParseOptions(explicit_schema=_FRAMES, unexpected_field_behavior="ignore"),
    )
    if len(table) != len(frames):
        raise pa.ArrowInvalid("a text holds more than a list")
    lists: Any = table.column("f").combine_chunks()
    counts = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    columns = lists.flatten().flatten()
    names = ("planned_ms", *TIMES)
    return {
        name: column.to_numpy(zero_copy_only=False) for name, column in zip(names, columns, strict=True)
    }, counts


def _errors(frames: dict[str, Floats], counts: Ints, refresh_ms: Floats) -> tuple[Floats, Ints]:
    """`worst_error_ms` of studies.rules.exposure for each timed frame, and each trial's first frame."""
    trial = np.repeat(np.arange(len(counts)), counts)
    timed = ~np.isnan(frames["planned_ms"])
    refresh = refresh_ms[trial][timed]
    intended = np.maximum(1.0, np.rint(frames["planned_ms"][timed] / refresh)) * refresh
    by_stamp = frames["offset_stamp"][timed] - frames["onset_stamp"][timed] - intended
    by_now = frames["offset_now"][timed] - frames["onset_now"][timed] - intended
    errors = np.where(np.abs(by_now) > np.abs(by_stamp), by_now, by_stamp)
    errors[np.isnan(by_now) | np.isnan(by_stamp)] = np.nan
    return errors, np.concatenate(([0], np.cumsum(np.bincount(trial[timed], minlength=len(counts)))))
