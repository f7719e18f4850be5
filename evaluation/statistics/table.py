"""Responses as columns of small integers, so that a million answers are analysed in milliseconds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.statistics.arrays import Bools, Codes, Flags, Floats, Rows

LEFT, RIGHT, UNKNOWN = 0, 1, -1
TEST, ATTENTION = "test", "attention"

SIDES = {"l": LEFT, "left": LEFT, "r": RIGHT, "right": RIGHT}
"""Spellings of a side that are understood, in lower case."""

CALLED = {
    "participant_id": "participant", "model": "condition", "image_id": "photo", "fooled": "stored_fooled",
}  # fmt: skip
"""Columns of the per-trial table whose field here has another name."""

PHASE_ALIASES = {"vigilance": ATTENTION}
TRUTHS = {"1": 1, "1.0": 1, "true": 1, "0": 0, "0.0": 0, "false": 0}


@dataclass(frozen=True)
class Factor:
    """A column of names: `codes[row]` points into `labels`; -1 means that the row names none."""

    codes: Codes
    labels: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[Hashable]) -> Factor:
        """Code a column of values; `None` and the empty string become -1."""
        known: dict[Hashable, int] = {None: UNKNOWN, "": UNKNOWN}
        labels: list[str] = []
        codes: list[int] = []
        for value in values:
            code = known.get(value)
            if code is None:
                code = known[value] = len(labels)
                labels.append(str(value))
            codes.append(code)
        return cls(np.asarray(codes, dtype=np.int32), tuple(labels))

    def take(self, rows: Bools | Rows) -> Factor:
        """The same labels with fewer rows."""
        return Factor(self.codes[rows], self.labels)

    def is_label(self, label: str) -> Bools:
        """Which rows carry this label (none of them, if nobody does)."""
        code = self.labels.index(label) if label in self.labels else len(self.labels)
        return np.equal(self.codes, code)

    def counts(self) -> dict[str, int]:
        """Rows for each label that occurs, in the order of the labels; "" for rows without one."""
        counted = np.bincount(self.codes + 1, minlength=len(self.labels) + 1)
        return {name: int(n) for name, n in zip(("", *self.labels), counted, strict=True) if n}


def side_code(value: object) -> int:
    """0 for left, 1 for right, -1 for anything else."""
    return SIDES.get(str(value).strip().lower(), UNKNOWN)


def truth_code(value: object) -> int:
    """1 for true, 0 for false, -1 for unknown."""
    return TRUTHS.get(str(value).strip().lower(), UNKNOWN)


def phase_label(value: object) -> str:
    """The name of a phase as the rules spell it: lower case, "attention" for vigilance trials."""
    name = "" if value is None else str(value).strip().lower()
    return PHASE_ALIASES.get(name, name)


@dataclass(frozen=True)
class ResponseTable:
    """One row for each presented trial, in the order in which the rows came.

    Sides are 0 (left), 1 (right), -1 (unknown); `stored_fooled`, `attention_passed` and `voided` (the
    showing was spoiled) are 1, 0, -1 (unknown); times are in ms, NaN where they are missing; `trial_index`
    may be NaN, such rows count as the latest.
    """

    participant: Factor
    condition: Factor
    photo: Factor
    phase: Factor
    fake_side: Flags
    chosen_side: Flags
    stored_fooled: Flags
    trial_index: Floats
    row_id: Floats
    rt_ms: Floats
    exposure_ms: Floats
    attention_passed: Flags
    voided: Flags
    source: Factor
    photo_cluster: Factor | None = None
    """The photograph that a photo is a crop of, or its scene; a photo without one stands for itself."""
    arrangement: Factor | None = None
    """Which of the design's balanced arrangements each trial has."""
    own: Mapping[str, Factor | Floats] = field(default_factory=dict)
    """What the design adds to its table of trials, by column: names, or numbers, NaN where empty."""

    def __len__(self) -> int:
        return len(self.participant.codes)

    def __post_init__(self) -> None:
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "own"} | dict(self.own)
        lengths = {name: _length(column) for name, column in columns.items() if column is not None}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the columns of a response table differ in length: {lengths}")

    @classmethod
    def of(cls, columns: Mapping[str, Factor | Flags | Floats]) -> ResponseTable:
        """From columns by their names in the per-trial table; those of no field here are the design's own.

        What is absent is unknown throughout, but `row_id`, for which the order stands in. Flags may be
        numbers, NaN where unknown, and sides may be names.
        """
        rows = _length(columns["participant_id"])
        found: dict[str, Any] = {CALLED.get(name, name): column for name, column in columns.items()}
        known: dict[str, Any] = {}
        for one in fields(cls):
            column = found.pop(one.name, None)
            if one.type == "Flags":
                known[one.name] = np.full(rows, UNKNOWN, np.int8) if column is None else _as_flags(column)
            elif column is not None:
                known[one.name] = column
            elif one.type == "Floats":
                known[one.name] = (
                    np.arange(rows, dtype=np.float64) if one.name == "row_id" else np.full(rows, np.nan)
                )
            elif one.type == "Factor":
                known[one.name] = Factor(np.full(rows, UNKNOWN, np.int32), ())
        return cls(**known, own={name: _as_own(column) for name, column in found.items()})

    @classmethod
    def from_columns(
        cls,
        *,
        participant: Sequence[Hashable],
        condition: Sequence[Hashable],
        photo: Sequence[Hashable],
        fake_side: Sequence[str | None],
        chosen_side: Sequence[str | None],
        phase: Sequence[str] | None = None,
        trial_index: Sequence[float | None] | None = None,
        row_id: Sequence[float | None] | None = None,
        fooled: Sequence[object] | None = None,
        rt_ms: Sequence[float | None] | None = None,
        exposure_ms: Sequence[float | None] | None = None,
        attention_passed: Sequence[object] | None = None,
        voided: Sequence[object] | None = None,
        source: Sequence[str] | None = None,
    ) -> ResponseTable:
        """Build a table from plain columns, such as rows of a database.

        Sides: "left", "right", "L", "R", else unknown. Without `phase` every row is a test trial; without
        `trial_index` or `row_id` the order of the rows stands in; without `attention_passed` a vigilance row
        passes when the chosen side is the fake side, and an unanswered one has failed.
        Raises ValueError if the columns differ in length.
        """
        n = len(participant)
        columns: dict[str, Any] = {
            "participant_id": Factor.of(participant),
            "model": Factor.of(condition),
            "image_id": Factor.of(photo),
            "phase": Factor.of([TEST] * n if phase is None else [phase_label(value) for value in phase]),
            "source": Factor.of([""] * n if source is None else source),
            "fake_side": _flags(fake_side, side_code),
            "chosen_side": _flags(chosen_side, side_code),
            "attention_passed": None if attention_passed is None else _flags(attention_passed, truth_code),
            "fooled": None if fooled is None else _flags(fooled, _fooled_code),
            "voided": None if voided is None else _flags(voided, _fooled_code),
            "trial_index": _floats(range(n) if trial_index is None else trial_index),
            "row_id": None if row_id is None else _floats(row_id),
            "rt_ms": None if rt_ms is None else _floats(rt_ms),
            "exposure_ms": None if exposure_ms is None else _floats(exposure_ms),
        }
        table = cls.of({name: column for name, column in columns.items() if column is not None})
        if attention_passed is not None:
            return table
        passed = passed_by_sides(table.phase, table.fake_side, table.chosen_side)
        return replace(table, attention_passed=passed)

    def take(self, rows: Bools | Rows) -> ResponseTable:
        """The same table with fewer rows (a mask or row numbers); labels and their codes stay."""
        kept = {
            f.name: _taken(getattr(self, f.name), rows)
            for f in fields(self)
            if f.name != "own" and getattr(self, f.name) is not None
        }
        return replace(self, **kept, own={name: _taken(column, rows) for name, column in self.own.items()})

    def names(self, column: str) -> Factor:
        """A column of the design's own that holds names; without it a column that names nothing."""
        found = self.own.get(column)
        if isinstance(found, Factor):
            return found
        return Factor(np.full(len(self), UNKNOWN, dtype=np.int32), ())

    def numbers(self, column: str) -> Floats:
        """A column of the design's own that holds numbers or flags, NaN where empty."""
        found = self.own.get(column)
        if found is None or isinstance(found, Factor):
            return np.full(len(self), np.nan)
        return found

    def by_photo_cluster(self) -> ResponseTable:
        """The table with the clusters of photos in the place of photos.

        Raises ValueError where one photo is in two clusters.
        """
        if self.photo_cluster is None:
            return self
        photos, clusters = self.photo, self.photo_cluster
        apart = len(clusters.labels) + photos.codes
        codes = np.where(clusters.codes == UNKNOWN, np.where(photos.codes == UNKNOWN, UNKNOWN, apart),
                         clusters.codes).astype(np.int32)  # fmt: skip
        labels = (*clusters.labels, *photos.labels)
        named = np.flatnonzero(photos.codes != UNKNOWN)
        of_photo = np.full(len(photos.labels), UNKNOWN, dtype=np.int64)
        of_photo[photos.codes[named]] = codes[named]
        torn = np.flatnonzero(of_photo[photos.codes[named]] != codes[named])
        if len(torn):
            row = named[torn[0]]
            ends = sorted(labels[c] for c in (codes[row], of_photo[photos.codes[row]]))
            raise ValueError(
                f"the photo {photos.labels[photos.codes[row]]} is in two clusters, {ends[0]} and {ends[1]}; "
                f"each photo belongs to one"
            )
        return replace(self, photo=Factor(codes, labels), photo_cluster=None)

    def of_source(self, name: str) -> ResponseTable:
        """The rows of one source only, such as "people" or "simulated"."""
        return self.take(self.source.is_label(name))


def passed_by_sides(phase: Factor, fake_side: Flags, chosen_side: Flags) -> Flags:
    """Whether a vigilance row was passed: the chosen side is the fake side; -1 for all other rows."""
    asked = phase.is_label(ATTENTION) & (fake_side != UNKNOWN)
    return np.where(asked, (chosen_side == fake_side).astype(np.int8), np.int8(UNKNOWN))


def _as_flags(column: Factor | Flags | Floats) -> Flags:
    """Names of sides, or numbers, as 0, 1 and -1."""
    if isinstance(column, Factor):
        return np.array([*map(side_code, column.labels), UNKNOWN], dtype=np.int8)[column.codes]
    return np.nan_to_num(column, nan=UNKNOWN).astype(np.int8)


def _as_own(column: Any) -> Any:
    """Names as they are; flags as numbers, NaN where unknown."""
    if isinstance(column, Factor) or column.dtype != np.int8:
        return column
    return np.where(column == UNKNOWN, np.nan, column)


def _taken(column: Any, rows: Bools | Rows) -> Any:
    return column.take(rows) if isinstance(column, Factor) else column[rows]


def _length(column: Factor | npt.NDArray[Any]) -> int:
    return len(column.codes) if isinstance(column, Factor) else len(column)


def _fooled_code(value: object) -> int:
    return truth_code(int(value) if isinstance(value, bool | np.bool_) else value)


def _flags(values: Sequence[object], code: Any) -> Flags:
    cache = {value: code(value) for value in set(values)}
    return np.fromiter((cache[value] for value in values), dtype=np.int8, count=len(values))


def _floats(values: Iterable[float | None]) -> Floats:
    return np.asarray([np.nan if value is None else value for value in values], dtype=np.float64)
