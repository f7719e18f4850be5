"""The spread of every difference of two conditions, from sums over clusters that all pairs share.

The rule is that of `satterthwaite.py` for the contrast of two rates. Everything it needs of a pair is a
polynomial in the two conditions' shares of each cluster, summed over the clusters: a product of two matrices
gives such a sum for all pairs at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import Bools, Floats, Ints, Rows
from evaluation.statistics.satterthwaite import Spread

CANCELLED = 1e-3
"""A difference below this share of its two terms is summed cluster by cluster: it would lose digits."""

Polynomial = dict[tuple[int, int], Floats]
"""Coefficients, one for each pair of conditions, of share_a^i share_b^j by the powers (i, j)."""


@dataclass(frozen=True)
class Judges:
    """How many clusters judged each condition, and how many of them judged both of two; (conditions,) * 2."""

    clusters: int
    together: Ints

    @classmethod
    def of(cls, judged: Bools) -> Judges:
        """From which cluster judged which condition, shape (clusters, conditions)."""
        counted = judged.astype(np.float64)
        return cls(len(judged), np.rint(counted.T @ counted).astype(np.int64))

    def counts(self, a: int, b: int) -> tuple[int, int]:
        """Clusters behind each of two conditions: the whole study's where some judged both."""
        if self.together[a, b]:
            return self.clusters, self.clusters
        return int(self.together[a, a]), int(self.together[b, b])

    def df(self, a: int, b: int) -> int:
        """Degrees of freedom of a difference; 0 where a group of its own is a single cluster."""
        counts = self.counts(a, b)
        if self.together[a, b]:
            return counts[0] - 1
        return sum(counts) - 2 if min(counts) > 1 else 0

    def overlap(self, a: int, b: int) -> float:
        """Share of the smaller condition's clusters that judged both."""
        return float(self.together[a, b] / min(self.together[a, a], self.together[b, b]))

    def factors(self) -> Floats:
        """G / (G - 1) for the row's condition beside the column's, of the clusters that `counts` gives."""
        own = np.diag(self.together)[:, None]
        counts = np.where(self.together > 0, self.clusters, own)
        return np.asarray(counts / np.maximum(counts - 1, 1))


def squared_differences(grid: Floats, factors: Floats) -> Floats:
    """Sum over clusters of (sqrt(f_ab) x_a - sqrt(f_ba) x_b)^2 for every two columns a and b of the grid.

    `grid` has shape (clusters, conditions), `factors` (conditions, conditions) holds f_ab.
    """
    products = grid.T @ grid
    own = np.diag(products)
    terms = factors * own[:, None] + factors.T * own[None, :]
    found = terms - 2 * np.sqrt(factors * factors.T) * products
    for a, b in zip(*np.nonzero(np.triu(found < CANCELLED * terms, 1)), strict=True):
        difference = grid[:, a] * np.sqrt(factors[a, b]) - grid[:, b] * np.sqrt(factors[b, a])
        found[a, b] = found[b, a] = np.dot(difference, difference)
    return np.asarray(found)


@dataclass(frozen=True)
class PairSpreads:
    """Variance and degrees of freedom of each difference, shape (conditions, conditions); NaN for None."""

    variance: Floats
    df: Floats

    def between(self, a: int, b: int) -> Spread | None:
        """What `spread_over_clusters` gives for one pair."""
        if np.isnan(self.variance[a, b]):
            return None
        return Spread(float(self.variance[a, b]), float(self.df[a, b]))


def pair_spreads(totals: Floats, trials: Floats, counts: Floats) -> PairSpreads:
    """The spread of every difference over clusters of one kind; the working model gives a pair one rate.

    `totals` and `trials`, shape (clusters, conditions), are sums of residuals divided by the condition's
    trials, and numbers of trials; `counts`, shape (conditions, 2), all trials and those fooled.
    """
    conditions = len(counts)
    first, second = np.triu_indices(conditions, 1)
    n, k = counts[:, 0], counts[:, 1]
    supposed = (k[first] + k[second] + 0.5) / (n[first] + n[second] + 1)
    scale = supposed * (1 - supposed)
    shares = _Shares(trials / n, first, second)
    found = squared_differences(totals, np.ones((conditions, conditions)))[first, second]
    plain = scale / n[first], scale / n[second]
    alone = _moments(shares, *plain)
    excess = found * alone.factor - sum(plain)
    between = np.maximum(0.0, excess / (shares.sum((2, 0)) + shares.sum((0, 2))))
    shared = _moments(shares, *plain, between)
    with_excess = alone.known & (between > 0)
    factor = np.where(with_excess, shared.factor, alone.factor)
    df = np.where(with_excess, shared.df, alone.df)
    whole = np.rint(df)
    # Rounding must not show where clusters are of one size, and the number is whole.
    df = np.where(np.abs(df - whole) < 1e-9 * df, whole, df)
    known = alone.known & (shared.known | ~with_excess)
    # Answers that cannot vary do not; else one cluster outweighs what all others could show.
    still = ~alone.known & (found == 0)
    holding = np.count_nonzero(trials, axis=0) >= 2
    valid = (known | still) & holding[first] & holding[second]
    met = np.rint(shares.clusters_of_pairs())
    variance, freedom = np.full((2, conditions, conditions), np.nan)
    for full, values, if_still in ((variance, found * factor, 0.0), (freedom, df, met - 1)):
        full[first, second] = np.where(valid, np.where(still, if_still, values), np.nan)
        full[second, first] = full[first, second]
    return PairSpreads(variance, freedom)


class _Shares:
    """Each condition's shares of its trials by cluster, and sums of products of their powers."""

    def __init__(self, shares: Floats, first: Rows, second: Rows) -> None:
        self._powers = {1: shares}
        self._first, self._second = first, second
        self._sums: dict[tuple[int, int], Floats] = {}

    def sum(self, powers: tuple[int, int]) -> Floats:
        """Of share_a^i share_b^j over clusters, for every pair (a, b); i and j are not both 0."""
        if powers not in self._sums:
            i, j = powers
            if i and j:
                self._sums[powers] = (self._power(i).T @ self._power(j))[self._first, self._second]
            else:
                self._sums[powers] = self._power(i or j).sum(axis=0)[self._first if i else self._second]
        return self._sums[powers]

    def total(self, *factors: Polynomial) -> Floats:
        """The product of polynomials, summed over clusters."""
        product: Polynomial = {(0, 0): np.ones(1)}
        for factor in factors:
            longer: Polynomial = {}
            for (i, j), left in product.items():
                for (more_i, more_j), right in factor.items():
                    powers = i + more_i, j + more_j
                    longer[powers] = longer.get(powers, 0) + left * right
            product = longer
        terms = [coefficient * self.sum(powers) for powers, coefficient in product.items()]
        return np.asarray(np.sum(terms, axis=0))

    def clusters_of_pairs(self) -> Floats:
        """How many clusters judged either condition of each pair."""
        judged = Judges.of(self._powers[1] > 0).together
        own = np.diag(judged)
        return np.asarray(
            own[self._first] + own[self._second] - judged[self._first, self._second], np.float64
        )

    def _power(self, exponent: int) -> Floats:
        if exponent not in self._powers:
            self._powers[exponent] = self._powers[1] ** exponent
        return self._powers[exponent]


@dataclass(frozen=True)
class _Moments:
    """Factor and degrees of freedom of the sum of squares of each pair; where they are not known, NaN."""

    factor: Floats
    df: Floats
    known: Bools


def _moments(shares: _Shares, plain_a: Floats, plain_b: Floats, between: Floats | None = None) -> _Moments:
    """As `satterthwaite._moments`; a cluster's variance is plain * share + between * share^2 on each side."""
    one = np.ones(1)
    side_a: Polynomial = {(1, 0): plain_a}
    side_b: Polynomial = {(0, 1): plain_b}
    if between is not None:
        side_a, side_b = side_a | {(2, 0): between}, side_b | {(0, 2): between}
    own = side_a | side_b
    negative = {powers: -coefficient for powers, coefficient in side_b.items()}
    sides: tuple[Polynomial, ...] = side_a, negative, {(1, 0): one}, {(0, 1): -one}
    everything = shares.total(side_a), shares.total(side_b)
    pairs = len(everything[0])
    core, products, weighted = np.zeros((3, pairs, 4, 4))
    for place in (0, 1):
        core[:, place, place + 2] = core[:, place + 2, place] = -1
        core[:, place + 2, place + 2] = everything[place]
    for i in range(4):
        for j in range(i + 1):
            products[:, i, j] = products[:, j, i] = shares.total(sides[i], sides[j])
            weighted[:, i, j] = weighted[:, j, i] = shares.total(own, sides[i], sides[j])
    whole = everything[0] + everything[1]
    inner = core @ products
    trace = whole + np.trace(inner, axis1=1, axis2=2)
    squares = (
        shares.total(own, own)
        + 2 * np.einsum("pij,pji->p", core, weighted)
        + np.einsum("pij,pji->p", inner, inner)
    )
    known = (trace > 1e-9 * whole) & (squares > 0)
    trace, squares = np.where(known, trace, np.nan), np.where(known, squares, np.nan)
    return _Moments(whole / trace, trace * trace / squares, known)
