"""Opinion scores corrected for how strictly and how consistently each person rates: beside, not instead.

ITU-T P.910 (10/2023), Annex E, and P.913 (06/2021), 12.4; Li, Bampis, Janowski & Krasula, Electronic Imaging
2020, 131-1. A rating is the picture's quality plus the person's bias plus noise of the person's own size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Floats, Ints, Json, sums

CLOSE = 1e-8
LONGEST = 1000
FEWEST = 2
LEAST_SHARE = 0.1
"""A person whose residuals are smaller than this share of the usual ones weighs a hundred times as much."""
SMALLEST_VARIANCE = 1e-8
"""A person who follows the means exactly would outweigh everybody else."""


@dataclass(frozen=True)
class Corrected:
    """`quality` by picture, `bias` and `sd` by person; NaN for codes that do not occur."""

    quality: Floats
    bias: Floats
    sd: Floats
    steps: int


def without_bias(rating: Floats, participant: AnyCodes, picture: AnyCodes) -> Corrected:
    """Each picture's mean after each person's mean distance from the pictures' means is taken off once.

    P.913, 12.4; all of shape (n,). Where people rated different pictures, the first means already mix bias
    and quality, so that part of it stays: see `corrected`.
    """
    quality = _mean(picture, rating)
    bias = _mean(participant, rating - quality[picture])
    left = rating - bias[participant]
    quality = _mean(picture, left)
    return Corrected(quality, bias, _sd(participant, left - quality[picture]), 1)


def corrected(rating: Floats, participant: AnyCodes, picture: AnyCodes) -> Corrected:
    """Quality, bias and inconsistency by turns until the quality stays (alternating projections).

    All of shape (n,). The inconsistency is the SD of a person's residuals around their own mean; a picture's
    quality is the mean weighted by one over its square.
    """
    quality = _mean(picture, rating)
    bias, sd, steps = _mean(participant, rating - quality[picture]), np.zeros(0), 0
    while steps < LONGEST:
        before, steps = quality, steps + 1
        sd = _sd(participant, rating - quality[picture] - bias[participant])
        weight = 1 / (sd[participant] ** 2 + SMALLEST_VARIANCE)
        with np.errstate(invalid="ignore", divide="ignore"):
            quality = sums(picture, (rating - bias[participant]) * weight) / sums(picture, weight)
        bias = _mean(participant, rating - quality[picture])
        if np.sqrt(np.nansum((quality - before) ** 2)) < CLOSE:
            break
    # Only differences between people are known: their biases average to 0.
    shift = float(np.nanmean(bias))
    return Corrected(quality + shift, bias - shift, sd, steps)


def corrected_scores(
    rating: Ints, participant: AnyCodes, arm: AnyCodes, photo: AnyCodes, labels: tuple[str, ...]
) -> Json:
    """Mean score of each condition from corrected pictures, each picture counting alike; all of shape (n,).

    `p913` takes off bias, `p910` bias and inconsistency. They describe these people: there is no interval for
    others. `bias_sd` and `inconsistency` (the median) describe people by `p910`. Neither is there where a
    person gave a single rating, or where no picture was rated by two people: then bias and quality cannot be
    told apart. `p910` is left out where one person would outweigh the others, which few ratings each can do.
    """
    size = int(arm.max()) + 1
    pictures, picture = np.unique(photo.astype(np.int64) * size + arm, return_inverse=True)
    picture, of_arm = picture.reshape(-1), pictures % size
    judged, seen = sums(participant), sums(picture)
    result: Json = {"p910": None, "p913": None, "bias_sd": None, "inconsistency": None, "reason": ""}
    if judged[judged > 0].min() < FEWEST or not np.any(seen > 1):
        return result | {"reason": "too few ratings of a person or picture to tell bias from quality"}
    values = rating.astype(np.float64)

    def means(quality: Floats) -> list[Json]:
        found = _mean(of_arm, quality)
        return [
            {"label": label, "mos": float(found[code])}
            for code, label in enumerate(labels)
            if code < len(found) and np.isfinite(found[code])
        ]

    result["p913"] = means(without_bias(values, participant, picture).quality)
    full = corrected(values, participant, picture)
    known = judged > 0
    typical = float(np.median(full.sd[known]))
    if full.sd[known].min() < LEAST_SHARE * typical:
        return result | {"reason": "one person agrees with the means so closely as to outweigh all others"}
    return result | {
        "p910": means(full.quality),
        "bias_sd": float(full.bias[known].std(ddof=1)) if known.sum() > 1 else None,
        "inconsistency": typical,
    }


def _mean(codes: AnyCodes, values: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums(codes, values) / sums(codes))


def _sd(codes: AnyCodes, values: Floats) -> Floats:
    """Around the mean of each code, divided by the number."""
    centred = values - _mean(codes, values)[codes]
    return np.asarray(np.sqrt(_mean(codes, centred**2)))
