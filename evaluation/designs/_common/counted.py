"""Which trials count, for designs whose answers are columns of their own: each step counted. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.designs._design import Evidence
from evaluation.designs._exclusion_rules import StrictView, strict_view
from evaluation.statistics.arrays import AnyCodes, Bools, Json, Rows
from evaluation.statistics.table import TEST, UNKNOWN, ResponseTable

ONE_TRIAL = "one row per participant and trial"


@dataclass(frozen=True)
class Counted:
    """The rows that count, and what was left out on the way to them; `strict` masks those rows."""

    table: ResponseTable
    whole: ResponseTable
    """The table that it was made from, vigilance and practice trials included."""
    steps: tuple[Json, ...]
    strict: StrictView
    test_rows: int
    usable_rows: int

    def __len__(self) -> int:
        return len(self.table)

    def only(self, rows: Bools, code: str, rule: str, evidence: Evidence) -> Counted:
        """Some of the rows (n,), by a further step of the design's own."""
        step = _step(code, rule, len(self), int(np.count_nonzero(rows)))
        table = self.table.take(rows)
        strict = strict_view(self.whole, table, **evidence.strict)
        return replace(self, table=table, steps=(*self.steps, step), strict=strict)

    def as_json(self) -> Json:
        """What every analysis says of its rows."""
        return {
            "rows": len(self.whole),
            "test_rows": self.test_rows,
            "usable_rows": self.usable_rows,
            "valid_rows": len(self.table),
            "participants": int(np.count_nonzero(np.bincount(self.table.participant.codes))),
            "images": int(np.count_nonzero(np.bincount(self.table.photo.codes))),
            "attention_excluded": list(self.strict.attention_excluded),
            "strict_rows": int(self.strict.keep.sum()),
            "filters": [*self.steps, *self.strict.steps],
            "phases": self.whole.phase.counts(),
            "sources": self.whole.source.counts(),
        }


def counted(
    evidence: Evidence,
    answered: Bools,
    *,
    what: str = "answered in time",
    once: Sequence[AnyCodes] = (),
    once_words: str = "",
) -> Counted:
    """Steps S1 (test trials), V (not spoiled, where the table knows), S2 (`answered`: `what`) and S3.

    `answered` is of shape (rows,). S3 keeps the earliest row of each combination of the codes in `once`,
    each of shape (rows,); none: every row is kept. Raises ValueError for a table of several sources that
    must not be mixed, and for rows that name no participant or photo.
    """
    table = evidence.table
    refuse_mixed(table, mix_sources=evidence.mix_sources)
    is_test = table.phase.is_label(TEST)
    sound = is_test & (table.voided != 1)
    usable = np.flatnonzero(sound & answered)
    for name in ("participant", "photo"):
        nameless = usable[getattr(table, name).codes[usable] == UNKNOWN]
        if len(nameless):
            raise ValueError(
                f"{len(nameless)} answered test rows name no {name}, first row {nameless[0] + 1}: "
                "fill it in or leave these rows out"
            )
    kept = _earliest(table, usable, once) if once else usable
    tests, sounds = int(is_test.sum()), int(sound.sum())
    steps = [_step("S1", "test trials only", len(table), tests)]
    if (table.voided != UNKNOWN).any():
        steps.append(_step("V", "shown as planned: not voided by the study's rule", tests, sounds))
    steps.append(_step("S2", what, sounds, len(usable)))
    if once:
        steps.append(_step("S3", f"{once_words}: the earliest trial", len(usable), len(kept)))
    valid = table.take(kept)
    rules = strict_view(table, valid, **evidence.strict)
    return Counted(valid, table, tuple(steps), rules, tests, len(usable))


def trials_of(table: ResponseTable) -> tuple[AnyCodes, ...]:
    """Codes that no two trials share: of the person, the condition, the block and the number within it."""
    numbers = np.unique(table.trial_index, return_inverse=True)[1].reshape(-1)
    # A trial without a number is one of its own.
    apart = np.where(np.isnan(table.trial_index), -1 - np.arange(len(table)), numbers)
    block = np.nan_to_num(table.numbers("block"), nan=-1).astype(np.int64)
    return table.participant.codes, table.condition.codes, block, apart


def with_voided(evidence: Evidence) -> Evidence | None:
    """The same evidence with spoiled trials counted as well; None where none was spoiled."""
    table = evidence.table
    if not (table.voided == 1).any():
        return None
    return replace(evidence, table=replace(table, voided=np.full_like(table.voided, UNKNOWN)))


def refuse_mixed(table: ResponseTable, *, mix_sources: bool) -> None:
    """Raise ValueError where people and simulated participants would come into one estimate unasked."""
    sources = table.source.counts()
    if len(sources) > 1 and not mix_sources:
        raise ValueError(
            f"the table mixes responses from {sorted(sources)}; analyse them apart (of_source), "
            f"or ask for one estimate over all with mix_sources=True"
        )


def _earliest(table: ResponseTable, rows: Rows, once: Sequence[AnyCodes]) -> Rows:
    """The earliest row of each combination, in the order of the table."""
    order = np.lexsort((table.row_id[rows], table.trial_index[rows], *(codes[rows] for codes in once)))
    new = np.zeros(len(rows), dtype=np.bool_)
    new[:1] = True
    for codes in once:
        new[1:] |= np.diff(codes[rows][order].astype(np.int64)) != 0
    return np.sort(rows[order[new]])


def _step(code: str, rule: str, before: int, after: int) -> Json:
    return {"step": code, "rule": rule, "rows_in": before, "rows_out": after, "dropped": before - after}
