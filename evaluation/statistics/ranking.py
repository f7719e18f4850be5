"""Which condition fools most, and how sure is the order: P(rank = 1) and rank sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.comparisons import ResidualTotals
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import DEFAULT, check_alpha
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE
from evaluation.statistics.simultaneous import (
    Noise,
    at_least,
    certainly_greater,
    rank_sets,
    two_way_covariance,
)


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
    if rule != CGM_TWO_WAY:
        # Unequal clusters vary more under this rule: then so much more in every direction.
        covariance = at_least(covariance, variances)
    noise = Noise.of(covariance, _fewest(totals, rule))
    first = noise.chance_of_first(rates)
    sets = rank_sets(certainly_greater(rates, variances, noise.bar(alpha)))
    order = sorted(range(len(rates)), key=lambda place: (-rates[place], totals.labels[place]))
    return [
        {
            "model": totals.labels[place],
            "fool_rate": float(rates[place]),
            "p_first": float(first[place]),
            "estimand": {"rank_set": DEFAULT},
            "rank_set": sets[place],
        }
        for place in order
    ]


def standing(
    totals: ResidualTotals | None, photo_labels: Sequence[str], rule: str = CURRENT_RULE
) -> Standing | None:
    """The rates with their joint covariance, to be set beside another study's; None: nothing to compare.

    `photo_labels` name the photos that occur, in the order of their codes.
    """
    if totals is None:
        return None
    return Standing(
        "",
        totals.labels,
        np.array(totals.rates),
        at_least(joint_covariance(totals), guarded_variances(totals, rule)),
        _fewest(totals, rule),
        tuple(photo_labels),
        totals.photos,
    )


def joint_covariance(totals: ResidualTotals) -> Floats:
    """Covariance of the rates by participant and photo, shape (conditions, conditions); never negative."""
    return two_way_covariance(*_by_cluster(totals))


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
    bar = Noise.of(covariance, _fewest(totals, rule)).bar(alpha) if len(pairs) > 1 else 0.0
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
