"""Do image metrics know what fools people? Correlation over the photos of one condition, never pooled.

Pooled over conditions a correlation shows little more than which condition is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import atanh, sqrt, tanh

import numpy as np

from evaluation.statistics.arrays import Floats, Ints, Json
from evaluation.statistics.comparisons import holm
from evaluation.statistics.distributions import normal_quantile, t_tail
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.intervals import NEW_PHOTOS_SAME_PEOPLE
from evaluation.statistics.reliability import pearson

PhotoScores = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Scores by condition, metric and photo."""


def metric_correlation(valid: ValidResponses, scores: PhotoScores, alpha: float = 0.05) -> list[Json]:
    """Fool rate of each photo against each metric, within each condition, with Holm over all of them."""
    table = valid.table
    results: list[Json] = []
    for model, of_model in sorted(scores.items()):
        rows = table.condition.is_label(model)
        if not rows.any():
            continue
        judged = np.bincount(table.photo.codes[rows], minlength=len(table.photo.labels))
        taken = np.bincount(table.photo.codes[rows], valid.fooled[rows], minlength=len(table.photo.labels))
        codes = np.flatnonzero(judged)
        for metric, by_photo in of_model.items():
            values = np.array([by_photo.get(table.photo.labels[code], np.nan) for code in codes])
            # An infinite PSNR (identical pictures) has a rank; only pictures without a score are left out.
            known = ~np.isnan(values)
            rates = taken[codes][known] / judged[codes][known]
            results.append({"model": model, "metric": metric} | correlation(rates, values[known], alpha))
    tested = [result for result in results if result["p"] is not None]
    for result, p in zip(tested, holm([result["p"] for result in tested]), strict=True):
        result["p_holm"] = p
    for result in results:
        result.setdefault("p_holm", None)
    return results


def correlation(x: Floats, y: Floats, alpha: float = 0.05) -> Json:
    """Spearman with t test and interval, Kendall's tau-b and Pearson of two columns of shape (n,).

    None under four pairs or without variation; the photos are the units, so that both say nothing of other
    people. Interval: Bonett & Wright, Psychometrika 65 (2000) 23-28. The
    rates are noisy where few people judged a photo, which draws every correlation towards 0.
    """
    n = len(x)
    empty: Json = dict.fromkeys(("spearman", "p", "ci_bonett_wright", "kendall_tau_b", "pearson"))
    rho = pearson(ranks(x), ranks(y)) if n > 3 else None
    if rho is None:
        return {"n": n, "estimand": NEW_PHOTOS_SAME_PEOPLE} | empty
    finite = np.isfinite(x) & np.isfinite(y)
    return {
        "n": n,
        "estimand": NEW_PHOTOS_SAME_PEOPLE,
        "spearman": rho,
        "p": 0.0 if abs(rho) == 1 else 2 * t_tail(abs(rho) * sqrt((n - 2) / (1 - rho**2)), n - 2),
        "ci_bonett_wright": _bonett_wright(rho, n, alpha),
        "kendall_tau_b": kendall_tau_b(x, y),
        "pearson": pearson(x, y) if finite.all() else None,
    }


def ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def kendall_tau_b(x: Floats, y: Floats) -> float | None:
    """Kendall's tau-b in O(n log n); None without variation. Knight, JASA 61 (1966) 436-439."""
    a, b = (np.unique(values, return_inverse=True)[1] for values in (x, y))
    n = len(a)
    pairs = n * (n - 1) // 2
    tied_x, tied_y = _tied_pairs(a), _tied_pairs(b)
    tied_both = _tied_pairs(a.astype(np.int64) * (int(b.max(initial=0)) + 1) + b)
    if tied_x == pairs or tied_y == pairs:
        return None
    discordant = inversions(b[np.lexsort((b, a))])
    score = pairs - tied_x - tied_y + tied_both - 2 * discordant
    return score / (sqrt(pairs - tied_x) * sqrt(pairs - tied_y))


def inversions(values: Ints) -> int:
    """How many pairs of whole numbers >= 0 stand in falling order; bit by bit, O(n log max)."""
    found, remaining = 0, np.asarray(values, dtype=np.int64)
    for bit in range(int(remaining.max(initial=0)).bit_length() - 1, -1, -1):
        # Pairs that agree in all higher bits lie in one group, in their first order.
        group = remaining >> (bit + 1)
        order = np.argsort(group, kind="stable")
        ones = (remaining[order] >> bit) & 1
        before = np.cumsum(ones) - ones
        starts = np.flatnonzero(np.concatenate(([True], np.diff(group[order]) != 0)))
        lengths = np.diff(np.append(starts, len(ones)))
        in_group = before - np.repeat(before[starts], lengths)
        found += int(in_group[ones == 0].sum())
    return found


def _tied_pairs(codes: Sequence[int] | Ints) -> int:
    _, counts = np.unique(codes, return_counts=True)
    return int(np.sum(counts * (counts - 1) // 2))


def _bonett_wright(rho: float, n: int, alpha: float) -> list[float] | None:
    if abs(rho) == 1:
        return None
    half = normal_quantile(alpha / 2) * sqrt((1 + rho**2 / 2) / (n - 3))
    return [tanh(atanh(rho) - half), tanh(atanh(rho) + half)]
