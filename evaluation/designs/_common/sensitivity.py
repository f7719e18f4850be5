"""How the rates of conditions would change under other rules of what counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from evaluation.designs._common.views import View
from evaluation.statistics.arrays import AnyCodes, Json, Rows
from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.rules import CURRENT_RULE


def how_the_answer_changes(
    valid: ValidResponses,
    found: Iterable[View],
    alpha: float = 0.05,
    rule: str = CURRENT_RULE,
    name: str = "fool_rate",
) -> list[Json]:
    """The rates of every condition under each view, under `name`, with the default interval."""
    valid = valid.by_photo_cluster()
    labels = valid.table.condition.labels
    arms = {
        arm: np.flatnonzero(valid.table.condition.codes == code)
        for arm, code in sorted((arm, code) for code, arm in enumerate(labels))
    }
    arms = {arm: rows for arm, rows in arms.items() if len(rows)}
    return [
        {
            "code": view.code,
            "rule": view.sentence,
            "n": int(view.keep.sum()),
            "participants": _different(valid.table.participant.codes[view.keep]),
            "models": {
                arm: _rate(valid, rows[view.keep[rows]], alpha, rule, name) for arm, rows in arms.items()
            },
        }
        for view in found
    ]


def voided_view(rows: int) -> View:
    """The line that counts voided trials as well, over all of so many rows."""
    return View("voided", "voided trials counted as well", np.ones(rows, dtype=np.bool_))


def _rate(valid: ValidResponses, rows: Rows, alpha: float, rule: str, name: str) -> Json:
    if not len(rows):
        return {"n": 0, "k": 0, name: None, "interval": None}
    found = clustered_rate(
        valid.fooled[rows],
        valid.table.participant.codes[rows],
        valid.table.photo.codes[rows],
        valid.cells_of(rows),
    )
    interval = default_interval(found, alpha, rule).as_json()
    return {"n": found.n, "k": found.k, name: found.rate, "interval": interval}


def _different(codes: AnyCodes) -> int:
    return int(np.count_nonzero(np.bincount(codes)))
