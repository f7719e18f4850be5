"""How often people do not look: the lapse rate, from vigilance trials whose fake anybody would see."""

from __future__ import annotations

from math import copysign, hypot, inf, sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags, Json, cells_of
from evaluation.statistics.clustered import Basis, clustered_rate, default_interval, these_photos_interval
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS, Interval, check_alpha
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE


def lapse_estimate(
    failed: Flags,
    participant: AnyCodes,
    photo: AnyCodes | None = None,
    alpha: float = 0.05,
    rule: str = CURRENT_RULE,
) -> Json:
    """Twice the share of failed vigilance trials: who lapses guesses, and half of all guesses are right.

    All of shape (n,). The interval is clustered by participant and by photo; by participant only where there
    are no two photos or none is known, and under the earlier rule, which knew no other (`estimand` says
    which). At most 1; 0 where nobody failed. Too high
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
    two_way = rule != CGM_TWO_WAY and found.images > 1 and found.participants > 1
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
    return min(1.0, max(0.0, _without_lapses(fool_rate, lapse)))


def attentive_interval(fool_rate: float, of_rate: Interval, lapse: Json) -> Interval:
    """For `attentive_rate`: its distances to the ends of the two intervals, added as independent errors.

    `of_rate` is the fool rate's default interval, so that 0 % and 100 % have an interval with a width. People
    who lapse more are fooled more often while the rate is under one half, which makes the interval a little
    too wide there. None without either interval, where all lapse, and where the two rates contradict.
    Zou & Donner, Statistics in Medicine 27 (2008) 1693-1702.
    """
    method = "Wilson ends of fool rate and lapse rate combined (MOVER), taken as independent"
    share, ends, of_lapse = lapse["rate"], of_rate.ends, lapse["ci"]
    if share >= 1 or ends is None or of_lapse is None:
        reason = (
            "all trials are lapses"
            if share >= 1
            else "the error of the fool rate or of the lapse rate is unknown"
        )
        return Interval.none(DEFAULT, method, of_rate.confidence, reason)
    centre = _without_lapses(fool_rate, share)
    by_lapse = [_without_lapses(fool_rate, end) for end in of_lapse]
    low = centre - hypot(centre - _without_lapses(ends[0], share), centre - min(centre, *by_lapse))
    high = centre + hypot(_without_lapses(ends[1], share) - centre, max(centre, *by_lapse) - centre)
    if high <= 0 or low >= 1:
        than_found = "more" if high <= 0 else "less"
        reason = (
            f"the two rates contradict each other: lapses alone would have fooled people {than_found} often; "
            f"vigilance fakes may have been mistaken for real photos"
        )
        return Interval.none(DEFAULT, method, of_rate.confidence, reason)
    return Interval(max(0.0, low), min(1.0, high), DEFAULT, method, of_rate.confidence)


def _without_lapses(fool_rate: float, lapse: float) -> float:
    """(p - L/2) / (1 - L), wherever it lies; without end where all lapse."""
    if lapse >= 1:
        return 0.5 if fool_rate == 0.5 else copysign(inf, fool_rate - 0.5)
    return (fool_rate - lapse / 2) / (1 - lapse)
