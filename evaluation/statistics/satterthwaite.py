"""How sure a clustered variance itself is: its factor and degrees of freedom, from the clusters' own sizes.

Bell & McCaffrey, Survey Methodology 28 (2002) 169-181; Imbens & Kolesár, Review of Economics and Statistics
98 (2016) 701-712. Clusters of equal size get G / (G - 1) and G - 1. The more unequal they are, the fewer
degrees of freedom are left, because a few large clusters then decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Floats, sums


@dataclass(frozen=True)
class Spread:
    """The variance of an estimate over clusters of one kind, and the degrees of freedom behind it."""

    variance: float
    df: float


@dataclass(frozen=True)
class Scores:
    """What each cluster adds to the equations "scores add up to 0" that an estimate solves.

    `totals` (G, k) are the sums over each cluster, `information` (G, k, k) is their variance if no two trials
    had anything in common, and `response` (G, k, k) how they move with the parameters.
    """

    totals: Floats
    information: Floats
    response: Floats


def spread_over_clusters(scores: Scores, contrast: Floats) -> Spread | None:
    """The spread of an estimate that moves by `contrast` (k,) times the sum of the scores.

    The working model gives clusters a variance of their own beside that of independent trials, estimated by
    moments, so that unequal clusters count by what they really tell. None for fewer than two clusters, and
    where one cluster alone holds a parameter.
    """
    holding = np.count_nonzero(np.diagonal(scores.response, axis1=1, axis2=2), axis=0)
    if holding.min() < 2:
        return None
    bread = np.linalg.pinv(scores.response.sum(axis=0))
    found = float(np.square(scores.totals @ contrast).sum())
    pull = _times(scores.response, contrast)
    alone = _moments(scores.information, pull, contrast, bread)
    if alone is None:
        # Answers that cannot vary do not; else one cluster outweighs what all others could show.
        return Spread(0.0, float(len(scores.totals) - 1)) if found == 0 else None
    excess = found * alone[0] - float((_times(scores.information, contrast) @ contrast).sum())
    between = max(0.0, excess / float(np.square(pull).sum()))
    moments: tuple[float, float] | None = alone
    if between > 0:
        shared = between * np.einsum("gij,gkj->gik", scores.response, scores.response)
        moments = _moments(scores.information + shared, pull, contrast, bread)
    if moments is None:
        return None
    factor, df = moments
    # Rounding must not show where clusters are of one size, and the number is whole.
    return Spread(found * factor, float(round(df)) if abs(df - round(df)) < 1e-9 * df else df)


def _moments(working: Floats, pull: Floats, contrast: Floats, bread: Floats) -> tuple[float, float] | None:
    """Factor and degrees of freedom of the sum of squared cluster totals, if `working` is their variance.

    The totals that can be seen are those of residuals: cluster g lacks `pull[g]` times what all clusters
    together moved the parameters. Their covariance is diagonal plus a matrix of rank 2k, so that all sums are
    O(G k^2).
    """
    with_own = _times(working, contrast)
    own = with_own @ contrast
    with_all = with_own @ bread
    everything = bread @ working.sum(axis=0) @ bread
    k = len(contrast)
    sides = np.concatenate((with_all, pull), axis=1)
    zero, one = np.zeros((k, k)), np.eye(k)
    core = np.block([[zero, -one], [-one, everything]])
    inner = core @ (sides.T @ sides)
    trace = float(own.sum() + np.trace(inner))
    squares = float(
        np.square(own).sum()
        + 2 * np.trace(core @ (sides.T @ (own[:, None] * sides)))
        + np.sum(inner * inner.T)
    )
    whole = float(own.sum())
    if trace <= 1e-9 * whole or squares <= 0:
        return None
    return whole / trace, trace * trace / squares


def _times(matrices: Floats, vector: Floats) -> Floats:
    """Each matrix times the vector: einsum, as a product of many small matrices costs ten times as much."""
    if len(vector) == 1:
        return matrices[:, :, 0] * vector
    return np.asarray(np.einsum("gij,j->gi", matrices, vector))


def scores_of_mean(
    residuals: Floats, clusters: AnyCodes, variance: float, weights: Floats | None = None
) -> Scores:
    """The scores of a mean of n answers, each with that `variance`; O(n).

    `residuals` and `weights` shape (n,); the weights add up to 1, and without them each answer weighs 1/n.
    """
    sizes = sums(clusters)
    present = sizes > 0
    if weights is None:
        n = len(residuals)
        totals, shares = sums(clusters, residuals) / n, sizes / n
        squares = shares / n
    else:
        totals = sums(clusters, residuals * weights)
        shares, squares = sums(clusters, weights), sums(clusters, weights * weights)
    return Scores(
        totals[present][:, None],
        (squares * variance)[present][:, None, None],
        shares[present][:, None, None],
    )


ONE = np.ones(1)
"""The contrast of a single parameter."""
