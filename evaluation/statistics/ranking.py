"""Which condition fools most, and how sure is the order: P(rank = 1) and rank sets.

Rank sets after Mogstad, Romano, Shaikh & Wilhelm, Review of Economic Studies 91 (2024) 476-518: simultaneous
intervals for all differences tell how many conditions are certainly better and certainly worse.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.comparisons import ResidualTotals
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import DEFAULT, check_alpha
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE

DRAWS = 20_000
TINY = 1e-12
SEED = 20_240_501
"""Fixed, so that an analysis stays reproducible without asking for a seed; shares are right to 0.7 points."""


def ranking(totals: ResidualTotals | None, alpha: float = 0.05, rule: str = CURRENT_RULE) -> list[Json]:
    """Conditions from the highest fool rate to the lowest; empty where there is nothing to compare (None).

    `p_first`: how often the condition is highest if the rates vary as their joint covariance says, as a
    multivariate t. `rank_set`: best and worst rank that hold for all at once with confidence
    1 - alpha. Conditions at 0 % or 100 % show no variance of their own and look surer than they are.
    """
    check_alpha(alpha)
    if totals is None:
        return []
    rates = np.array(totals.rates)
    variances = guarded_variances(totals, rule)
    covariance = joint_covariance(totals)
    drawn = _of_differences(covariance)
    if rule != CGM_TWO_WAY:
        # Unequal clusters vary more under this rule: then so much more in every direction.
        known = drawn > TINY
        covariance = covariance * max(1.0, float(np.max(variances[known] / drawn[known], initial=1.0)))
    noise = _noise(covariance, _fewest(totals, rule))
    first = _shares_of_first(rates + noise)
    better = _certainly_greater(rates, variances, _bar(covariance, noise, alpha))
    order = sorted(range(len(rates)), key=lambda place: (-rates[place], totals.labels[place]))
    return [
        {
            "model": totals.labels[place],
            "fool_rate": float(rates[place]),
            "p_first": float(first[place]),
            "estimand": {"rank_set": DEFAULT},
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


def guarded_variances(totals: ResidualTotals, rule: str = CURRENT_RULE) -> Floats:
    """Of each difference of two rates: max(two-way, participant, photo), as in `pairwise`."""
    found = np.zeros((len(totals.labels),) * 2)
    for a, b in combinations(range(len(found)), 2):
        basis = totals.basis(a, b, rule) or totals.basis(a, b, CGM_TWO_WAY)
        if basis is None:
            by_person, by_photo, by_cell = totals.variances(a, b)
            found[a, b] = found[b, a] = max(by_person + by_photo - by_cell, by_person, by_photo)
        else:
            found[a, b] = found[b, a] = basis.variance
    return found


def add_simultaneous(
    pairs: list[Json], totals: ResidualTotals | None, alpha: float = 0.05, rule: str = CURRENT_RULE
) -> None:
    """Add to each recommended comparison the interval that holds together with those of all other pairs.

    Their common bar is the quantile of the largest of all differences, from a multivariate t with the joint
    covariance; never less than the t quantile of the pair alone. Hothorn, Bretz & Westfall, Biometrical J. 50
    (2008) 346-363.
    """
    if totals is None:
        return
    covariance = joint_covariance(totals)
    bar = _bar(covariance, _noise(covariance, _fewest(totals, rule)), alpha) if len(pairs) > 1 else 0.0
    for pair in pairs:
        found = pair["recommended"]
        ends = None
        if found["ci"] is not None:
            half = max(bar, t_quantile(alpha / 2, found["df"])) * found["se"]
            ends = [max(-1.0, pair["diff"] - half), min(1.0, pair["diff"] + half)]
        found["simultaneous_ci"] = ends


def _fewest(totals: ResidualTotals, rule: str) -> float:
    """The fewest degrees of freedom of any pair, at least one."""
    pairs = combinations(range(len(totals.labels)), 2)
    found = [basis.df for a, b in pairs if (basis := totals.basis(a, b, rule))]
    return max(1.0, min(found, default=1.0))


def _noise(covariance: Floats, df: float) -> Floats:
    """Draws of a multivariate t around 0, shape (DRAWS, conditions)."""
    rng = np.random.default_rng([SEED, len(covariance)])
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    scale = np.sqrt(df / rng.chisquare(df, size=(DRAWS, 1)))
    return np.asarray((rng.standard_normal((DRAWS, len(covariance))) @ root.T) * scale)


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


def _bar(covariance: Floats, noise: Floats, alpha: float) -> float:
    """How many standard errors all differences together need: read off noise that varies as `covariance`."""
    drawn = np.sqrt(_of_differences(covariance))
    columns = np.ascontiguousarray(noise.T)
    largest, difference = np.zeros((2, len(noise)))
    for a in range(len(drawn)):
        for b in range(a):
            if drawn[a, b] > TINY:
                np.subtract(columns[a], columns[b], out=difference)
                np.abs(difference, out=difference)
                np.maximum(largest, np.divide(difference, drawn[a, b], out=difference), out=largest)
    return float(np.quantile(largest, 1 - alpha))


def _certainly_greater(rates: Floats, variances: Floats, bar: float) -> np.ndarray:
    """Entry (a, b): a is greater than b beyond the simultaneous interval of all differences."""
    known = variances > TINY**2
    return np.asarray(known & (rates[:, None] - rates[None, :] > bar * np.sqrt(variances)))
