"""Two proportions from independent trials: what most of the literature prints; ignores clustering."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.special import gammaln

from evaluation.statistics.arrays import Floats
from evaluation.statistics.distributions import normal_tail
from evaluation.statistics.intervals import wilson


def pooled_z_p(k1: int, n1: int, k2: int, n2: int) -> float:
    """Two-sided p of the pooled score test for two proportions; its square is the chi-squared test."""
    pooled = (k1 + k2) / (n1 + n2)
    se = sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return 1.0 if se == 0 else 2 * normal_tail(abs(k1 / n1 - k2 / n2) / se)


def newcombe_interval(k1: int, n1: int, k2: int, n2: int, alpha: float = 0.05) -> tuple[float, float]:
    """Hybrid score interval of k1/n1 - k2/n2.

    Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    p1, p2 = k1 / n1, k2 / n2
    (low1, high1), (low2, high2) = wilson(k1, n1, alpha), wilson(k2, n2, alpha)
    difference = p1 - p2
    below = sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    above = sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return max(-1.0, difference - below), min(1.0, difference + above)


def fisher_p(k1: int, n1: int, k2: int, n2: int) -> float:
    """Two-sided p of Fisher's exact test: tables that are as unlikely as this one or more so."""
    successes, trials = k1 + k2, n1 + n2
    x = np.arange(max(0, successes - n2), min(successes, n1) + 1)
    chances = np.exp(_choose(n1, x) + _choose(n2, successes - x) - _choose(trials, np.array([successes])))
    observed = float(chances[k1 - x[0]])
    return min(1.0, float(chances[chances <= observed * (1 + 1e-7)].sum()))


def _choose(n: int, k: np.ndarray) -> Floats:
    """Logarithm of the number of ways to take k of n."""
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)
