"""How many participants and photos a study needs, before it starts.

The variance of a rate when each of P participants judges m of I photos, drawn without replacement, is
V = vP/P + vI [1/I + (1 - 1/I)(1 - (m - 1)/(I - 1))/(P m)] + vE/(P m), after Westfall, Kenny & Judd,
J. Experimental Psychology: General 143 (2014) 2020-2045. The photos set a floor under the variance that no
number of participants goes below.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import expit

from evaluation.statistics.arrays import AnyCodes, Flags, Json
from evaluation.statistics.distributions import t_effect, t_power, t_quantile
from evaluation.statistics.intervals import check_alpha, score_interval
from evaluation.statistics.simulation import Shape, coverage, normal_nodes


@dataclass(frozen=True)
class Components:
    """Variance of one trial by its sources, on the scale of rates; they add up to rate (1 - rate)."""

    rate: float
    participant: float
    photo: float
    residual: float

    @classmethod
    def of_shape(cls, shape: Shape) -> Components:
        """From SDs on the log-odds scale, by Gauss-Hermite quadrature over people and photos."""
        nodes, weights = normal_nodes(40)
        person, photo = shape.sd_participant * nodes, shape.sd_photo * nodes
        rates = expit(shape.logit + person[:, None] + photo[None, :])
        rate = float(weights @ rates @ weights)
        by_person = float(weights @ (rates @ weights - rate) ** 2)
        by_photo = float(weights @ (weights @ rates - rate) ** 2)
        return cls(rate, by_person, by_photo, rate * (1 - rate) - by_person - by_photo)

    @classmethod
    def around(cls, rate: float, sd_participant: float, sd_photo: float) -> Components:
        """From the fool rate over all people and photos, in (0, 1), and SDs on the log-odds scale."""
        return cls.of_shape(
            Shape(2, 2, 1, log_odds(rate, sd_participant, sd_photo), sd_participant, sd_photo)
        )

    @classmethod
    def of_trials(cls, fooled: Flags, participant: AnyCodes, photo: AnyCodes) -> Components:
        """Estimated from one condition of a study, by moments; all of shape (n,), each pair at most once.

        Products of residuals of two trials of one person average to the variance between people. Rough in
        small studies; never below 0.
        """
        rate = float(fooled.mean())
        residuals = fooled - rate
        own = float(np.dot(residuals, residuals))
        found = []
        for clusters in (participant, photo):
            totals, sizes = np.bincount(clusters, residuals), np.bincount(clusters).astype(np.float64)
            pairs = float(np.dot(sizes, sizes - 1))
            found.append(max(0.0, (float(np.dot(totals, totals)) - own) / pairs) if pairs else 0.0)
        return cls(rate, found[0], found[1], max(0.0, rate * (1 - rate) - sum(found)))


@dataclass(frozen=True)
class Plan:
    """P participants, I photos, m trials each in one condition, with at most `looks` trials of one photo."""

    participants: int
    photos: int
    trials: int
    looks: int = 1

    def __post_init__(self) -> None:
        most = self.photos * self.looks
        if not (self.participants >= 2 and self.photos >= 2 and 1 <= self.trials <= most):
            raise ValueError(
                f"a plan needs at least 2 participants and 2 photos, and 1 to {most} trials each, not "
                f"{self.participants}, {self.photos} and {self.trials}"
            )

    @property
    def df(self) -> int:
        """Degrees of freedom of the interval that the study will get."""
        return min(self.participants, self.photos) - 1


def log_odds(rate: float, sd_participant: float, sd_photo: float) -> float:
    """The log-odds of an average person with an average photo whose rate over all is `rate`, in (0, 1)."""
    if not 0 < rate < 1:
        raise ValueError(f"a rate to plan with lies between 0 and 1, not {rate}")
    low, high = -60.0, 60.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        found = Shape(2, 2, 1, middle, sd_participant, sd_photo).true_rate()
        low, high = (middle, high) if found < rate else (low, middle)
    return high


def planned_variance(plan: Plan, parts: Components) -> float:
    """Variance of the fool rate of a study of this plan."""
    p, i, m = plan.participants, plan.photos, plan.trials
    unequal = (1 - 1 / i) * max(0.0, 1 - (m - 1) / (i - 1)) / (p * m)
    return parts.participant / p + parts.photo * (1 / i + unequal) + parts.residual / (p * m)


def interval_width(plan: Plan, parts: Components, alpha: float = 0.05) -> float:
    """Expected width of the default interval, in rates (0.06 is +- 3 points)."""
    check_alpha(alpha)
    n_eff = parts.rate * (1 - parts.rate) / planned_variance(plan, parts)
    low, high = score_interval(parts.rate, n_eff, t_quantile(alpha / 2, plan.df))
    return high - low


def participants_for(
    width: float, photos: int, trials: int, parts: Components, alpha: float = 0.05
) -> int | None:
    """The fewest participants whose interval is at most `width`; None if these photos can never give it."""
    low, high = 2, 1_000_000
    if interval_width(Plan(high, photos, trials), parts, alpha) > width:
        return None
    while low < high:
        middle = (low + high) // 2
        if interval_width(Plan(middle, photos, trials), parts, alpha) <= width:
            high = middle
        else:
            low = middle + 1
    return low


def difference_variance(
    plan: Plan, parts: Components, shared: float = 0.5, *, same_people: bool = True
) -> float:
    """Variance of a difference of two such rates on the same photos, judged by the same people or by others.

    `shared`, in [0, 1): how much the effects of people and photos correlate between the two conditions.
    """
    common = parts.photo / plan.photos
    if same_people:
        common += parts.participant / plan.participants
    return 2 * (planned_variance(plan, parts) - shared * common)


def difference_df(plan: Plan, *, same_people: bool = True) -> int:
    """Degrees of freedom of a comparison of two conditions: two separate groups have a mean each."""
    return plan.df if same_people else min(2 * plan.participants - 2, plan.photos - 1)


def power(
    plan: Plan,
    parts: Components,
    difference: float,
    shared: float = 0.5,
    alpha: float = 0.05,
    *,
    same_people: bool = True,
) -> float:
    """Chance that a true difference of two rates is found by the t test at level alpha; approximate."""
    check_alpha(alpha)
    effect = abs(difference) / sqrt(difference_variance(plan, parts, shared, same_people=same_people))
    df = difference_df(plan, same_people=same_people)
    bar = t_quantile(alpha / 2, df)
    return t_power(bar, df, effect) + t_power(bar, df, -effect)


def minimal_detectable_difference(
    plan: Plan,
    parts: Components,
    wanted_power: float = 0.8,
    shared: float = 0.5,
    alpha: float = 0.05,
    *,
    same_people: bool = True,
) -> float:
    """The difference of two rates that is found with the power wanted."""
    check_alpha(alpha)
    if not alpha < wanted_power < 1:
        raise ValueError(f"the power must lie between alpha and 1, not {wanted_power}")
    df = difference_df(plan, same_people=same_people)
    effect = t_effect(t_quantile(alpha / 2, df), df, wanted_power)
    return effect * sqrt(difference_variance(plan, parts, shared, same_people=same_people))


def next_study(fooled: Flags, participant: AnyCodes, photo: AnyCodes, alpha: float = 0.05) -> Json | None:
    """What a study like this one would show again, and how many participants it takes for +- 3 points.

    All of shape (n,), n >= 1. None with one participant or photo, at 0 % and at 100 %: no spread is seen.
    """
    people, photos = (int(np.count_nonzero(np.bincount(codes))) for codes in (participant, photo))
    parts = Components.of_trials(fooled, participant, photo)
    if min(people, photos) < 2 or parts.rate in (0.0, 1.0):
        return None
    trials = min(photos, max(1, round(len(fooled) / people)))
    plan = Plan(people, photos, trials)
    return {
        "v_participant": parts.participant,
        "v_image": parts.photo,
        "v_residual": parts.residual,
        "trials_each": trials,
        "width": interval_width(plan, parts, alpha),
        "minimal_detectable_difference": minimal_detectable_difference(plan, parts, alpha=alpha),
        "participants_for_3_points": participants_for(0.06, photos, trials, parts, alpha),
    }


def planned_by_simulation(shape: Shape, *, studies: int, seed: int) -> Json:
    """The same question asked of simulated studies: mean width and coverage of the default interval."""
    found = coverage(shape, studies=studies, seed=seed)["default"]
    plan = Plan(shape.participants, shape.photos, shape.trials)
    return {
        "rate": shape.true_rate(),
        "width": found.width,
        "coverage": found.share,
        "formula_width": interval_width(plan, Components.of_shape(shape)),
    }
