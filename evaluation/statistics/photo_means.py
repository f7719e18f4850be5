"""The mean of each photo, drawn towards that of all where few judged it: normal empirical Bayes.

Morris, JASA 78 (1983) 47-55; the variances by moments (Searle, Casella & McCulloch, Variance Components,
1992, chapter 3). Raw means of photos with few ratings would fill both ends of any list.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Floats, Json
from evaluation.statistics.distributions import normal_quantile
from evaluation.statistics.intervals import THIS_PHOTO, check_alpha


def photo_means(
    values: Floats, photo: AnyCodes, labels: tuple[str, ...], alpha: float = 0.05
) -> tuple[bool, list[Json]]:
    """Whether photos differ by more than chance, and a row for each that occurs, by its label.

    `values` and `photo` have shape (n,), n >= 1. Rows have `image_id`, `n`, `k` (the sum of the values),
    `posterior_mean` and `ci`. Where photos do not differ, or none was judged twice, all share the common mean
    and there is no interval. It ignores that the variances are estimated and that a photo's judges may be
    lenient: it is for sorting pictures, not for claims about one.
    """
    check_alpha(alpha)
    n = np.bincount(photo, minlength=len(labels)).astype(np.float64)
    total = np.bincount(photo, values, minlength=len(labels))
    codes = np.array(sorted(np.flatnonzero(n), key=lambda code: labels[code]))
    n, total = n[codes], total[codes]
    within, between = _variances(values, n, total)
    spread = between > 0
    if spread:
        weight = 1 / (between + within / n)
        common = float(weight @ (total / n)) / float(weight.sum())
        kept = between / (between + within / n)
    else:
        common, kept = float(total.sum() / n.sum()), np.zeros(len(n))
    mean = common + kept * (total / n - common)
    half = normal_quantile(alpha / 2) * np.sqrt(kept * within / n)
    rows: list[dict[str, Any]] = [
        {
            "image_id": labels[code],
            "n": int(n[at]),
            "k": float(total[at]),
            "posterior_mean": float(mean[at]),
            "ci": [float(mean[at] - half[at]), float(mean[at] + half[at])] if spread else None,
            "estimand": THIS_PHOTO,
        }
        for at, code in enumerate(codes)
    ]
    return spread, rows


def _variances(values: Floats, n: Floats, total: Floats) -> tuple[float, float]:
    """Of single values of one photo, and of photos' own means; the latter is 0 where nothing shows it."""
    count, photos = float(n.sum()), len(n)
    if photos < 2 or count == photos:
        return 0.0, 0.0
    means = total / n
    between_squares = float(n @ np.square(means - total.sum() / count))
    all_squares = float(np.square(values - values.mean()).sum())
    within = max(0.0, all_squares - between_squares) / (count - photos)
    size = count - float(n @ n) / count
    return within, max(0.0, between_squares - (photos - 1) * within) / size
