"""Confidence sequences: intervals that stay right however often one looks while a study runs.

A naive interval excludes the truth at some look in 79 % of studies (59 looks).
"""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np
from scipy.special import betaln

from evaluation.statistics.arrays import Bools, Floats, Ints
from evaluation.statistics.intervals import THESE_PHOTOS, Interval, check_alpha

METHOD = "betting confidence sequence on participants' means"

FRACTIONS = np.geomspace(0.02, 0.98, 12)
"""Parts of a wealth that are bet. The best part shrinks as participants come; one of these is always near."""

MOST_VALUES = 4096
"""With more different rates than this they are counted on a grid, on the careful side."""

SMALLEST = 1e-9
"""Where the search for the lower end begins."""


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


def participant_sequence(means: Floats, alpha: float = 0.05) -> Interval:
    """The interval after the participants so far, valid at every look; `means` are their fool rates.

    Exact for any distribution of rates in [0, 1], also at 3 % and with few people, as long as participants
    are drawn alike, only those are counted who are through, and how soon people finish has nothing to do with
    how often they are fooled (otherwise early looks count other people than late ones). About these photos
    only, each of them counting alike. Against each rate m two gamblers bet, one that people are fooled more,
    one that they are fooled less. If m is right, either of them ever has 2/alpha times the stake in at most
    alpha/2 of all studies, however often one looks: rates against which one has are left out. The stake is
    spread over FRACTIONS, so that of the same people the order does not matter.
    Waudby-Smith & Ramdas, J. Royal Statistical Society B 86 (2024) 1-27.
    """
    check_alpha(alpha)
    rates = np.asarray(means, dtype=np.float64)
    if len(rates) == 0:
        return Interval.none(THESE_PHOTOS, METHOD, 1 - alpha, "no participant is through yet")
    if not (np.isfinite(rates).all() and rates.min() >= 0 and rates.max() <= 1):
        raise ValueError("the participants' rates must lie between 0 and 1")
    bar = log(2 / alpha)
    low, high = _lowest_kept(rates, bar), 1 - _lowest_kept(1 - rates, bar)
    return Interval(low, high, THESE_PHOTOS, METHOD, 1 - alpha)


def excluded_at(rate: float, means: Floats, alpha: float = 0.05) -> Bools:
    """Whether the sequence leaves out this rate, in (0, 1), after each participant: all looks at once.

    Shape (participants,); for simulations.
    """
    check_alpha(alpha)
    rates = np.asarray(means, dtype=np.float64)
    found = np.zeros(len(rates), dtype=np.bool_)
    for values, mean in ((rates, rate), (1 - rates, 1 - rate)):
        won = np.cumsum(np.log1p(FRACTIONS[:, None] * (values[None, :] / mean - 1)), axis=1)
        most = won.max(axis=0)
        found |= most + np.log(np.exp(won - most).mean(axis=0)) > log(2 / alpha)
    return found


def _lowest_kept(rates: Floats, bar: float) -> float:
    """The smallest rate against which betting on more fooling has not brought the logarithm of `bar`."""
    values, counts = np.unique(rates, return_counts=True)
    if len(values) > MOST_VALUES:
        values, counts = np.unique(np.floor(rates * MOST_VALUES) / MOST_VALUES, return_counts=True)
    low, high = SMALLEST, float(values @ counts) / len(rates)
    if high <= low or _log_wealth(low, values, counts) <= bar:
        return 0.0
    # The wealth falls as the rate rises, and is below the stake at the mean itself.
    for _ in range(40):
        middle = (low + high) / 2
        if _log_wealth(middle, values, counts) > bar:
            low = middle
        else:
            high = middle
    return low


def _log_wealth(rate: float, values: Floats, counts: Ints) -> float:
    """Of a stake of 1 spread over FRACTIONS, each betting its part of what it has on every participant."""
    won = np.log1p(FRACTIONS[:, None] * (values[None, :] / rate - 1)) @ counts
    most = float(won.max())
    return most + log(float(np.exp(won - most).mean()))
