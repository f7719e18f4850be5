"""Choices between pictures as arrays: who was shown which conditions, and which was preferred. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.designs._common.counted import Counted
from evaluation.designs._common.photo_table import gallery_of
from evaluation.statistics.arrays import Bools, Ints, Json
from evaluation.statistics.joint import Joint
from evaluation.statistics.table import UNKNOWN, Factor
from studies.designs._base import REAL_PHOTO

TIED = -2
"""In the place of what was preferred: no difference."""
NO_ANSWERS = "no test trial has been answered yet"

Strengths = Callable[[Bools], tuple[Joint | None, str]]
"""Of some of the rows that count, (n,): the strengths of all conditions, or None and why."""


@dataclass(frozen=True)
class Judged:
    """The rows that count, n of them; codes point into `labels`, which are those that were shown, by name.

    `shown` (n, slots) holds conditions by slot, UNKNOWN where a slot was empty; `best` (n,) what was
    preferred, or TIED. `chances` turns strengths into the chances that the headline tells of.
    """

    counted: Counted
    labels: tuple[str, ...]
    shown: Ints
    best: Ints
    strengths: Strengths
    chances: Callable[[Joint], list[Json]]

    def __len__(self) -> int:
        return len(self.best)

    def of(self, code: int) -> Bools:
        """The rows that show a condition, (n,)."""
        return np.asarray((self.shown == code).any(axis=1))

    def counts(self) -> list[Json]:
        """How often each condition was shown and preferred, and without a preference."""
        rows: list[Json] = []
        for code, label in enumerate(self.labels):
            best = self.best[self.of(code)]
            row: Json = {"model": label, "shown": len(best), "best": int(np.count_nonzero(best == code))}
            rows.append(row | {"ties": int(np.count_nonzero(best == TIED))})
        return rows


def gallery_of_conditions(photos: Json) -> Json:
    """The extremes of each condition; the real photo has none to show beside itself."""
    return {name: found for name, found in gallery_of(photos).items() if name != REAL_PHOTO}


def coded(columns: Sequence[Factor]) -> tuple[tuple[str, ...], Ints]:
    """Columns of names by common codes, shape (rows, columns), UNKNOWN where empty; labels by name."""
    labels = sorted({label for column in columns for label in column.labels})
    place = {label: code for code, label in enumerate(labels)}
    codes = [
        np.array([*(place[label] for label in column.labels), UNKNOWN], dtype=np.int64)[column.codes]
        for column in columns
    ]
    return tuple(labels), np.stack(codes, axis=1)


def only_shown(labels: tuple[str, ...], shown: Ints) -> tuple[tuple[str, ...], Ints]:
    """The labels that occur in `shown`, still by name, and the new code of each old one; the rest UNKNOWN.

    The last entry of the codes is UNKNOWN, so that empty slots stay empty.
    """
    used = np.unique(shown[shown != UNKNOWN])
    codes = np.full(len(labels) + 1, UNKNOWN, dtype=np.int64)
    codes[used] = np.arange(len(used))
    return tuple(labels[code] for code in used), codes
