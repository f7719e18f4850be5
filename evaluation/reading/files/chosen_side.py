"""What `chosen_side` means in a file from elsewhere, and whether the file itself contradicts that. Pure.

Here it is the side that was called fake. In a file that holds the side taken for the real photo every answer
would be read as its opposite, and a fool rate of 17 % as one of 83 %.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evaluation.reading.files.file_forms import FileFault
from evaluation.statistics.arrays import Bools
from evaluation.statistics.table import ATTENTION, TEST, UNKNOWN, ResponseTable

FAKE, REAL = "fake", "real"
MEANINGS = (FAKE, REAL)
OF_COLUMNS = {
    "chosen_side": "the side that was called FAKE, L or R, and not the side that was taken for the real "
    "photo; a column fooled may stand for both sides: 1 where the real photo was called fake, 0 where the "
    "fake was found",
    "fake_side": "the side on which the recoloured picture was, L or R",
}
"""What a column holds that is easily taken for something else; said where it is missing."""
FEWEST = 20
"""Trials of one condition from which on a contradiction within it alone is no accident."""


@dataclass(frozen=True)
class Contradictions:
    """Rows in which a column says otherwise than the sides, of those in which both say something."""

    rows: int
    of: int

    @property
    def most(self) -> bool:
        """Whether more rows contradict than agree."""
        return 2 * self.rows > self.of


def read_as(table: ResponseTable, meaning: str) -> ResponseTable:
    """The table with `chosen_side` as the side that was called fake, whichever the file holds."""
    if meaning == FAKE:
        return table
    known = table.chosen_side != UNKNOWN
    return replace(table, chosen_side=np.where(known, 1 - table.chosen_side, UNKNOWN).astype(np.int8))


def refuse_contradictions(table: ResponseTable, name: str) -> None:
    """Raise FileFault where the file says in most rows that `chosen_side` means the side taken for real."""
    sides = (table.fake_side != UNKNOWN) & (table.chosen_side != UNKNOWN)
    found = table.fake_side == table.chosen_side
    told = sides & table.phase.is_label(TEST) & (table.stored_fooled != UNKNOWN)
    wrong = told & (found == (table.stored_fooled == 1))
    _refuse(_counted(wrong, told), "the column fooled", "test trials", name)
    of = np.bincount(table.condition.codes[told] + 1, minlength=1)
    against = np.bincount(table.condition.codes[wrong] + 1, minlength=len(of))
    for code in np.flatnonzero((of >= FEWEST) & (2 * against > of)):
        counted = Contradictions(int(against[code]), int(of[code]))
        _refuse(counted, "the column fooled", f"test trials of {table.condition.labels[code - 1]}", name)
    checked = sides & table.phase.is_label(ATTENTION) & (table.attention_passed != UNKNOWN)
    missed = checked & (found != (table.attention_passed == 1))
    _refuse(_counted(missed, checked), "the column attention_passed", "vigilance trials", name)


def _counted(rows: Bools, of: Bools) -> Contradictions:
    return Contradictions(int(rows.sum()), int(of.sum()))


def _refuse(counted: Contradictions, column: str, trials: str, name: str) -> None:
    if not counted.most:
        return
    raise FileFault(
        f"{name}: {column} contradicts the sides in {counted.rows:,} of {counted.of:,} {trials}. chosen_side "
        f"must be the side that was called FAKE. If the file holds the side that was taken for the real "
        f"photo, say --chosen-side-means real; if the sides are right and {column} is wrong, say "
        f"--chosen-side-means fake; or correct the file"
    )
