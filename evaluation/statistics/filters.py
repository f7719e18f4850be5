"""Which rows count: usable test trials, one per person, condition and photo; each step counted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evaluation.statistics.arrays import Flags, Ints, Json, Rows, cells_of
from evaluation.statistics.table import TEST, UNKNOWN, ResponseTable


@dataclass(frozen=True)
class ValidResponses:
    """The rows on which every statistic rests, and what was left out on the way to them.

    `fooled` (0 or 1) is recomputed from the two sides, or as stored where no row has both;
    `cell` numbers the pairs of participant and photo.
    """

    table: ResponseTable
    fooled: Flags
    cell: Ints
    rows: int
    test_rows: int
    usable_rows: int
    contradictory: int
    steps: tuple[Json, ...]
    clustered: bool = False
    """Whether several photos may be one cluster, so that one person has several rows in a cell."""

    def __len__(self) -> int:
        return len(self.fooled)

    def by_photo_cluster(self) -> ValidResponses:
        """The same rows with clusters of photos for photos: crops of one photograph are no two photos.

        `cell` then numbers the pairs of participant and cluster. Without clusters the same object.
        """
        if self.table.photo_cluster is None:
            return self
        table = self.table.by_photo_cluster()
        cell = cells_of(table.participant.codes, table.photo.codes) if len(self) else self.cell
        return replace(self, table=table, cell=cell, clustered=True)

    def cells_of(self, rows: Rows) -> Ints | None:
        """The cells of rows of one condition; None where each of them is one of its own, as after step S3."""
        return self.cell[rows] if self.clustered else None


def valid_responses(table: ResponseTable) -> ValidResponses:
    """Apply steps S1 (test trials), S2 (both sides known) and S3 (the earliest row of a repeated pair).

    Where the table says of trials whether they were spoiled, step V between S1 and S2 leaves those out.
    A stored `fooled` that contradicts the sides is counted and not trusted; where no row has both sides, it
    stands for them. Raises ValueError when a usable
    test row names no participant, condition or photo: it could be neither counted nor clustered.
    """
    is_test = table.phase.is_label(TEST)
    sides_known = (table.fake_side != UNKNOWN) & (table.chosen_side != UNKNOWN)
    sound = is_test & (table.voided != 1)
    by_sides = bool(sides_known.any()) or not (table.stored_fooled != UNKNOWN).any()
    usable = np.flatnonzero(sound & (sides_known if by_sides else table.stored_fooled != UNKNOWN))
    chosen = table if len(usable) == len(table) else table.take(usable)
    _refuse_nameless(chosen, usable)
    stored = chosen.stored_fooled
    fooled = (chosen.chosen_side != chosen.fake_side).astype(np.int8) if by_sides else stored
    contradictory = int(np.count_nonzero((stored != UNKNOWN) & (stored != fooled)))

    kept, cell = _first_of_each(chosen)
    whole = len(kept) == len(chosen)
    tests, sounds = int(is_test.sum()), int(sound.sum())
    known = _step("S2", "fake side and chosen side both known", sounds, len(usable)) | {
        "fake_side_unknown": int((sound & (table.fake_side == UNKNOWN)).sum()),
        "chosen_side_unknown": int(
            (sound & (table.fake_side != UNKNOWN) & (table.chosen_side == UNKNOWN)).sum()
        ),
    }
    if not by_sides:
        known = _step("S2", "fooled known; the file has no sides", sounds, len(usable))
    judged = bool((table.voided != UNKNOWN).any())
    steps = (
        _step("S1", "test trials only", len(table), tests),
        *([_step("V", "shown as planned: not voided by the study's rule", tests, sounds)] if judged else []),
        known,
        _step(
            "S3", "one row per participant, condition and photo: the earliest trial", len(usable), len(kept)
        ),
    )
    return ValidResponses(
        table=chosen if whole else chosen.take(kept),
        fooled=fooled if whole else fooled[kept],
        cell=cell,
        rows=len(table),
        test_rows=tests,
        usable_rows=len(usable),
        contradictory=contradictory,
        steps=steps,
    )


def _step(code: str, rule: str, before: int, after: int) -> Json:
    return {"step": code, "rule": rule, "rows_in": before, "rows_out": after, "dropped": before - after}


def _refuse_nameless(usable: ResponseTable, rows: Rows) -> None:
    for name in ("participant", "condition", "photo"):
        nameless = np.flatnonzero(getattr(usable, name).codes == UNKNOWN)
        if len(nameless):
            raise ValueError(
                f"{len(nameless)} answered test rows name no {name}, first row {rows[nameless[0]] + 1}: "
                f"fill it in or leave these rows out"
            )


def _first_of_each(table: ResponseTable) -> tuple[Rows, Ints]:
    """Rows to keep (ascending), and for each of them the number of its (participant, photo) cell."""
    n = len(table)
    if n == 0:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int64)
    conditions = len(table.condition.labels)
    pair = table.participant.codes.astype(np.int64) * len(table.photo.labels) + table.photo.codes
    triple = pair * conditions + table.condition.codes
    # Most files are sorted by participant already, which this way of sorting makes use of.
    order = np.argsort(triple, kind="stable")
    if np.any(np.diff(triple[order]) == 0):
        # Only now is the costly four-key sort needed: the earliest trial wins, then the smallest row number.
        order = np.lexsort((table.row_id, table.trial_index, triple))
        repeated = np.concatenate(([False], np.diff(triple[order]) == 0))
        order = order[~repeated]
    in_order = pair[order]
    numbers = np.concatenate(([0], np.cumsum(np.diff(in_order) != 0)))
    cell = np.full(n, -1, dtype=np.int64)
    cell[order] = numbers
    kept = np.flatnonzero(cell >= 0)
    return kept, cell[kept]
