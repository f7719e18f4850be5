"""The views of an analysis: every valid trial, the strict rules, and each rule alone. Pure.

Every rule is applied to the same valid rows, so that lines differ by the rule alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from evaluation.designs._exclusion_rules import LowVigilance, TooSoon, UnlikelyResponseTime
from evaluation.statistics.arrays import Bools
from evaluation.statistics.table import ResponseTable


@dataclass(frozen=True)
class View:
    """A rule in words and the valid rows that it keeps, shape (valid rows,)."""

    code: str
    sentence: str
    keep: Bools


def views(
    table: ResponseTable,
    valid: ResponseTable,
    *,
    vigilance: LowVigilance | None = None,
    response_time: UnlikelyResponseTime | None = None,
    too_soon: TooSoon | None = None,
    faulty: Iterable[float] = (),
    finished: Iterable[str] = (),
) -> list[View]:
    """The default view, the strict one, each of its rules alone, and two that judge the circumstances.

    `table` is the whole file, with the vigilance trials, `valid` the rows that count; `faulty` holds the
    row_id of trials whose exposure was off, `finished` the participants who came to the end.
    """
    vigilance = vigilance or LowVigilance()
    response_time = response_time or UnlikelyResponseTime()
    attentive = ~vigilance.participants(table)[valid.participant.codes]
    in_time = ~np.logical_or.reduce(list(response_time.reasons(valid.rt_ms).values()))
    possible = np.ones(len(valid), dtype=np.bool_)
    if too_soon is not None:
        possible = ~too_soon.participants(table)[valid.participant.codes]
    as_planned = ~np.isin(valid.row_id, np.fromiter(faulty, dtype=np.float64))
    names = frozenset(finished)
    to_the_end = np.array([label in names for label in valid.participant.labels], dtype=np.bool_)
    return [
        View("default", "every valid trial: the default view", np.ones(len(valid), dtype=np.bool_)),
        View(
            "strict",
            f"strict view: {'both' if too_soon is None else 'all three'} rules below",
            attentive & in_time & possible,
        ),
        View("T1", f"left out: {vigilance.sentence}", attentive),
        View("T2", f"left out: {response_time.sentence}", in_time),
        *([View(too_soon.code, f"left out: {too_soon.sentence}", possible)] if too_soon else []),
        View("exposure", "left out: trials whose exposure had a fault", as_planned),
        View(
            "finished", "left out: participations that were not finished", to_the_end[valid.participant.codes]
        ),
    ]
