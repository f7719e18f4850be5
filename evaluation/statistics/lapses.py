"""How often people do not look: the lapse rate, from vigilance trials whose fake anybody would see."""

from __future__ import annotations

from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags, Json, cells_of
from evaluation.statistics.clustered import Basis, clustered_rate, default_interval, these_photos_interval
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS, Interval, check_alpha


def lapse_estimate(
    failed: Flags, participant: AnyCodes, photo: AnyCodes | None = None, alpha: float = 0.05
) -> Json:
    """Twice the share of failed vigilance trials: who lapses guesses, and half of all guesses are right.

    All of shape (n,). The interval is clustered by participant and by photo; by participant only where there
    are no two photos or none is known (`estimand` says which). At most 1; 0 where nobody failed. Too high
    where a vigilance fake can be mistaken, too low where people brace up for them. A lapse rate L drags the
    fool rate towards one half: `attentive_rate` takes that back.
    Wichmann & Hill, Perception & Psychophysics 63 (2001) 1293-1313.
    """
    check_alpha(alpha)
    n = len(failed)
    if n == 0:
        return {
            "n": 0, "failed": 0, "rate": None, "se": None, "ci": None, "estimand": THESE_PHOTOS,
            "reason": "no vigilance trials",
        }  # fmt: skip
    known = photo is not None and int(photo.min()) >= 0
    codes = photo if photo is not None and known else np.zeros(n, dtype=np.int64)
    found = clustered_rate(failed, participant, codes, cells_of(participant, codes))
    two_way = found.images > 1 and found.participants > 1
    interval = (default_interval if two_way else these_photos_interval)(found, alpha)
    basis = found.basis() if two_way else None
    if basis is None and found.v_participant is not None:
        basis = Basis(found.v_participant, found.participants - 1)
    ends = None if interval.ends is None else [min(1.0, 2 * end) for end in interval.ends]
    return {
        "n": n,
        "failed": found.k,
        "rate": min(1.0, 2 * found.rate),
        "se": None if basis is None else 2 * sqrt(basis.variance),
        "ci": ends,
        "estimand": interval.estimand,
        "reason": interval.reason,
    }


def attentive_rate(fool_rate: float, lapse: float) -> float | None:
    """The fool rate of trials without a lapse: (p - L/2) / (1 - L), within [0, 1]; None if all lapse."""
    if lapse >= 1:
        return None
    return min(1.0, max(0.0, (fool_rate - lapse / 2) / (1 - lapse)))


def attentive_interval(fool_rate: float, basis: Basis | None, lapse: Json, alpha: float = 0.05) -> Interval:
    """For `attentive_rate`: t interval by the delta rule, from the errors of fool rate and lapse rate.

    Takes the two errors as independent. People who lapse more are fooled more often while the rate is under
    one half, which makes the interval a little too wide there. None without either error or where all lapse.
    """
    method = "t with the delta rule, errors of fool rate and lapse rate taken as independent"
    share = lapse["rate"]
    if basis is None or lapse["se"] is None or share >= 1:
        reason = (
            "all trials are lapses"
            if share >= 1
            else "the error of the fool rate or of the lapse rate is unknown"
        )
        return Interval.none(DEFAULT, method, 1 - alpha, reason)
    centre = (fool_rate - share / 2) / (1 - share)
    of_lapse = (fool_rate - 0.5) / (1 - share) ** 2 * lapse["se"]
    se = sqrt(basis.variance / (1 - share) ** 2 + of_lapse**2)
    half = t_quantile(alpha / 2, basis.df) * se
    low, high = (min(1.0, max(0.0, end)) for end in (centre - half, centre + half))
    return Interval(low, high, DEFAULT, method, 1 - alpha)
