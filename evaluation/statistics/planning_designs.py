"""Half the width of each design's headline interval, by people, photos and trials, before the study starts.

The variances of one trial by its sources are those of `planning.py`: people, photos, and the rest. What they
are for a strength follows from utilities: a picture's appeal is its strength plus normal effects of person
and photo plus Gumbel noise, and effects of SD s draw strengths towards each other by 1/sqrt(1 + 6 s^2/pi^2).
`python benchmarks/coverage_designs.py` prints each formula beside simulated studies.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, pi, sqrt
from typing import Any

from scipy.special import expit, ndtr, ndtri

from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import check_alpha
from evaluation.statistics.planning import Components, Plan, interval_width, planned_variance

GUMBEL_VARIANCE = pi**2 / 6


@dataclass(frozen=True)
class Spread:
    """How much people and photos differ, as SDs on the scale that a function names."""

    people: float
    photos: float

    def __post_init__(self) -> None:
        if min(self.people, self.photos) < 0:
            raise ValueError("an SD is not below 0")


def strength_half_width(
    plan: Plan,
    arms: int,
    spread: Spread,
    *,
    shown: int = 2,
    worst: bool = False,
    ties: float = 0.0,
    alpha: float = 0.05,
) -> float:
    """Of the difference of two strengths (log-odds) from preferences (`shown` 2) or best of N.

    All of `arms` conditions are shown alike often; `plan.trials` are a person's trials over all of them. The
    SDs are those of one condition's utility between people and between photos. `worst`: the worst is asked
    for too. `ties`: the share of trials expected to prefer neither, which are taken to say nothing. Holds for
    strengths that differ little; differences of more than 2 need a wider one.
    """
    check_alpha(alpha)
    if not 2 <= shown <= arms:
        raise ValueError(f"a trial shows 2 to {arms} of {arms} conditions, not {shown}")
    if not 0 <= ties < 1:
        raise ValueError(f"a share of ties lies between 0 and 1, not {ties}")
    shrink = 1 / (1 + (spread.people**2 + spread.photos**2) / GUMBEL_VARIANCE)
    # The information about a difference that one trial holds, with m pictures of equal strength.
    information = _of_choice(shown, arms) + (_of_choice(shown - 1, arms) if worst else 0.0)
    p, i, m = plan.participants, plan.photos, plan.trials
    between = 2 * shrink * (spread.people**2 / p + spread.photos**2 / i)
    within = 1 / (information * (1 - ties) * p * m)
    return t_quantile(alpha / 2, plan.df) * sqrt(between + within)


def _of_choice(shown: int, arms: int) -> float:
    """Information about a difference in one choice among `shown` of `arms` equals; 0 with a single one."""
    return (shown - 1) / (2 * shown * (arms - 1)) if shown > 1 else 0.0


def share_half_width(plan: Plan, arms: int, spread: Spread, share: float = 0.5, **asked: Any) -> float:
    """Of the chance that one of two conditions is preferred (0.05 is +- 5 points), near `share`.

    The ends of the interval of the strengths' difference are turned into chances, as reports do. `asked` is
    what `strength_half_width` takes.
    """
    if not 0 < share < 1:
        raise ValueError(f"a share to plan with lies between 0 and 1, not {share}")
    logit, half = log(share / (1 - share)), strength_half_width(plan, arms, spread, **asked)
    return float(expit(logit + half) - expit(logit - half)) / 2


def score_half_width(plan: Plan, spread: Spread, rest: float, alpha: float = 0.05) -> float:
    """Of a mean opinion score, in points of the scale.

    `spread` holds the SDs between people and between photos of one condition, `rest` the SD of one rating
    beside them, all in points; `plan.trials` are a person's ratings of that condition.
    """
    check_alpha(alpha)
    parts = Components(0.5, spread.people**2, spread.photos**2, rest**2)
    return t_quantile(alpha / 2, plan.df) * sqrt(planned_variance(plan, parts))


def score_difference_variance(
    plan: Plan, spread: Spread, rest: float, shared: float = 0.5, *, same_people: bool = True
) -> float:
    """Of the difference of two mean opinion scores on the same photos, in squared points.

    `shared` (0 to below 1) is how much the effects of people and of photos correlate between conditions;
    those of people do so only where the `same_people` gave both, else each score has `plan.participants`.
    """
    if not 0 <= shared < 1:
        raise ValueError(f"a correlation of effects lies in [0, 1), not {shared}")
    parts = Components(0.5, spread.people**2, spread.photos**2, rest**2)
    of_people = spread.people**2 / plan.participants if same_people else 0.0
    return 2 * (planned_variance(plan, parts) - shared * (of_people + spread.photos**2 / plan.photos))


def error_half_width(plan: Plan, rate: float, spread: Spread, alpha: float = 0.05) -> float:
    """Of an error rate over fakes (or over real pictures), `plan.trials` of which each person judges.

    SDs on the log-odds scale, as for a fool rate.
    """
    return interval_width(plan, Components.around(rate, spread.people, spread.photos), alpha) / 2


def dprime_half_width(
    plan: Plan, dprime: float, spread: Spread, fake_share: float = 0.5, alpha: float = 0.05
) -> float:
    """Of d', where each person judges `plan.trials` pictures, this share of them fake.

    `spread` holds the SD of d' between people and that of the appearance of single pictures, fake and real,
    in units of the noise. How people's criteria differ is not in d' and is left out.
    """
    check_alpha(alpha)
    if not 0 < fake_share < 1:
        raise ValueError(f"d' needs fakes and real pictures, not a share of {fake_share} fakes")
    # Both kinds of answers around a criterion halfway; spread widens the scale.
    wide = sqrt(1 + spread.photos**2)
    share = float(ndtr(dprime / 2 / wide))
    per_answer = share * (1 - share) / _density(share) ** 2
    p, i, m = plan.participants, plan.photos, plan.trials
    of_photos = (spread.photos / wide) ** 2
    # What a picture's own appearance adds to single answers is no noise of theirs.
    rest = max(per_answer - of_photos, 0.0) * (1 / fake_share + 1 / (1 - fake_share)) / (p * m)
    variance = (spread.people / wide) ** 2 / p + 2 * of_photos / i + rest
    return t_quantile(alpha / 2, plan.df) * sqrt(variance)


def threshold_half_width(
    plan: Plan, spread: Spread, block_sd: float, blocks: int = 3, alpha: float = 0.05
) -> float:
    """Of a mean threshold from staircases, in ms; `plan.trials` is the length of all a person's blocks.

    `spread` holds the SDs between people and of how much longer single photos take, `block_sd` that of a
    block's modal exposure around the person's threshold, all in ms.
    """
    check_alpha(alpha)
    if blocks < 1:
        raise ValueError(f"a staircase has at least one block, not {blocks}")
    between = spread.people**2 + block_sd**2 / blocks
    variance = between / plan.participants + spread.photos**2 / plan.photos
    return t_quantile(alpha / 2, plan.df) * sqrt(variance)


def level_half_width(plan: Plan, levels: int, rate: float, spread: Spread, alpha: float = 0.05) -> float:
    """Of a rate at one of several balanced levels of exposure; `plan.trials` over all levels."""
    if levels < 1 or plan.trials < levels:
        raise ValueError(f"{plan.trials} trials cannot be balanced over {levels} levels")
    own = Plan(plan.participants, plan.photos, max(1, plan.trials // levels))
    return error_half_width(own, rate, spread, alpha)


def _density(share: float) -> float:
    """Of the standard normal where that share lies below."""
    return exp(-(float(ndtri(share)) ** 2) / 2) / sqrt(2 * pi)
