"""Exposure as a factor: the outcome at each level, and how it moves with every doubling of the time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Json, cells_of
from evaluation.statistics.clustered import clustered_rate, default_interval, these_photos_interval
from evaluation.statistics.crossed import NO_PHOTOS, Crossed
from evaluation.statistics.intervals import check_alpha
from evaluation.statistics.joint import Joint


@dataclass(frozen=True)
class Exposed:
    """One row for each trial, all of shape (n,); `arm` codes into `labels`, `exposure_ms` > 0 is as planned.

    `outcome` is what is averaged: 0 or 1 for a rate (fooled, wrong), or a number such as a rating. `photo` is
    None where nobody knows it.
    """

    participant: AnyCodes
    arm: AnyCodes
    exposure_ms: Floats
    outcome: Floats
    labels: tuple[str, ...]
    photo: AnyCodes | None = None

    def __post_init__(self) -> None:
        if len(self.outcome) == 0:
            raise ValueError("no trials: a level needs at least one")
        if not np.all(np.isfinite(self.exposure_ms) & (self.exposure_ms > 0)):
            raise ValueError("an exposure is a number of milliseconds above 0")

    def take(self, rows: Bools) -> Exposed:
        """Some of the trials."""
        return Exposed(
            self.participant[rows],
            self.arm[rows],
            self.exposure_ms[rows],
            self.outcome[rows],
            self.labels,
            None if self.photo is None else self.photo[rows],
        )

    @property
    def cell(self) -> AnyCodes | None:
        """Pairs of participant and photo."""
        return None if self.photo is None else cells_of(self.participant, self.photo)


def by_exposure(trials: Exposed, alpha: float = 0.05) -> Json:
    """Each condition's mean outcome at each level, the differences between levels, and the trend.

    `trend` is the change of the mean outcome per doubling of the exposure (a straight line on log2 of the
    time, beside one level for each condition), with a test against 0; `conditions` holds the same for each
    condition alone. A rate has Wilson's interval with effective n, other outcomes a t interval. With two
    levels the trend is their difference over the doublings between them; with more, `differences` show
    whether it is a line. Holm is over the levels of one condition.
    """
    check_alpha(alpha)
    levels = np.unique(trials.exposure_ms)
    result: Json = {
        "levels_ms": levels.tolist(),
        "reason": "" if trials.photo is not None else NO_PHOTOS,
        "unit": "per doubling of the exposure",
        "trend": None,
        "conditions": [],
    }
    if len(levels) < 2:
        result["reason"] = "a single level of exposure: nothing shows what the time does"
    else:
        result["trend"] = _trend(trials, alpha)
    for code, label in enumerate(trials.labels):
        rows = np.asarray(trials.arm == code)
        if rows.any():
            result["conditions"].append({"label": label} | _condition(trials.take(rows), alpha))
    return result


def _condition(own: Exposed, alpha: float) -> Json:
    levels, place = np.unique(own.exposure_ms, return_inverse=True)
    place = place.reshape(-1)
    names = tuple(f"{level:g}" for level in levels)
    joint = Joint.means(names, own.outcome, place, own.participant, own.photo, own.cell)
    binary = bool(np.isin(own.outcome, (0.0, 1.0)).all())
    rows: list[Json] = []
    for at, level in enumerate(levels):
        shown = np.asarray(place == at)
        found = joint.one(at, alpha)
        row: Json = {
            "exposure_ms": float(level),
            "n": int(np.count_nonzero(shown)),
            "mean": found["estimate"],
            "estimand": found["estimand"],
            "ci": found["ci"],
            "reason": found["reason"],
        }
        if binary:
            interval = _rate(own.take(shown), alpha)
            row |= {"ci": interval["ci"], "reason": interval["reason"]}
        rows.append(row)
    # From the longer to the shorter time: positive where less time gives more.
    differences = [
        {"shorter_ms": float(pair["a"]), "longer_ms": float(pair["b"])}
        | {name: value for name, value in pair.items() if name not in ("a", "b")}
        for pair in joint.pairs(alpha)
    ]
    return {
        "levels": rows,
        "differences": differences,
        "trend": _trend(own, alpha) if len(levels) > 1 else None,
    }


def _rate(shown: Exposed, alpha: float) -> Json:
    fooled = shown.outcome.astype(np.int8)
    if shown.photo is None:
        nowhere = np.zeros(len(fooled), dtype=np.int64)
        interval = these_photos_interval(clustered_rate(fooled, shown.participant, nowhere), alpha)
    else:
        found = clustered_rate(fooled, shown.participant, shown.photo, shown.cell)
        interval = default_interval(found, alpha)
    return {"ci": interval.ends, "reason": interval.reason}


def _trend(trials: Exposed, alpha: float) -> Json:
    """The common slope on log2 of the exposure beside a level for each condition, by least squares."""
    n = np.bincount(trials.arm)
    x = np.log2(trials.exposure_ms)
    # Within conditions: what a condition's mean time explains is its level.
    x = x - (np.bincount(trials.arm, x) / np.maximum(n, 1))[trials.arm]
    y = trials.outcome - (np.bincount(trials.arm, trials.outcome) / np.maximum(n, 1))[trials.arm]
    information = float(np.dot(x, x))
    if information <= 1e-12 * len(x):
        return {"estimate": None, "ci": None, "reason": "each condition was shown at one level only"}
    slope = float(np.dot(x, y)) / information
    residual = y - slope * x
    noise = np.full(len(x), float(np.dot(residual, residual)) / len(x))
    crossed = Crossed(
        x[:, None], residual, noise, np.ones(len(x)), trials.participant, trials.photo, trials.cell
    )
    joint = Joint(("slope",), np.array([slope]), np.array([[1 / information]]), crossed)
    return joint.one(0, alpha, null=0.0)
