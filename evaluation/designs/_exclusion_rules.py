"""The strict view: named rules for leaving out people and answers, with their parameters.

No rule looks at the fool rate itself: dropping people for being fooled would decide the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import Bools, Floats, Json, Rows
from evaluation.statistics.table import ATTENTION, UNKNOWN, ResponseTable


@dataclass(frozen=True)
class LowVigilance:
    """T1: leave out participants who pass too few vigilance trials; those who saw none stay."""

    at_least: float = 0.75
    """Share of vigilance trials to pass, in [0, 1]."""

    code = "T1"

    def __post_init__(self) -> None:
        if not 0 <= self.at_least <= 1:
            raise ValueError(f"the vigilance share must be in [0, 1], not {self.at_least}")

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return f"participants who passed under {self.at_least:.0%} of their vigilance trials"

    def participants(self, table: ResponseTable) -> Bools:
        """Which participants (by code) the rule leaves out; looks at all rows of the file."""
        shares = vigilance_shares(table)
        return np.asarray(np.nan_to_num(shares, nan=1.0) < self.at_least)


@dataclass(frozen=True)
class UnlikelyResponseTime:
    """T2: leave out answers without a response time, too fast to be a judgement, or after a long absence."""

    fastest_ms: float = 200.0
    slowest_ms: float = 30_000.0

    code = "T2"

    def __post_init__(self) -> None:
        if not 0 <= self.fastest_ms < self.slowest_ms:
            raise ValueError(
                f"response times need 0 <= fastest < slowest, not {self.fastest_ms} and {self.slowest_ms}"
            )

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return f"response time missing, under {self.fastest_ms:g} ms or over {self.slowest_ms:g} ms"

    def reasons(self, rt_ms: Floats) -> dict[str, Bools]:
        """Which rows the rule leaves out, by reason; a row has one reason at most."""
        return {
            "missing": np.isnan(rt_ms),
            "too_fast": rt_ms < self.fastest_ms,
            "too_slow": rt_ms > self.slowest_ms,
        }


@dataclass(frozen=True)
class TooSoon:
    """T3: leave out participants whose answers came sooner than their pictures could have been shown.

    Only the server that received the answers knows; `shares` are theirs, by participant.
    """

    shares: Mapping[str, float]
    at_most: float = 0.05
    """Share of a participant's answers that may, in [0, 1]."""

    code = "T3"

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return f"participants with over {self.at_most:.0%} of answers sooner than the pictures could be shown"

    def participants(self, table: ResponseTable) -> Bools:
        """Which participants (by code) the rule leaves out."""
        labels = table.participant.labels
        return np.array([self.shares.get(label, 0.0) > self.at_most for label in labels], dtype=np.bool_)


@dataclass(frozen=True)
class StrictView:
    """The rules' outcome: a mask over the valid rows, the people left out, and the count of each step."""

    keep: Bools
    attention_excluded: tuple[str, ...]
    steps: tuple[Json, ...]


def vigilance_rows(table: ResponseTable) -> Rows:
    """The rows of vigilance trials with a known outcome, by participant and trial.

    A trial that was recorded twice counts once: the row with the smallest row number. One that was voided
    says nothing of attention.
    """
    known = (table.attention_passed != UNKNOWN) & (table.participant.codes >= 0) & (table.voided != 1)
    asked = np.flatnonzero(table.phase.is_label(ATTENTION) & known)
    who, when = table.participant.codes[asked], table.trial_index[asked]
    order = np.lexsort((table.row_id[asked], when, who))
    again = np.zeros(len(asked), dtype=bool)
    again[1:] = (np.diff(who[order]) == 0) & (np.diff(when[order]) == 0)
    return np.asarray(asked[order[~again]], dtype=np.intp)


def vigilance_shares(table: ResponseTable) -> Floats:
    """Share of vigilance trials passed, shape (participants,); NaN for those who saw none."""
    once = vigilance_rows(table)
    people = len(table.participant.labels)
    seen = np.bincount(table.participant.codes[once], minlength=people)
    passed = np.bincount(table.participant.codes[once], table.attention_passed[once] == 1, minlength=people)
    with np.errstate(invalid="ignore"):
        return np.asarray(passed / seen, dtype=np.float64)


def strict_view(
    table: ResponseTable,
    valid: ResponseTable,
    *,
    vigilance: LowVigilance | None = None,
    response_time: UnlikelyResponseTime | None = None,
    too_soon: TooSoon | None = None,
) -> StrictView:
    """Apply T1, T2 and, if given, T3 to the valid rows; `table` is the whole file, with vigilance trials."""
    vigilance = vigilance or LowVigilance()
    response_time = response_time or UnlikelyResponseTime()
    out = vigilance.participants(table)
    attentive = ~out[valid.participant.codes]
    reasons = response_time.reasons(valid.rt_ms)
    in_time = ~np.logical_or.reduce(list(reasons.values()))
    keep = attentive & in_time
    after_t1 = int(attentive.sum())
    labels = valid.participant.labels
    after_t2 = int(keep.sum())
    steps: tuple[Json, ...] = (
        {
            "step": vigilance.code,
            "rule": vigilance.sentence,
            "rows_in": len(valid),
            "rows_out": after_t1,
            "dropped": len(valid) - after_t1,
            "participants_dropped": int(out.sum()),
        },
        {
            "step": response_time.code,
            "rule": response_time.sentence,
            "rows_in": after_t1,
            "rows_out": after_t2,
            "dropped": after_t1 - after_t2,
        }
        | {reason: int((mask & attentive).sum()) for reason, mask in reasons.items()},
    )
    if too_soon is not None:
        rushed = too_soon.participants(table)
        keep &= ~rushed[valid.participant.codes]
        step: Json = {
            "step": too_soon.code,
            "rule": too_soon.sentence,
            "rows_in": after_t2,
            "rows_out": int(keep.sum()),
            "dropped": after_t2 - int(keep.sum()),
            "participants_dropped": int(rushed.sum()),
        }
        steps = (*steps, step)
    return StrictView(keep, tuple(sorted(labels[code] for code in np.flatnonzero(out))), steps)
