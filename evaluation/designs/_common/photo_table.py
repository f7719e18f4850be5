"""Photo by photo: how often something was found of each under each condition, beside its scores. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags, Json
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.intervals import THIS_PHOTO
from evaluation.statistics.photo_rates import photo_rates

GALLERY = 5
Scores = Mapping[str, Mapping[str, float]]
"""By metric and photo."""


def photo_table(valid: ValidResponses, scores: Mapping[str, Scores], alpha: float = 0.05) -> Json:
    """`photos` names every judged photo; each column of `conditions` has one entry a photo, in that order."""
    table = valid.table
    judged = np.flatnonzero(np.bincount(table.photo.codes, minlength=len(table.photo.labels)))
    photos = sorted(table.photo.labels[code] for code in judged)
    conditions: dict[str, Json] = {}
    for code, name in sorted(enumerate(table.condition.labels), key=lambda pair: pair[1]):
        rows = np.flatnonzero(table.condition.codes == code)
        if len(rows):
            conditions[name] = photo_column(
                valid.fooled[rows], table.photo.codes[rows], table.photo.labels, photos, scores.get(name, {}),
                alpha,
            )  # fmt: skip
    return {"photos": photos, "conditions": conditions}


def photo_column(
    outcome: Flags,
    photo: AnyCodes,
    labels: tuple[str, ...],
    photos: Sequence[str],
    scores: Scores,
    alpha: float = 0.05,
) -> Json:
    """One entry for each of `photos` in every column; `outcome` 0 or 1 and `photo` of shape (n,), n >= 1.

    Columns: `n`, `k`, and from the empirical Bayes fit `mean`, `low`, `high`; then one for each metric.
    None: not judged, without interval, without a finite score.
    """
    found = photo_rates(outcome, photo, labels)
    by_photo = {row["image_id"]: row for row in found.rows(range(len(found.labels)), alpha)}
    own = [by_photo.get(name) for name in photos]
    return {
        "spread": found.fit.converged,
        "estimand": THIS_PHOTO,
        "n": [row["n"] if row else 0 for row in own],
        "k": [row["k"] if row else 0 for row in own],
        "mean": [row["posterior_mean"] if row else None for row in own],
        "low": [row["ci"][0] if row and row["ci"] else None for row in own],
        "high": [row["ci"][1] if row and row["ci"] else None for row in own],
        "scores": {
            metric: [_finite(values.get(name)) for name in photos] for metric, values in scores.items()
        },
    }


def gallery_of(photos: Json) -> Json:
    """The extremes of each condition; `photos` of the findings."""
    return {name: extremes(photos, name) for name in photos["conditions"]}


def extremes(table: Json, condition: str, most: int = GALLERY) -> dict[str, list[Json]]:
    """The photos with the highest ("most") and lowest ("least") drawn-in rate, none in both.

    Empty where the photos differ no more than chance explains: any order would be the order of luck.
    """
    column = table["conditions"][condition]
    if not column["spread"]:
        return {"most": [], "least": []}
    judged = [place for place, n in enumerate(column["n"]) if n]
    ranked = sorted(judged, key=lambda place: (-column["mean"][place], table["photos"][place]))
    size = min(most, len(ranked) // 2)

    def fact(place: int) -> Json:
        numbers = {name: column[name][place] for name in ("n", "k", "mean", "low", "high")}
        return {"photo": table["photos"][place], **numbers, "estimand": column["estimand"]}

    chosen = {"most": ranked[:size], "least": ranked[::-1][:size]}
    return {name: [fact(place) for place in places] for name, places in chosen.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
