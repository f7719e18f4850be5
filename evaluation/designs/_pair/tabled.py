"""What the pair test says in the tables of an export: k, fool rate, posteriors, intervals. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from evaluation.designs._common.tabled import (
    EVERY_OTHER,
    MEDIAN_RT,
    OF_CONDITIONS,
    OF_PARTICIPANTS,
    OF_PHOTOS,
    count_column,
    end_columns,
    ends,
    of_participants,
)
from evaluation.designs._design import CONDITIONS, PARTICIPANTS, PHOTOS
from evaluation.statistics.arrays import Json
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.photo_rates import photo_rates
from studies.designs._columns import NUMBER, TEXT, WHOLE, Column

Row = dict[str, Any]
INTERVALS = {
    "default": "for new participants and new photos",
    "these_photos": "for new participants and these photos only",
    "naive": "over trials as if all were independent, for comparison with the literature",
    "this_participant": "for the only participant; empty where there are several",
}
"""The named intervals of a fool rate, as the report names them."""


def _rates(after: str) -> tuple[Column, ...]:
    counted = "Of these, trials in which the recolouring was taken for the real photo"
    rate = "k over n; 0.5 is chance in a pair test"
    return (
        count_column(after),
        Column("k", WHOLE, counted, low=0, after=after),
        Column("fool_rate", NUMBER, rate, "share", 0, 1, after=after),
    )


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    PARTICIPANTS: (*_rates(OF_PARTICIPANTS), MEDIAN_RT),
    PHOTOS: (
        *_rates(OF_PHOTOS),
        Column(
            "posterior_mean", NUMBER,
            "Fool rate drawn towards the condition's mean where few judged (beta-binomial empirical Bayes)",
            "share", 0, 1, after=OF_PHOTOS,
        ),
        Column("posterior_low", NUMBER, "Lower end of its 95 % interval; empty: no spread", "share", 0, 1,
               after=OF_PHOTOS),
        Column("posterior_high", NUMBER, "Upper end of its 95 % interval", "share", 0, 1, after=OF_PHOTOS),
    ),
    CONDITIONS: (
        *_rates(OF_CONDITIONS),
        *(end for name, words in INTERVALS.items() for end in end_columns(name, words, OF_CONDITIONS)),
        Column("no_interval_because", TEXT, "Why there is no default interval; empty: there is one",
               after=OF_CONDITIONS),
        Column("participants", WHOLE, "Participants behind n", low=0, after=OF_CONDITIONS),
        Column("photos", WHOLE, "Photos behind n", low=0, after=OF_CONDITIONS),
        Column("deff", NUMBER, "Design effect: n over the effective number of trials", low=0,
               after=OF_CONDITIONS),
        Column("strict_n", WHOLE, "Test trials that count in the strict view", low=0, after=OF_CONDITIONS),
        Column("strict_fool_rate", NUMBER, "Fool rate in the strict view", "share", 0, 1,
               after=OF_CONDITIONS),
        *end_columns("strict", "for new participants and new photos, in the strict view", OF_CONDITIONS),
    ),
}  # fmt: skip


def rows(valid: ValidResponses, analysis: Json) -> dict[str, dict[Hashable, Row]]:
    """The values of COLUMNS: by participant, by condition and photo, by condition."""
    return {
        PARTICIPANTS: _of_participants(valid),
        PHOTOS: _of_photos(valid),
        CONDITIONS: {EVERY_OTHER: _rate(0, 0)}
        | {name: _headline(model) for name, model in analysis["models"].items()},
    }


def _of_participants(valid: ValidResponses) -> dict[Hashable, Row]:
    labels = valid.table.participant.labels
    k = dict(zip(labels, np.bincount(valid.table.participant.codes, valid.fooled, len(labels)), strict=True))
    counted = of_participants(valid.table)
    return {name: row | _rate(row["n"], int(k.get(str(name), 0))) for name, row in counted.items()}


def _of_photos(valid: ValidResponses, alpha: float = 0.05) -> dict[Hashable, Row]:
    table = valid.table
    found: dict[Hashable, Row] = {EVERY_OTHER: _rate(0, 0)}
    for model in table.condition.labels:
        judged = np.flatnonzero(table.condition.is_label(model))
        if not len(judged):
            continue
        rates = photo_rates(valid.fooled[judged], table.photo.codes[judged], table.photo.labels)
        for row in rates.rows(range(len(rates.labels)), alpha):
            low, high = row["ci"] or (None, None)
            found[model, row["image_id"]] = _rate(row["n"], row["k"]) | {
                "posterior_mean": row["posterior_mean"], "posterior_low": low, "posterior_high": high,
            }  # fmt: skip
    return found


def _headline(model: Json) -> Row:
    row = _rate(model["n"], model["k"]) | {"participants": model["participants"], "photos": model["images"]}
    for name in INTERVALS:
        row |= ends(name, model["intervals"].get(name))
    strict = model["strict"]
    return row | {
        "no_interval_because": model["intervals"]["default"]["reason"] or None,
        "deff": model["recommended"]["deff"] if model["recommended"] else None,
        "strict_n": strict["n"],
        "strict_fool_rate": strict["fool_rate"],
        **ends("strict", (strict["intervals"] or {}).get("default")),
    }


def _rate(n: int, k: int) -> Row:
    return {"n": n, "k": k, "fool_rate": k / n if n else None}
