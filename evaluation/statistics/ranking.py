"""Which condition fools most, and how sure is the order: P(rank = 1) and rank sets.

Rank sets after Mogstad, Romano, Shaikh & Wilhelm, Review of Economic Studies 91 (2024) 476-518: simultaneous
intervals for all differences tell how many conditions are certainly better and certainly worse.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.comparisons import ResidualTotals
from evaluation.statistics.intervals import check_alpha

DRAWS = 20_000
SEED = 20_240_501
"""Fixed, so that an analysis stays reproducible without asking for a seed; shares are right to 0.7 points."""


def ranking(totals: ResidualTotals | None, alpha: float = 0.05) -> list[Json]:
    """Conditions from the highest fool rate to the lowest; empty where there is nothing to compare (None).

    `p_first`: how often the condition is highest if the rates vary as their joint covariance says, as a
    multivariate t. `rank_set`: best and worst rank that hold for all at once with confidence
    1 - alpha. Conditions at 0 % or 100 % show no variance of their own and look surer than they are.
    """
    check_alpha(alpha)
    if totals is None:
        return []
    covariance = joint_covariance(totals)
    rates = np.array(totals.rates)
    rng = np.random.default_rng([SEED, len(rates)])
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    pairs = combinations(range(len(rates)), 2)
    df = max(1, min(totals.df(a, b) for a, b in pairs))
    scale = np.sqrt(df / rng.chisquare(df, size=(DRAWS, 1)))
    noise = (rng.standard_normal((DRAWS, len(rates))) @ root.T) * scale
    first = _shares_of_first(rates + noise)
    better = _certainly_greater(rates, guarded_variances(totals), covariance, noise, alpha)
    order = sorted(range(len(rates)), key=lambda place: (-rates[place], totals.labels[place]))
    return [
        {
            "model": totals.labels[place],
            "fool_rate": float(rates[place]),
            "p_first": float(first[place]),
            "rank_set": [1 + int(better[:, place].sum()), len(rates) - int(better[place].sum())],
        }
        for place in order
    ]


def joint_covariance(totals: ResidualTotals) -> Floats:
    """Covariance of the rates by participant and photo, shape (conditions, conditions); never negative.

    The two-way matrix, of which so much of the cells is taken off that no difference of two conditions varies
    less than its comparison takes for granted: too wide rather than too narrow.
    """
    by_person, by_photo, by_cell = _by_cluster(totals)
    least = np.minimum(_of_differences(by_person), _of_differences(by_photo))
    cells = _of_differences(by_cell)
    share = min(1.0, float(np.min(least[cells > 0] / cells[cells > 0], initial=1.0)))
    found = by_person + by_photo - share * by_cell
    return found if np.linalg.eigvalsh(found)[0] >= 0 else by_person + by_photo


def guarded_variances(totals: ResidualTotals) -> Floats:
    """Of each difference of two rates: max(two-way, participant, photo), as in `pairwise`."""
    found = np.zeros((len(totals.labels),) * 2)
    for a, b in combinations(range(len(found)), 2):
        by_person, by_photo, by_cell = totals.variances(a, b)
        found[a, b] = found[b, a] = max(by_person + by_photo - by_cell, by_person, by_photo)
    return found


def _by_cluster(totals: ResidualTotals) -> tuple[Floats, Floats, Floats]:
    """The covariances of the rates by participant, by photo and by cell.

    Each condition has the factor G / (G - 1) of the clusters that judged it: a study's other participants do
    not make it surer.
    """

    def covariance(grid: Floats, counts: Floats) -> Floats:
        scaled = grid * np.sqrt(counts / np.maximum(counts - 1, 1))
        return np.asarray(scaled.T @ scaled)

    cells = np.full(len(totals.labels), float(len(totals.cells)))
    return (
        covariance(totals.people, totals.judged_by.sum(axis=0)),
        covariance(totals.photos, totals.judged_on.sum(axis=0)),
        covariance(totals.cells, cells),
    )


def _of_differences(covariance: Floats) -> Floats:
    """The variance of each difference of two columns."""
    own = np.diag(covariance)
    return np.asarray(np.clip(own[:, None] + own[None, :] - 2 * covariance, 0, None))


def _shares_of_first(drawn: Floats) -> Floats:
    """How often each column is the greatest; equal greatest ones share."""
    greatest = drawn == drawn.max(axis=1, keepdims=True)
    return np.asarray((greatest / greatest.sum(axis=1, keepdims=True)).mean(axis=0))


def _certainly_greater(
    rates: Floats, variances: Floats, covariance: Floats, noise: Floats, alpha: float
) -> np.ndarray:
    """Entry (a, b): a is greater than b beyond the simultaneous interval of all differences.

    How wide the intervals must be together is read off the noise, which varies as `covariance` says; how wide
    each one is follows from the variance of its difference.
    """
    drawn = np.sqrt(_of_differences(covariance))
    known = drawn > 1e-12
    largest = np.zeros(len(noise))
    for a in range(len(rates)):
        for b in range(a):
            if known[a, b]:
                np.maximum(largest, np.abs(noise[:, a] - noise[:, b]) / drawn[a, b], out=largest)
    bar = float(np.quantile(largest, 1 - alpha))
    return np.asarray(known & (rates[:, None] - rates[None, :] > bar * np.sqrt(variances)))
