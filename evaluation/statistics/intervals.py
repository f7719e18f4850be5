"""Intervals for one proportion from independent trials, and the form in which every interval is reported."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from evaluation.statistics.arrays import Json
from evaluation.statistics.distributions import beta_quantile, beta_upper_quantile, normal_quantile

DEFAULT = "new participants × new photos"
THESE_PHOTOS = "these photos only"
NAIVE = "naive"
THIS_PARTICIPANT = "this participant only"
THIS_PHOTO = "this photo only"
NEW_PHOTOS_SAME_PEOPLE = "these participants × new photos"

ANCHORS = {
    DEFAULT: "new-participants-new-photos",
    THESE_PHOTOS: "these-photos-only",
    NAIVE: "naive",
    THIS_PARTICIPANT: "this-participant-only",
    THIS_PHOTO: "this-photo-only",
    NEW_PHOTOS_SAME_PEOPLE: "these-participants-new-photos",
}
"""Where docs/statistics.md defines each estimand."""


@dataclass(frozen=True)
class Interval:
    """An interval that says what it is about; without one, the reason why there is none."""

    low: float | None
    high: float | None
    estimand: str
    method: str
    confidence: float
    reason: str = ""

    @classmethod
    def none(cls, estimand: str, method: str, confidence: float, reason: str) -> Interval:
        """The statement that no such interval exists."""
        return cls(None, None, estimand, method, confidence, reason)

    @property
    def ends(self) -> list[float] | None:
        """Lower and upper end, or None."""
        return None if self.low is None or self.high is None else [self.low, self.high]

    def as_json(self) -> Json:
        """All of it as plain values."""
        return {
            "low": self.low,
            "high": self.high,
            "estimand": self.estimand,
            "method": self.method,
            "confidence": self.confidence,
            "reason": self.reason,
        }


def check_alpha(alpha: float) -> None:
    """Refuse an error rate that is none."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}; 0.05 gives 95 % intervals")


def _check(successes: float, trials: float, alpha: float) -> None:
    check_alpha(alpha)
    if not (trials > 0 and 0 <= successes <= trials):
        raise ValueError(
            f"a proportion needs 0 <= successes <= trials and trials > 0, not {successes}/{trials}"
        )


def score_interval(rate: float, trials: float, quantile: float) -> tuple[float, float]:
    """Wilson's score interval for a rate in [0, 1] from `trials` (> 0, may be fractional) at a quantile.

    Wilson, JASA 22 (1927) 209-212. Wrong when trials depend on each other.
    """
    if not (trials > 0 and 0 <= rate <= 1):
        raise ValueError(f"a score interval needs a rate in [0, 1] and trials > 0, not {rate} and {trials}")
    shrink = quantile * quantile / trials
    centre = (rate + shrink / 2) / (1 + shrink)
    half = quantile * sqrt(rate * (1 - rate) / trials + shrink / (4 * trials)) / (1 + shrink)
    # At 0 % and 100 % the end lies on the boundary; rounding must not move it off.
    low = 0.0 if rate == 0 else max(0.0, centre - half)
    high = 1.0 if rate == 1 else min(1.0, centre + half)
    return low, high


def wilson(successes: float, trials: float, alpha: float = 0.05) -> tuple[float, float]:
    """Wilson's score interval; wrong when trials share participants or photos."""
    _check(successes, trials, alpha)
    return score_interval(successes / trials, trials, normal_quantile(alpha / 2))


def clopper_pearson(successes: float, trials: float, alpha: float = 0.05) -> tuple[float, float]:
    """The exact interval, never too short for independent trials and usually too long.

    Clopper & Pearson, Biometrika 26 (1934) 404-413; fractional counts are allowed (effective sample sizes).
    """
    _check(successes, trials, alpha)
    failures = trials - successes
    low = 0.0 if successes == 0 else beta_quantile(alpha / 2, successes, failures + 1)
    high = 1.0 if failures == 0 else beta_upper_quantile(alpha / 2, successes + 1, failures)
    return low, high


def jeffreys(successes: float, trials: float, alpha: float = 0.05) -> tuple[float, float]:
    """The equal-tailed interval of the Jeffreys posterior Beta(k + 1/2, n - k + 1/2).

    The end at a boundary is the boundary (Brown, Cai & DasGupta, Statistical Science 16 (2001) 101-133).
    """
    _check(successes, trials, alpha)
    a, b = successes + 0.5, trials - successes + 0.5
    low = 0.0 if successes == 0 else beta_quantile(alpha / 2, a, b)
    high = 1.0 if successes == trials else beta_upper_quantile(alpha / 2, a, b)
    return low, high
