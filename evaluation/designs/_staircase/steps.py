"""The trials of a staircase that count, and of which condition: real photos have none of their own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evaluation.designs._common.counted import ONE_TRIAL, Counted, counted, trials_of
from evaluation.designs._design import Evidence
from evaluation.designs._one_image.judged import valid_responses
from evaluation.statistics.arrays import Bools, Codes, Floats, Ints
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.staircase import Rule, Steps
from evaluation.statistics.table import TEST, UNKNOWN, Factor, ResponseTable


@dataclass(frozen=True)
class Climbed:
    """The trials of finished blocks, and what was left out on the way to them."""

    counted: Counted
    condition: Factor
    """The condition that each trial's person has seen, also where the picture was the real photo."""

    @classmethod
    def of(cls, evidence: Evidence) -> Climbed:
        """By the columns `wrong` and `block`, and the planned exposure.

        A block counts once it is finished, where the settings say how many trials it has: the most frequent
        exposure of a beginning would be near that with which it began.
        """
        table = evidence.table
        known = [table.numbers("wrong"), table.numbers("block"), table.exposure_ms]
        found = counted(
            evidence, np.logical_and.reduce([np.isfinite(column) for column in known]),
            what="answered, with the block and the exposure known", once=trials_of(table),
            once_words=ONE_TRIAL,
        )  # fmt: skip
        whole = evidence.settings.get("trials_per_block")
        if whole:
            finished = _finished(found.table, table, int(whole))
            found = found.only(finished, "S4", f"of finished blocks: {whole} trials each", evidence)
        condition = _condition_of_people(found.table)
        named = condition.codes != UNKNOWN
        rule = "condition known: the participant judged at least one fake"
        found = found.only(named, "S5", rule, evidence)
        return cls(found, condition.take(named))

    def __len__(self) -> int:
        return len(self.counted.table)

    @property
    def table(self) -> ResponseTable:
        """The rows that count."""
        return self.counted.table

    @property
    def wrong(self) -> Bools:
        """Whether the answer was wrong, shape (n,)."""
        return np.asarray(self.table.numbers("wrong") == 1)

    @property
    def steps(self) -> Steps:
        """The trials as the statistics have them."""
        table = self.table.by_photo_cluster()
        clamped = table.numbers("clamped")
        return Steps(
            table.participant,
            self.condition,
            table.numbers("block").astype(np.int64),
            table.trial_index,
            table.exposure_ms,
            (~self.wrong).astype(np.int64),
            table.photo.codes,
            clamped == 1 if np.isfinite(clamped).any() else None,
        )

    @property
    def fakes(self) -> ValidResponses:
        """The fakes with whether they were called real, as the statistics of photos have them."""
        table = replace(self.table, condition=self.condition)
        own = table.take(table.numbers("is_real") == 0)
        return valid_responses(self.counted, own, own.numbers("called_real") == 1)


def rule_of(settings: Mapping[str, Any]) -> Rule:
    """How the exposure changes, as the study fixed it; where nobody knows, as HYPE-time has it."""
    if "start_ms" not in settings:
        return Rule()
    return Rule(
        start_ms=float(settings["start_ms"]),
        after_right_ms=-float(settings["down_ms"]),
        after_wrong_ms=float(settings["up_ms"]),
        shortest_ms=float(settings["shortest_ms"]),
        longest_ms=float(settings["longest_ms"]),
    )


def target_of(rule: Rule) -> float:
    """The share of right answers at which the exposure settles (Kaernbach 1991)."""
    return rule.after_wrong_ms / (rule.after_wrong_ms - rule.after_right_ms)


def _finished(kept: ResponseTable, table: ResponseTable, whole: int) -> Bools:
    """Which of the kept rows are of a block that has as many recorded trials as were planned.

    Trials without an answer are recorded, too; spoiled ones that were shown again count twice, which matters
    only while the last trials of a block are shown.
    """
    tests = np.flatnonzero(table.phase.is_label(TEST) & np.isfinite(table.numbers("block")))
    every = np.unique(_block_of(table))
    recorded = _keys(table, every)
    numbers = np.bincount(recorded[tests], minlength=int(recorded.max(initial=0)) + 1)
    return np.asarray(numbers[_keys(kept, every)] >= whole)


def _block_of(table: ResponseTable) -> Floats:
    """The number of each row's block; 0 for none."""
    return np.nan_to_num(table.numbers("block"), nan=0.0)


def _keys(table: ResponseTable, blocks: Floats) -> Ints:
    """A number for each participant and block, shape (n,); `blocks` are all block numbers, sorted."""
    place = np.searchsorted(blocks, _block_of(table))
    # Participants without a name have the code -1.
    return np.asarray((table.participant.codes.astype(np.int64) + 1) * max(len(blocks), 1) + place)


def _condition_of_people(table: ResponseTable) -> Factor:
    """The condition of each row, or that of the fakes of the same block, or of the same person."""
    codes: Codes = table.condition.codes.copy()
    by_block = _keys(table, np.unique(_block_of(table)))
    for key in (by_block, table.participant.codes.astype(np.int64) + 1):
        of_key = np.full(int(key.max(initial=0)) + 1, UNKNOWN, dtype=np.int32)
        own = table.condition.codes != UNKNOWN
        of_key[key[own]] = table.condition.codes[own]
        codes = np.where(codes == UNKNOWN, of_key[key], codes).astype(np.int32)
    return Factor(codes, table.condition.labels)


def levels_by_trial(steps: Steps) -> dict[str, dict[int, tuple[Ints, Floats]]]:
    """By condition and block: the number of the trial within the block, and the mean exposure over people."""
    order = np.lexsort((steps.trial_index, steps.block, steps.participant.codes))
    keys = np.stack((steps.participant.codes, steps.block))[:, order]
    starts = np.flatnonzero(np.concatenate(([True], np.any(np.diff(keys, axis=1) != 0, axis=0))))
    lengths = np.diff(np.append(starts, len(order)))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) - np.repeat(starts, lengths)
    found: dict[str, dict[int, tuple[Ints, Floats]]] = {}
    for code, label in enumerate(steps.condition.labels):
        own = steps.condition.codes == code
        for block in np.unique(steps.block[own]).tolist():
            rows = own & (steps.block == block)
            counts = np.bincount(number[rows])
            mean = np.bincount(number[rows], steps.exposure_ms[rows]) / counts
            found.setdefault(label, {})[block] = (np.arange(1, len(counts) + 1), mean)
    return found
