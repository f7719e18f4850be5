"""Confidence sequences: intervals that stay right however often one looks while a study runs.

A naive interval excludes the truth at some look in 79 % of studies (59 looks), so a live page shows these.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt

import numpy as np
from scipy.special import betaln

from evaluation.statistics.arrays import Floats
from evaluation.statistics.intervals import THESE_PHOTOS, Interval, check_alpha

METHOD = "normal-mixture confidence sequence on participants' means"
FEWEST = 10
"""Participants before the sequence starts: it rests on a normal limit and an estimated spread."""

TUNED_FOR = 100
"""Participants at which the sequence is shortest."""


def beta_mixture_sequence(k: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """The rates p whose likelihood p^k (1 - p)^(n - k) is above alpha times that of the uniform mixture.

    Exact at every look for independent trials (Robbins, Annals of Math. Statistics 41 (1970) 1397-1409):
    naive in the same sense as Wilson's interval, because trials share participants and photos.
    """
    check_alpha(alpha)
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"a proportion needs 0 <= successes <= trials and trials > 0, not {k}/{n}")
    bar = float(betaln(k + 1, n - k + 1)) - log(1 / alpha)

    def excess(p: float) -> float:
        """Above 0 where the rate p is excluded."""
        return bar - (k * log(p) if k else 0.0) - ((n - k) * log(1 - p) if n - k else 0.0)

    low = 0.0 if k == 0 else _root(excess, 0.0, k / n)
    high = 1.0 if k == n else _root(excess, 1.0, k / n)
    return low, high


def _root(excess: Callable[[float], float], outside: float, inside: float) -> float:
    """The rate between one that is excluded and one that is not, where the sign changes; by bisection."""
    for _ in range(200):
        middle = (outside + inside) / 2
        if middle in (outside, inside):
            break
        if excess(middle) > 0:
            outside = middle
        else:
            inside = middle
    return (outside + inside) / 2


def participant_sequence(means: Floats, alpha: float = 0.05, tuned_for: int = TUNED_FOR) -> Interval:
    """The interval after the participants so far, valid at every look; `means` are their fool rates.

    Asymptotic: right from about FEWEST participants on. About 1.55 times as long as the interval of a single
    look at `tuned_for` participants, longer elsewhere. About these photos only, each participant counting
    alike. Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, Annals of Statistics 52 (2024) 2613-2640.
    """
    check_alpha(alpha)
    n = len(means)
    if n < FEWEST:
        reason = f"{n} participants so far; it starts with {FEWEST}"
        return Interval.none(THESE_PHOTOS, METHOD, 1 - alpha, reason)
    spread = float(np.std(means, ddof=1))
    if spread < 1e-9:
        return Interval.none(THESE_PHOTOS, METHOD, 1 - alpha, "all participants have the same rate so far")
    half = spread * normal_mixture_radius(n, alpha, tuned_for)
    centre = float(np.mean(means))
    return Interval(max(0.0, centre - half), min(1.0, centre + half), THESE_PHOTOS, METHOD, 1 - alpha)


def normal_mixture_radius(n: int, alpha: float, tuned_for: int) -> float:
    """Half length for a spread of one after n participants."""
    rho2 = (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / tuned_for
    grown = n * rho2 + 1
    return sqrt(2 * grown / (n * n * rho2) * log(sqrt(grown) / alpha))
