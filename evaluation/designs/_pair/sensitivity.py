"""How the fool rates would change under other rules of what counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from evaluation.designs._common.views import View
from evaluation.statistics.arrays import AnyCodes, Json, Rows
from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.filters import ValidResponses, valid_responses
from evaluation.statistics.rules import CURRENT_RULE
from evaluation.statistics.table import UNKNOWN, ResponseTable


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
