"""The mean of an image metric over photos."""

from __future__ import annotations

from math import sqrt

import numpy as np

from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import check_alpha

NEW_PHOTOS = "new photos"


def mean_over_photos(values: Floats, alpha: float = 0.05) -> Json:
    """Mean, SD and t interval over photos of one number a photo, shape (photos,).

    NaN is counted as missing. Infinite values (PSNR of identical pictures) are counted and left out of the
    mean, never capped. The interval is None for fewer than two photos. Wrong when several values come from
    crops of one photo: those are not independent.
    """
    check_alpha(alpha)
    numbers = np.asarray(values, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    n = len(finite)
    result: Json = {
        "n": n,
        "infinite": int(np.isinf(numbers).sum()),
        "missing": int(np.isnan(numbers).sum()),
        "estimand": NEW_PHOTOS,
        "mean": float(finite.mean()) if n else None,
        "sd": None,
        "se": None,
        "ci": None,
        "reason": "",
    }
    if n < 2:
        result["reason"] = "an interval over photos needs at least two finite values"
        return result
    sd = float(finite.std(ddof=1))
    se = sd / sqrt(n)
    half = t_quantile(alpha / 2, n - 1) * se
    return result | {"sd": sd, "se": se, "ci": [result["mean"] - half, result["mean"] + half]}
