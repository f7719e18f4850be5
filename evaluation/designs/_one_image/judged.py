"""Pictures that were judged one at a time, real or fake: which of them count, and what was said. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evaluation.designs._common.counted import ONE_TRIAL, Counted, counted, trials_of
from evaluation.designs._design import Evidence
from evaluation.statistics.arrays import Bools, cells_of
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.table import UNKNOWN, Factor, ResponseTable

REAL = ""
"""The condition of real photos, where all have one of their own."""
WHAT = "real or fake, and the answer, both known"


@dataclass(frozen=True)
class Judged:
    """The rows that count; `is_real` and `called_real` have one entry each."""

    counted: Counted
    is_real: Bools
    called_real: Bools

    @classmethod
    def of(cls, evidence: Evidence) -> Judged:
        """By the columns `is_real` and `called_real`; a trial that was recorded twice counts once.

        Raises ValueError for fakes that name no condition.
        """
        table = evidence.table
        is_real, called_real = table.numbers("is_real"), table.numbers("called_real")
        answered = np.isfinite(is_real) & np.isfinite(called_real)
        found = counted(evidence, answered, what=WHAT, once=trials_of(table), once_words=ONE_TRIAL)
        kept = found.table
        judged = cls(found, kept.numbers("is_real") == 1, kept.numbers("called_real") == 1)
        nameless = np.flatnonzero(~judged.is_real & (kept.condition.codes == UNKNOWN))
        if len(nameless):
            raise ValueError(
                f"{len(nameless)} fake pictures name no condition, the first is row "
                f"{kept.row_id[nameless[0]]:g}: fill in their model or leave these rows out"
            )
        return judged

    def __len__(self) -> int:
        return len(self.is_real)

    @property
    def table(self) -> ResponseTable:
        """The rows that count."""
        return self.counted.table

    @property
    def wrong(self) -> Bools:
        """Whether the answer was wrong, shape (n,)."""
        return np.asarray(self.is_real != self.called_real)

    @property
    def apart(self) -> Factor:
        """The conditions of fakes, and REAL for every real photo."""
        return with_real_apart(self.table.condition, self.is_real)

    def valid(self, happened: Bools) -> ValidResponses:
        """These rows as the statistics of the pair test have them, with `happened` (n,) for fooled."""
        return valid_responses(self.counted, replace(self.table, condition=self.apart), happened)


def with_real_apart(condition: Factor, is_real: Bools) -> Factor:
    """The conditions with REAL for those rows that are of real photos."""
    codes = np.where(is_real, len(condition.labels), condition.codes).astype(np.int32)
    return Factor(codes, (*condition.labels, REAL))


def valid_responses(counted: Counted, table: ResponseTable, happened: Bools) -> ValidResponses:
    """Rows as the statistics of the pair test have them; `happened` (n,) stands for fooled."""
    cell = np.zeros(0, dtype=np.int64)
    if len(table):
        cell = cells_of(table.participant.codes, table.photo.codes)
    # A person may have judged a photo twice, once real and once fake.
    return ValidResponses(
        table, happened.astype(np.int8), cell, rows=len(counted.whole), test_rows=counted.test_rows,
        usable_rows=counted.usable_rows, contradictory=0, steps=counted.steps, clustered=True,
    )  # fmt: skip
