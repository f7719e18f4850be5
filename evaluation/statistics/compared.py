"""Several values of one study: every difference with its interval, and how sure the order is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np

from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.clustered import Basis
from evaluation.statistics.comparisons import add_holm
from evaluation.statistics.crossed import t_interval
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.simultaneous import Noise, at_least, certainly_greater, rank_sets

FEWEST_DF = 1.0


@dataclass(frozen=True)
class Compared:
    """k values (k,), their joint covariance (k, k), and the variance behind each difference (a, b), a < b.

    A basis is None where a difference has no variance to go by; `reasons` says why, where it is not that a
    single participant or photo was judged.
    """

    labels: tuple[str, ...]
    values: Floats
    estimand: str
    bases: Mapping[tuple[int, int], Basis | None]
    raw_covariance: Floats
    reasons: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def pairs(self, alpha: float) -> list[Json]:
        """Every difference a - b: t interval and test, Holm over all, and the simultaneous interval.

        `ci` holds for one pair, `simultaneous_ci` for all pairs together.
        """
        bar = self._noise.bar(alpha) if len(self.labels) > 2 else 0.0
        results: list[Json] = []
        for a, b in combinations(range(len(self.labels)), 2):
            found = t_interval(
                float(self.values[a] - self.values[b]), self.bases[a, b], self.estimand, alpha, null=0.0
            )
            if self.bases[a, b] is None:
                found["reason"] = self.reasons.get((a, b), found["reason"])
            ends = None
            if found["ci"] is not None:
                half = max(bar, t_quantile(alpha / 2, found["df"])) * found["se"]
                ends = [found["estimate"] - half, found["estimate"] + half]
            results.append(
                {"a": self.labels[a], "b": self.labels[b], "diff": found.pop("estimate")}
                | {"p_t" if name == "p" else name: value for name, value in found.items()}
                | {"simultaneous_ci": ends}
            )
        add_holm(results, "p_t", "p_t_holm")
        return results

    def order(self, alpha: float) -> list[Json]:
        """From the greatest value to the smallest, with P(it is the greatest) and the ranks that it may have.

        The ranks hold for all at once with confidence 1 - alpha. None of both where a difference has no
        variance to go by.
        """
        k = len(self.labels)
        known = k > 1 and all(basis is not None for basis in self.bases.values())
        first, sets = np.zeros(k), [[1, k]] * k
        if known:
            first = self._noise.chance_of_first(self.values)
            sets = rank_sets(certainly_greater(self.values, self.variances, self._noise.bar(alpha)))
        return [
            {
                "label": self.labels[place],
                "value": float(self.values[place]),
                "p_first": float(first[place]) if known else None,
                "rank_set": sets[place] if known else None,
                "estimand": {"rank_set": self.estimand},
            }
            for place in sorted(range(k), key=lambda place: (-self.values[place], self.labels[place]))
        ]

    @cached_property
    def variances(self) -> Floats:
        """Of each difference, shape (k, k); 0 where it is not known."""
        found = np.zeros((len(self.values),) * 2)
        for (a, b), basis in self.bases.items():
            found[a, b] = found[b, a] = 0.0 if basis is None else basis.variance
        return found

    @cached_property
    def covariance(self) -> Floats:
        """The joint covariance, in which no difference varies less than in `pairs`."""
        return at_least(self.raw_covariance, self.variances)

    @property
    def df(self) -> float:
        """The fewest degrees of freedom of any difference."""
        known = [basis.df for basis in self.bases.values() if basis is not None]
        return max(FEWEST_DF, min(known, default=FEWEST_DF))

    @cached_property
    def _noise(self) -> Noise:
        return Noise.of(self.covariance, self.df)


def sum_of_products(grid: Floats) -> Floats:
    """Of what each cluster adds to k values, shape (clusters, k): their products summed, shape (k, k).

    Each value has the factor G / (G - 1) of the clusters that add to it: others do not make it surer.
    """
    holding = np.count_nonzero(grid, axis=0)
    scaled = grid * np.sqrt(holding / np.maximum(holding - 1, 1))
    return np.asarray(scaled.T @ scaled)
