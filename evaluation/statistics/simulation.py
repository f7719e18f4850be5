"""Studies with a planted fool rate, to measure how often an interval holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from scipy.special import expit

from evaluation.statistics.arrays import Flags, Floats, Ints, Rows
from evaluation.statistics.clustered import (
    ClusteredRate,
    clustered_rate,
    default_interval,
    naive_interval,
    these_photos_interval,
)
from evaluation.statistics.intervals import Interval
from evaluation.statistics.rules import CGM_TWO_WAY

INTERVALS: dict[str, Callable[[ClusteredRate], Interval]] = {
    "default": default_interval,
    CGM_TWO_WAY: partial(default_interval, rule=CGM_TWO_WAY),
    "these_photos": these_photos_interval,
    "naive": naive_interval,
}


@cache
def normal_nodes(count: int) -> tuple[Floats, Floats]:
    """Nodes and weights of a weighted sum that is a mean over a standard normal; the weights add up to 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


@dataclass(frozen=True)
class Shape:
    """One condition of a study: everybody judges `trials` photos, drawn without replacement from `photos`.

    People and photos differ by normal effects on the log-odds scale, with the SDs given; `logit` is the
    log-odds of an average person with an average photo. With `log_sd_trials` people do different numbers of
    trials, log-normal with this SD of the logarithm and `trials` as their mean.
    """

    participants: int
    photos: int
    trials: int
    logit: float = -1.0
    sd_participant: float = 0.8
    sd_photo: float = 0.8
    log_sd_trials: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.trials <= self.photos:
            raise ValueError(f"{self.trials} trials a person need at least as many photos, not {self.photos}")

    def true_rate(self) -> float:
        """The rate over all people and photos, by Gauss-Hermite quadrature."""
        return _mean_rate(self.logit, float(np.hypot(self.sd_participant, self.sd_photo)))

    def with_rate(self, rate: float) -> Shape:
        """The same shape with the log-odds at which this is the true rate."""
        sd = float(np.hypot(self.sd_participant, self.sd_photo))
        low, high = -20.0, 20.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if _mean_rate(middle, sd) > rate else (middle, high)
        return replace(self, logit=low)


def _mean_rate(logit: float, sd: float) -> float:
    nodes, weights = normal_nodes(60)
    return float(np.sum(weights * expit(logit + sd * nodes)))


@dataclass(frozen=True)
class Coverage:
    """Share of simulated studies in which the interval held the planted rate, and its mean width."""

    share: float
    width: float


def one_study(shape: Shape, rng: np.random.Generator) -> tuple[Flags, Rows, Rows]:
    """Fooled (0 or 1), participant and photo of each trial, each of shape (trials of all people,)."""
    person = rng.normal(0, shape.sd_participant, shape.participants)
    photo = rng.normal(0, shape.sd_photo, shape.photos)
    if shape.log_sd_trials:
        spread = rng.normal(0, shape.log_sd_trials, shape.participants) - shape.log_sd_trials**2 / 2
        numbers = np.clip(np.round(shape.trials * np.exp(spread)), 1, shape.photos).astype(np.int64)
        who, what = np.repeat(np.arange(shape.participants), numbers), _uneven_draws(shape, numbers, rng)
    else:
        who = np.repeat(np.arange(shape.participants), shape.trials)
        what = _draws(shape, rng)
    rate: Floats = expit(shape.logit + person[who] + photo[what])
    return (rng.random(len(who)) < rate).astype(np.int8), who, what


def coverage(shape: Shape, *, studies: int, seed: int) -> dict[str, Coverage]:
    """See how often each interval holds the planted rate of simulated studies; reproducible by seed.

    A study in which an interval does not exist counts as not covered, with width 0.
    """
    rng = np.random.default_rng(seed)
    truth = shape.true_rate()
    held, width = dict.fromkeys(INTERVALS, 0), dict.fromkeys(INTERVALS, 0.0)
    for _ in range(studies):
        found = clustered_rate(*one_study(shape, rng))
        for name, interval in INTERVALS.items():
            ends = interval(found).ends
            if ends is not None:
                held[name] += ends[0] <= truth <= ends[1]
                width[name] += ends[1] - ends[0]
    return {name: Coverage(held[name] / studies, width[name] / studies) for name in INTERVALS}


def _uneven_draws(shape: Shape, numbers: Ints, rng: np.random.Generator) -> Rows:
    """For each person the first so many of all photos in an order of their own."""
    order = rng.random((shape.participants, shape.photos), dtype=np.float32).argsort(axis=1)
    return np.asarray(order[np.arange(shape.photos) < numbers[:, None]], dtype=np.intp)


def _draws(shape: Shape, rng: np.random.Generator) -> Rows:
    if shape.trials == shape.photos:
        return np.tile(np.arange(shape.photos), shape.participants)
    # In blocks of people: the keys of 5000 people and 10,000 photos at once would fill a gigabyte.
    block = max(1, 2_000_000 // shape.photos)
    drawn = np.empty((shape.participants, shape.trials), dtype=np.intp)
    for start in range(0, shape.participants, block):
        people = drawn[start : start + block]
        keys = rng.random((len(people), shape.photos), dtype=np.float32)
        people[:] = np.argpartition(keys, shape.trials, axis=1)[:, : shape.trials]
    return drawn.ravel()
