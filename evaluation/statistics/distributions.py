"""Tails and quantiles as plain floats, from the functions under scipy.stats.

scipy.stats itself takes a second to import, which every web process and command would pay.
"""

from __future__ import annotations

from math import isnan, sqrt

from scipy import special

NORMAL_DF = 5_000  # from here on a t is told from a normal in the fourth digit only


def normal_tail(z: float) -> float:
    """P(Z > z)."""
    return float(special.ndtr(-z))


def normal_quantile(upper: float) -> float:
    """The z with P(Z > z) = upper, upper in (0, 1)."""
    return -float(special.ndtri(upper))


def t_tail(t: float, df: float) -> float:
    """P(T > t) with df > 0 degrees of freedom."""
    return float(special.stdtr(df, -t))


def t_quantile(upper: float, df: float) -> float:
    """The t with P(T > t) = upper, upper in (0, 1)."""
    return -float(special.stdtrit(df, upper))


def t_power(bar: float, df: float, effect: float) -> float:
    """P(T > bar) where the true effect is that many standard errors: the noncentral t distribution."""
    if df > NORMAL_DF:
        return normal_tail(bar - effect)
    found = float(1 - special.nctdtr(df, effect, bar))
    if isnan(found):
        # The function fails at some effects of 38 to 41, where a normal approximation is as good as 0 or 1.
        return normal_tail((bar - effect) / sqrt(1 + bar**2 / (2 * df)))
    return found


def t_effect(bar: float, df: float, wanted: float) -> float:
    """The effect, in standard errors, at which P(T > bar) is as wanted, in (0, 1)."""
    if df > NORMAL_DF:
        return bar - normal_quantile(wanted)
    return float(special.nctdtrinc(df, 1 - wanted, bar))


def beta_quantile(lower: float, a: float, b: float) -> float:
    """The x with P(X < x) = lower for X ~ Beta(a, b)."""
    return float(special.betaincinv(a, b, lower))


def beta_upper_quantile(upper: float, a: float, b: float) -> float:
    """The x with P(X > x) = upper for X ~ Beta(a, b)."""
    return float(special.betainccinv(a, b, upper))


def binomial_at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) for X ~ Binomial(n, p); 0 for k < 0."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else float(special.betainc(n - k, k + 1, 1 - p))


def binomial_at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) for X ~ Binomial(n, p)."""
    if k <= 0:
        return 1.0
    return 0.0 if k > n else float(special.betainc(k, n - k + 1, p))
