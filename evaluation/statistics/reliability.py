"""Do people agree, with themselves and with each other? Split half, Krippendorff's alpha, ICC."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.special import fdtrc, fdtri

from evaluation.statistics.arrays import AnyCodes, Flags, Floats, Ints, Json
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.intervals import DEFAULT, NEW_PHOTOS_SAME_PEOPLE


def split_half(fooled: Flags, participant: AnyCodes, trial_index: Floats) -> Json:
    """Correlation over participants of the rates on odd and even trials, stepped up by Spearman-Brown.

    All of shape (n,); participants without a trial in one half, and trials without a number, are left out.
    None where no correlation exists. Spearman and Brown, British J. Psychology 3 (1910) 271-322.
    """
    known = np.isfinite(trial_index)
    if not known.all():
        fooled, participant, trial_index = fooled[known], participant[known], trial_index[known]
    size = 2 * (int(participant.max(initial=-1)) + 1)
    # Both halves in one pass: each person has a place for the odd trials beside that for the others.
    place = participant * np.intp(2) + (trial_index - 2 * np.floor(trial_index / 2) == 1)
    with np.errstate(invalid="ignore"):
        share = np.bincount(place, fooled, minlength=size) / np.bincount(place, minlength=size)
    rates = share[1::2], share[::2]
    both = np.isfinite(rates[0]) & np.isfinite(rates[1])
    r = pearson(rates[0][both], rates[1][both])
    brown = None if r is None or r <= -1 else 2 * r / (1 + r)
    return {"n": int(both.sum()), "r": r, "spearman_brown": brown}


def pearson(x: Floats, y: Floats) -> float | None:
    """Pearson's correlation; None for fewer than three pairs or without variation."""
    if len(x) < 3:
        return None
    a, b = x - x.mean(), y - y.mean()
    scale = sqrt(float(np.dot(a, a)) * float(np.dot(b, b)))
    return None if scale < 1e-12 else min(1.0, max(-1.0, float(np.dot(a, b)) / scale))


def krippendorff_alpha(fooled: Flags, unit: Ints) -> Json:
    """Nominal alpha of the outcomes: 1 full agreement, 0 as by chance, below 0 systematic disagreement.

    `unit` codes what was judged (condition and photo), shape (n,); coders are the participants; units judged
    once say nothing and are left out. Krippendorff, Content Analysis (2018), chapter 12. It is low wherever
    people are near chance, also in a perfectly sound study.
    """
    judged = np.bincount(unit)
    taken = np.bincount(unit, fooled)
    several = judged >= 2
    m, ones = judged[several].astype(np.float64), taken[several]
    pairable, all_ones = float(m.sum()), float(ones.sum())
    result: Json = {"alpha": None, "units": len(m), "pairable": int(pairable)}
    if all_ones in (0, pairable):
        return result
    observed = float(np.sum(2 * ones * (m - ones) / (m - 1))) / pairable
    expected = 2 * all_ones * (pairable - all_ones) / (pairable * (pairable - 1))
    return result | {"alpha": 1 - observed / expected}


def complete_design(valid: ValidResponses) -> Floats | None:
    """Outcomes as (condition and photo, participant), where everybody judged everything; else None."""
    unit, who = units(valid), valid.table.participant.codes
    judged, seen = np.bincount(unit), np.bincount(who)
    shape = int(np.count_nonzero(judged)), int(np.count_nonzero(seen))
    if min(shape) < 2 or shape[0] * shape[1] != len(valid):
        return None
    # No pair occurs twice among valid rows, so as many rows as pairs means that none is missing.
    grid = np.zeros(shape)
    grid[(np.cumsum(judged > 0) - 1)[unit], (np.cumsum(seen > 0) - 1)[who]] = valid.fooled
    return grid


def units(valid: ValidResponses) -> Ints:
    """A number for each pair of condition and photo, shape (valid rows,)."""
    table = valid.table
    return np.asarray(
        table.condition.codes.astype(np.int64) * len(table.photo.labels) + table.photo.codes, dtype=np.int64
    )


def intraclass_correlations(grid: Floats, alpha: float = 0.05) -> list[Json]:
    """The six ICC of Shrout & Fleiss (Psychological Bulletin 86 (1979) 420-428) with F tests.

    `grid` shape (targets, raters), at least 2 x 2, nothing missing. ICC1: raters differ between targets;
    ICC2: a sample of raters, absolute agreement; ICC3: exactly these raters, consistency; k: of the raters'
    mean. Empty without variation. Rests on normal scores: with outcomes of 0 and 1 the intervals are rough.
    """
    n, k = grid.shape
    mean = grid.mean()
    between = k * float(np.sum((grid.mean(axis=1) - mean) ** 2)) / (n - 1)
    raters = n * float(np.sum((grid.mean(axis=0) - mean) ** 2)) / (k - 1)
    total = float(np.sum((grid - mean) ** 2))
    within = (total - between * (n - 1)) / (n * (k - 1))
    error = (total - between * (n - 1) - raters * (k - 1)) / ((n - 1) * (k - 1))
    if between < 1e-12 or error < 1e-12:
        return []
    f1, f3 = between / within, between / error
    df1, df3 = n * (k - 1), (n - 1) * (k - 1)
    ends1, ends3 = _f_ends(f1, n - 1, df1, alpha), _f_ends(f3, n - 1, df3, alpha)
    icc2 = (between - error) / (between + (k - 1) * error + k * (raters - error) / n)
    low2, high2 = _absolute_agreement_ends(n, k, between, raters, error, icc2, alpha)
    singles = {
        "ICC1": ((f1 - 1) / (f1 + k - 1), [(f - 1) / (f + k - 1) for f in ends1], f1, df1),
        "ICC2": (icc2, [low2, high2], f3, df3),
        "ICC3": ((f3 - 1) / (f3 + k - 1), [(f - 1) / (f + k - 1) for f in ends3], f3, df3),
        "ICC1k": (1 - 1 / f1, [1 - 1 / f for f in ends1], f1, df1),
        "ICC2k": (
            (between - error) / (between + (raters - error) / n),
            [low2 * k / (1 + low2 * (k - 1)), high2 * k / (1 + high2 * (k - 1))],
            f3,
            df3,
        ),
        "ICC3k": (1 - 1 / f3, [1 - 1 / f for f in ends3], f3, df3),
    }
    return [
        {
            "type": name,
            "icc": icc,
            "lo": ends[0],
            "hi": ends[1],
            "estimand": NEW_PHOTOS_SAME_PEOPLE if name.startswith("ICC3") else DEFAULT,
            "F": f,
            "p": float(fdtrc(n - 1, df, f)),
        }
        for name, (icc, ends, f, df) in singles.items()
    ]


def cronbach_alpha(grid: Floats) -> float | None:
    """Cronbach's alpha with raters as items; equals ICC3k. Psychometrika 16 (1951) 297-334."""
    k = grid.shape[1]
    whole = float(grid.sum(axis=1).var(ddof=1))
    if whole < 1e-12:
        return None
    return float(k / (k - 1) * (1 - float(grid.var(axis=0, ddof=1).sum()) / whole))


def _f_ends(f: float, df_above: int, df_below: int, alpha: float) -> tuple[float, float]:
    low = f / float(fdtri(df_above, df_below, 1 - alpha / 2))
    return low, f * float(fdtri(df_below, df_above, 1 - alpha / 2))


def _absolute_agreement_ends(
    n: int, k: int, between: float, raters: float, error: float, icc: float, alpha: float
) -> tuple[float, float]:
    """Shrout & Fleiss's interval for ICC2, whose degrees of freedom are Satterthwaite's."""
    f = raters / error
    spread = n * (1 + (k - 1) * icc) - k * icc
    above = (k - 1) * (n - 1) * (k * icc * f + spread) ** 2
    df = above / ((n - 1) * k**2 * icc**2 * f**2 + spread**2)
    rest = k * raters + (k * n - k - n) * error
    low_f = float(fdtri(n - 1, df, 1 - alpha / 2))
    high_f = float(fdtri(df, n - 1, 1 - alpha / 2))
    low = n * (between - low_f * error) / (low_f * rest + n * between)
    high = n * (high_f * between - error) / (rest + n * high_f * between)
    return low, high
