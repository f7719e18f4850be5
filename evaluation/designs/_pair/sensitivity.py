"""How the answer would change under other rules of what counts. Pure.

Every rule is applied to the same valid rows, so that lines differ by the rule alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from evaluation.designs._exclusion_rules import LowVigilance, TooSoon, UnlikelyResponseTime
from evaluation.statistics.arrays import AnyCodes, Bools, Json, Rows
from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.filters import ValidResponses, valid_responses
from evaluation.statistics.rules import CURRENT_RULE
from evaluation.statistics.table import UNKNOWN, ResponseTable


@dataclass(frozen=True)
class View:
    """A rule in words and the valid rows that it keeps, shape (valid rows,)."""

    code: str
    sentence: str
    keep: Bools


def views(
    table: ResponseTable,
    valid: ValidResponses,
    *,
    vigilance: LowVigilance,
    response_time: UnlikelyResponseTime,
    too_soon: TooSoon | None = None,
    faulty: Iterable[float] = (),
    finished: Iterable[str] = (),
) -> list[View]:
    """The default view, the strict one, each of its rules alone, and two that judge the circumstances.

    `table` is the whole file, with the vigilance trials; `faulty` holds the row_id of trials whose exposure
    was off, `finished` the participants who came to the end.
    """
    own = valid.table
    attentive = ~vigilance.participants(table)[own.participant.codes]
    in_time = ~np.logical_or.reduce(list(response_time.reasons(own.rt_ms).values()))
    possible = np.ones(len(valid), dtype=np.bool_)
    if too_soon is not None:
        possible = ~too_soon.participants(table)[own.participant.codes]
    as_planned = ~np.isin(own.row_id, np.fromiter(faulty, dtype=np.float64))
    names = frozenset(finished)
    to_the_end = np.array([label in names for label in own.participant.labels], dtype=np.bool_)
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
            "finished", "left out: participations that were not finished", to_the_end[own.participant.codes]
        ),
    ]


def how_the_answer_changes(
    valid: ValidResponses, found: Iterable[View], alpha: float = 0.05, rule: str = CURRENT_RULE
) -> list[Json]:
    """The fool rates of every condition under each view, with the default interval."""
    valid = valid.by_photo_cluster()
    labels = valid.table.condition.labels
    arms = {
        name: np.flatnonzero(valid.table.condition.codes == code)
        for name, code in sorted((name, code) for code, name in enumerate(labels))
    }
    arms = {name: rows for name, rows in arms.items() if len(rows)}
    return [
        {
            "code": view.code,
            "rule": view.sentence,
            "n": int(view.keep.sum()),
            "participants": _different(valid.table.participant.codes[view.keep]),
            "models": {name: _rate(valid, rows[view.keep[rows]], alpha, rule) for name, rows in arms.items()},
        }
        for view in found
    ]


def with_voided(table: ResponseTable, alpha: float = 0.05, rule: str = CURRENT_RULE) -> list[Json]:
    """The line that counts voided trials as well; none where no trial was voided."""
    if not (table.voided == 1).any():
        return []
    every = valid_responses(replace(table, voided=np.full_like(table.voided, UNKNOWN)))
    keep = np.ones(len(every), dtype=np.bool_)
    view = View("voided", "voided trials counted as well", keep)
    return how_the_answer_changes(every, [view], alpha, rule)


def _rate(valid: ValidResponses, rows: Rows, alpha: float, rule: str) -> Json:
    if not len(rows):
        return {"n": 0, "k": 0, "fool_rate": None, "interval": None}
    found = clustered_rate(
        valid.fooled[rows],
        valid.table.participant.codes[rows],
        valid.table.photo.codes[rows],
        valid.cells_of(rows),
    )
    interval = default_interval(found, alpha, rule).as_json()
    return {"n": found.n, "k": found.k, "fool_rate": found.rate, "interval": interval}


def _different(codes: AnyCodes) -> int:
    return int(np.count_nonzero(np.bincount(codes)))
