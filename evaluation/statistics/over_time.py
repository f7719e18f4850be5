"""Does the answer change while a participant works? Order, halves, response times, exposure."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
from scipy.special import expit

from evaluation.statistics.arrays import AnyCodes, Bools, Flags, Floats, Ints, Json
from evaluation.statistics.crossed import Crossed, people_means, t_interval
from evaluation.statistics.distributions import t_quantile, t_tail
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS, check_alpha
from evaluation.statistics.satterthwaite import ONE

LARGEST_LOG = 700.0


def order_effect(
    fooled: Flags,
    condition: AnyCodes,
    participant: AnyCodes,
    trial_index: Floats,
    photo: AnyCodes | None = None,
    cell: AnyCodes | None = None,
    alpha: float = 0.05,
) -> Json:
    """Logistic slope of being fooled on the trial's number, beside one level for each condition.

    All of shape (n,); trials without a number are left out, and so are conditions in which all answers are
    alike: they say nothing about a slope. `se_participant` and `p_t`: participant-clustered variance, HC0
    times G/(G - 1), t with P - 1 (Liang & Zeger, Biometrika 73 (1986) 13-22), for these photos only;
    `two_way`: by people and photos, where the photos are given. A negative slope: people learn to see the
    fakes. None without variation or with fewer than two participants.
    """
    share = np.bincount(condition, fooled) / np.maximum(np.bincount(condition), 1)
    varies = (share > 0) & (share < 1)
    kept = np.isfinite(trial_index) & varies[condition]
    y, who, x = fooled[kept].astype(np.float64), participant[kept], trial_index[kept]
    arm = (np.cumsum(varies) - 1)[condition[kept]]
    people = int(np.count_nonzero(np.bincount(who)))
    result: Json = {
        "slope_logit_per_trial": None,
        "se_participant": None,
        "df": max(people - 1, 0),
        "p_t": None,
        "two_way": None,
        "reason": "",
    }
    if people < 2 or np.ptp(x) == 0:
        return result | {"reason": "no slope: it takes two participants, both outcomes and several trials"}
    fitted = _logistic_slope(y, arm, x)
    if fitted is None:
        return result | {"reason": "no slope: the trial number separates the outcomes"}
    slope, score, information = fitted
    influence = score / float(information.sum())
    totals = np.bincount(who, influence)
    se = sqrt(float(np.dot(totals, totals)) * people / (people - 1))
    p = 2 * t_tail(abs(slope) / se, people - 1) if se > 0 else None
    found = result | {"slope_logit_per_trial": slope, "se_participant": se, "p_t": p}
    if photo is None:
        return found
    crossed = Crossed(
        np.ones((len(y), 1)), score, information, information, who, photo[kept],
        None if cell is None else cell[kept],
    )  # fmt: skip
    basis = crossed.basis(ONE / float(information.sum()))
    return found | {"two_way": t_interval(slope, basis, crossed.estimand, alpha, null=0.0)}


def _logistic_slope(y: Floats, arm: Ints, number: Floats) -> tuple[float, Floats, Floats] | None:
    """Slope beside one level an arm by Newton's method, with scores and information; None if it runs away.

    The information matrix is an arrow (levels on the diagonal, the slope at its edge), so a step costs O(n),
    or, where trials have whole numbers, as much as there are numbers and arms.
    """
    alike, arms, x = _alike(arm, number)
    x = x - number.mean()
    trials, fooled = np.bincount(alike), np.bincount(alike, y)
    scale = float(np.abs(x[trials > 0]).max())
    x = x / scale
    share = np.bincount(arm, y) / np.bincount(arm)
    levels, slope = np.log(share / (1 - share)), 0.0
    for _ in range(50):
        rates = np.asarray(expit(levels[arms] + slope * x), dtype=np.float64)
        noise = rates * (1 - rates)
        weights, residuals = trials * noise, fooled - trials * rates
        own, edge = np.bincount(arms, weights), np.bincount(arms, weights * x)
        if own.min() < 1e-10 * len(y) or abs(slope) > 100:
            return None
        schur = float(np.dot(weights, x * x)) - float(np.dot(edge, edge / own))
        if schur < 1e-12 * len(y):
            return None
        # The part of the trial number that the levels do not explain carries all about the slope.
        rest = x - (edge / own)[arms]
        step = float(np.dot(rest, residuals)) / schur
        level_steps = (np.bincount(arms, residuals) - edge * step) / own
        levels, slope = levels + level_steps, slope + step
        if max(abs(step), float(np.abs(level_steps).max())) < 1e-10:
            score = (rest * scale)[alike] * (y - rates[alike])
            return slope / scale, score, (noise * np.square(rest * scale))[alike]
    return None


def _alike(arm: Ints, number: Floats) -> tuple[Ints, Ints, Floats]:
    """Of each trial, to which group of trials it belongs; of each group, its arm and its number.

    Trials of one arm with one number are a group; some groups may be empty. Without whole numbers in a narrow
    range each trial is a group of its own.
    """
    least = number.min()
    width = float(number.max() - least) + 1
    arms = int(arm.max()) + 1
    if width * arms > len(number) or not (number == np.floor(number)).all():
        return np.arange(len(number)), arm, number
    numbers = np.arange(int(width))
    alike = arm * len(numbers) + (number - least).astype(np.int64)
    # The last group must occur, so that counts have this length.
    of_group = slice(0, int(alike.max()) + 1)
    return alike, np.repeat(np.arange(arms), len(numbers))[of_group], np.tile(least + numbers, arms)[of_group]


def halves(
    fooled: Flags,
    participant: AnyCodes,
    trial_index: Floats,
    alpha: float = 0.05,
    photo: AnyCodes | None = None,
    cell: AnyCodes | None = None,
) -> Json:
    """Rates in the first and second half of each participant's trials, and the mean difference within people.

    All of shape (n,). The halves meet in the middle of a participant's first and last trial number. The t
    interval is over participants with trials in both: a claim about these photos. `two_way` is by photos too.
    """
    known = np.isfinite(trial_index)
    y, who, x = fooled[known], participant[known], trial_index[known]
    size = int(who.max(initial=-1)) + 1
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, who, x)
    np.maximum.at(last, who, x)
    late = x > (first[who] + last[who]) / 2
    rates, means = [], []
    for half in (~late, late):
        means.append(float(y[half].mean()) if half.any() else None)
        with np.errstate(invalid="ignore"):
            rates.append(
                np.bincount(who[half], y[half], minlength=size) / np.bincount(who[half], minlength=size)
            )
    differences = rates[1] - rates[0]
    found = mean_difference(differences[np.isfinite(differences)], alpha)
    result = {"first": means[0], "second": means[1]} | found
    if photo is None:
        return result
    of_cell = None if cell is None else cell[known]
    return result | {"two_way": _two_way(y, who, photo[known], of_cell, ~late, alpha)}


def _two_way(
    values: Floats | Flags,
    participant: AnyCodes,
    photo: AnyCodes,
    cell: AnyCodes | None,
    against: Bools | None,
    alpha: float,
) -> Json | None:
    """The mean over people, or that of a difference within people, by people and photos."""
    found = people_means(np.asarray(values, dtype=np.float64), participant, photo, cell, against)
    return None if found is None else t_interval(*found, DEFAULT, alpha, null=0.0)


def mean_difference(differences: Floats, alpha: float = 0.05) -> Json:
    """Mean of one difference a participant, shape (participants,), with t interval and test."""
    check_alpha(alpha)
    n = len(differences)
    result: Json = {
        "participants": n,
        "mean_difference": float(differences.mean()) if n else None,
        "estimand": THESE_PHOTOS,
        "ci": None,
        "p_t": None,
    }
    se = float(differences.std(ddof=1)) / sqrt(n) if n > 1 else 0.0
    if se < 1e-12:
        return result
    mean = float(differences.mean())
    half = t_quantile(alpha / 2, n - 1) * se
    return result | {"ci": [mean - half, mean + half], "p_t": 2 * t_tail(abs(mean) / se, n - 1)}


def response_times(
    fooled: Flags,
    participant: AnyCodes,
    rt_ms: Floats,
    alpha: float = 0.05,
    photo: AnyCodes | None = None,
    cell: AnyCodes | None = None,
) -> Json:
    """Response times on the log scale, in ms: geometric mean with interval over participants, quantiles.

    All of shape (n,). Missing times and times of 0 or below are counted and left out. `fooled_ratio` is how
    many times longer a participant takes when fooled, geometric mean over participants with both outcomes.
    The intervals in `two_way` are by people and photos, where the photos are given; the others by people.
    Times include the pictures' own time where the platform counts from the onset of the first picture.
    """
    known = np.isfinite(rt_ms) & (rt_ms > 0)
    result: Json = {
        "n": int(known.sum()),
        "missing": int((~known).sum()),
        "geometric_mean_ms": None,
        "estimand": THESE_PHOTOS,
        "ci": None,
        "median_ms": None,
        "p05_ms": None,
        "p95_ms": None,
        "fooled_ratio": None,
        "fooled_ratio_ci": None,
        "two_way": None,
    }
    if not known.any():
        return result
    if not known.all():
        fooled, participant, rt_ms = fooled[known], participant[known], rt_ms[known]
        photo, cell = (None if codes is None else codes[known] for codes in (photo, cell))
    times, who = np.log(rt_ms), participant
    low, middle, high = (float(value) for value in np.quantile(rt_ms, [0.05, 0.5, 0.95]))
    size = int(who.max()) + 1
    own = _means(times, who, size)
    per_person = mean_difference(own[np.isfinite(own)], alpha)
    was_fooled = fooled == 1
    by_outcome = _means(times, who * np.intp(2) + was_fooled, 2 * size)
    ratio = by_outcome[1::2] - by_outcome[::2]
    ratios = mean_difference(ratio[np.isfinite(ratio)], alpha)
    two_way: Json | None = None
    if photo is not None:
        mean = _two_way(times, who, photo, cell, None, alpha)
        longer = _two_way(times, who, photo, cell, ~was_fooled, alpha)
        two_way = {
            "estimand": DEFAULT,
            "ci": _exp(mean["ci"]) if mean else None,
            "fooled_ratio_ci": _exp(longer["ci"]) if longer else None,
        }
    return result | {
        "two_way": two_way,
        "geometric_mean_ms": exp(per_person["mean_difference"]),
        "ci": _exp(per_person["ci"]),
        "median_ms": middle,
        "p05_ms": low,
        "p95_ms": high,
        "fooled_ratio": None if ratios["mean_difference"] is None else exp(ratios["mean_difference"]),
        "fooled_ratio_ci": _exp(ratios["ci"]),
    }


def exposure_times(exposure_ms: Floats) -> Json:
    """How long the pictures were on the screen according to the file, in ms, shape (n,)."""
    known = exposure_ms[np.isfinite(exposure_ms)]
    result: Json = {"n": len(known), "missing": len(exposure_ms) - len(known)}
    if len(known) == 0:
        return result | dict.fromkeys(("median_ms", "smallest_ms", "largest_ms", "sd_ms"))
    return result | {
        "median_ms": float(np.median(known)),
        "smallest_ms": float(known.min()),
        "largest_ms": float(known.max()),
        "sd_ms": float(known.std()),
    }


def _means(values: Floats, codes: AnyCodes, size: int) -> Floats:
    """Mean of the values for each code below `size`; NaN without any."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(codes, values, minlength=size) / np.bincount(codes, minlength=size))


def _exp(ends: list[float] | None) -> list[float] | None:
    """None also where the ends are beyond what a number holds."""
    return None if ends is None or max(map(abs, ends)) > LARGEST_LOG else [exp(end) for end in ends]
