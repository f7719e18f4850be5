"""Photo by photo: how often something was found of each, or a mean, beside its scores. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags, Floats, Json
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.intervals import THIS_PHOTO
from evaluation.statistics.photo_means import photo_means
from evaluation.statistics.photo_rates import photo_rates
from evaluation.statistics.table import Factor

GALLERY = 5
Scores = Mapping[str, Mapping[str, float]]
"""By metric and photo."""


def photo_table(valid: ValidResponses, scores: Mapping[str, Scores], alpha: float = 0.05) -> Json:
    """How often each was fooled by: see `photos_by_condition`."""
    return photos_by_condition(valid.fooled, valid.table.condition, valid.table.photo, scores, alpha)


def photos_by_condition(
    outcome: Flags | Floats,
    condition: Factor,
    photo: Factor,
    scores: Mapping[str, Scores],
    alpha: float = 0.05,
    *,
    share: bool = True,
) -> Json:
    """`photos` names every judged photo; each column of `conditions` has one entry a photo, in that order."""
    judged = np.flatnonzero(np.bincount(photo.codes, minlength=len(photo.labels)))
    photos = sorted(photo.labels[code] for code in judged)
    conditions: dict[str, Json] = {}
    for code, name in sorted(enumerate(condition.labels), key=lambda pair: pair[1]):
        rows = np.flatnonzero(condition.codes == code)
        if len(rows):
            conditions[name] = photo_column(
                outcome[rows], photo.codes[rows], photo.labels, photos, scores.get(name, {}), alpha,
                share=share,
            )  # fmt: skip
    return {"photos": photos, "conditions": conditions}


def photo_column(
    outcome: Flags | Floats,
    photo: AnyCodes,
    labels: tuple[str, ...],
    photos: Sequence[str],
    scores: Scores,
    alpha: float = 0.05,
    *,
    share: bool = True,
) -> Json:
    """One entry for each of `photos` in every column; `outcome` and `photo` of shape (n,), n >= 1.

    An outcome is 0 or 1 where a `share` is wanted, else a number whose mean is. Columns: `n`, `k` (the sum of
    the outcomes), and from the empirical Bayes fit `mean`, `low`, `high`; then one for each metric. None: not
    judged, without interval, without a finite score.
    """
    if share:
        spread, rows = _rates(outcome, photo, labels, alpha)
    else:
        spread, rows = photo_means(outcome.astype(np.float64), photo, labels, alpha)
    by_photo = {row["image_id"]: row for row in rows}
    own = [by_photo.get(name) for name in photos]
    return {
        "spread": spread,
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


def _rates(
    outcome: Flags | Floats, photo: AnyCodes, labels: tuple[str, ...], alpha: float
) -> tuple[bool, list[Json]]:
    found = photo_rates(outcome.astype(np.int8), photo, labels)
    return found.fit.converged, found.rows(range(len(found.labels)), alpha)


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
