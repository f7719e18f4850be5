"""Statements that hold for all differences of several values at once, from their joint covariance.

Simultaneous intervals: Hothorn, Bretz & Westfall, Biometrical J. 50 (2008) 346-363. Rank sets after Mogstad,
Romano, Shaikh & Wilhelm, Review of Economic Studies 91 (2024) 476-518: the simultaneous intervals tell how
many values are certainly greater and certainly smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import Bools, Floats

DRAWS = 20_000
TINY = 1e-12
SEED = 20_240_501
"""Fixed, so that an analysis stays reproducible without asking for a seed; shares are right to 0.7 points."""


def two_way_covariance(by_person: Floats, by_photo: Floats, by_cell: Floats) -> Floats:
    """The joint covariance of k values by participant and photo, all of shape (k, k); never negative.

    The two-way matrix, of which so much of the cells is taken off that no difference of two values varies
    less than its comparison takes for granted: too wide rather than too narrow.
    """
    least = np.minimum(of_differences(by_person), of_differences(by_photo))
    cells = of_differences(by_cell)
    share = min(1.0, float(np.min(least[cells > 0] / cells[cells > 0], initial=1.0)))
    found = by_person + by_photo - share * by_cell
    return found if np.linalg.eigvalsh(found)[0] >= 0 else by_person + by_photo


def at_least(covariance: Floats, variances: Floats) -> Floats:
    """The covariance, scaled up as a whole until each difference varies as `variances` (k, k) says."""
    drawn = of_differences(covariance)
    known = drawn > TINY
    return covariance * max(1.0, float(np.max(variances[known] / drawn[known], initial=1.0)))


def of_differences(covariance: Floats) -> Floats:
    """The variance of each difference of two values."""
    own = np.diag(covariance)
    return np.asarray(np.clip(own[:, None] + own[None, :] - 2 * covariance, 0, None))


@dataclass(frozen=True)
class Noise:
    """Draws of a multivariate t around 0, shape (DRAWS, k), and the covariance that they have."""

    drawn: Floats
    covariance: Floats

    @classmethod
    def of(cls, covariance: Floats, df: float) -> Noise:
        """With `df` degrees of freedom, the same draws each time."""
        rng = np.random.default_rng([SEED, len(covariance)])
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.clip(values, 0, None))
        scale = np.sqrt(df / rng.chisquare(df, size=(DRAWS, 1)))
        drawn = (rng.standard_normal((DRAWS, len(covariance))) @ root.T) * scale
        return cls(np.asarray(drawn), covariance)

    def bar(self, alpha: float) -> float:
        """How many standard errors all differences need to hold together with confidence 1 - alpha."""
        spread = np.sqrt(of_differences(self.covariance))
        columns = np.ascontiguousarray(self.drawn.T)
        largest, apart = np.zeros((2, len(self.drawn)))
        for a in range(len(spread)):
            for b in range(a):
                if spread[a, b] > TINY:
                    np.subtract(columns[a], columns[b], out=apart)
                    np.abs(apart, out=apart)
                    np.maximum(largest, np.divide(apart, spread[a, b], out=apart), out=largest)
        return float(np.quantile(largest, 1 - alpha))

    def chance_of_first(self, values: Floats) -> Floats:
        """How often each value is the greatest if they vary like this; equal greatest ones share. (k,)."""
        drawn = values + self.drawn
        greatest = drawn == drawn.max(axis=1, keepdims=True)
        return np.asarray((greatest / greatest.sum(axis=1, keepdims=True)).mean(axis=0))


def certainly_greater(values: Floats, variances: Floats, bar: float) -> Bools:
    """Entry (a, b): a is greater than b beyond the simultaneous interval of all differences."""
    known = variances > TINY**2
    return np.asarray(known & (values[:, None] - values[None, :] > bar * np.sqrt(variances)))


def rank_sets(greater: Bools) -> list[list[int]]:
    """Best and worst rank of each value, 1 for the greatest, from what is certainly greater."""
    return [[1 + int(greater[:, k].sum()), len(greater) - int(greater[k].sum())] for k in range(len(greater))]
