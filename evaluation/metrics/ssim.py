"""Structural similarity on RGB."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from colorizers.colour import Floats
from evaluation.metrics._base import Metric, check_pair

WINDOW = 11
SIGMA = 1.5
C1, C2 = 0.01**2, 0.03**2

_OFFSETS = np.arange(WINDOW) - WINDOW // 2
_WEIGHTS = np.exp(-0.5 * (_OFFSETS / SIGMA) ** 2) / np.exp(-0.5 * (_OFFSETS / SIGMA) ** 2).sum()


def _smooth(plane: Floats) -> Floats:
    # Only windows that lie wholly inside the picture count, so what happens at the edge is cut off.
    half = WINDOW // 2
    rows: Floats = correlate1d(plane, _WEIGHTS, axis=0)[half:-half]
    return np.asarray(correlate1d(rows, _WEIGHTS, axis=1)[:, half:-half])


def _ssim_of_plane(image: Floats, reference: Floats) -> float:
    mean_image, mean_reference = _smooth(image), _smooth(reference)
    product, squares = mean_image * mean_reference, mean_image**2 + mean_reference**2
    covariance = _smooth(image * reference) - product
    variances = _smooth(image**2 + reference**2) - squares
    score = (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2))
    return float(score.mean())


def ssim(image: NDArray[Any], reference: NDArray[Any]) -> Floats:
    """Structural similarity, -1..1, 1 for identical pictures: the mean over the three colour channels.

    Both (..., H, W, 3) in [0, 1] with H, W >= 11; the result is (...). Gaussian window of 11 x 11
    with sigma 1.5, population covariance, only windows inside the picture.
    Wang, Bovik, Sheikh and Simoncelli (2004), IEEE TIP 13(4).
    """
    check_pair(image, reference)
    height, width = image.shape[-3:-1]
    if min(height, width) < WINDOW:
        raise ValueError(f"SSIM needs at least {WINDOW} x {WINDOW} pixels, not {width} x {height}.")
    scores = np.empty(image.shape[:-3])
    for index in np.ndindex(scores.shape):
        planes = [
            (image[(*index, ..., channel)].astype(float), reference[(*index, ..., channel)].astype(float))
            for channel in range(3)
        ]
        scores[index] = np.mean([_ssim_of_plane(*pair) for pair in planes])
    return scores


METRIC = Metric(
    name="ssim",
    summary="How alike local means, contrasts and patterns are, averaged over R, G and B.",
    citation="Wang, Bovik, Sheikh and Simoncelli (2004), Image Quality Assessment, IEEE TIP 13(4).",
    function=ssim,
    kind="reference",
    direction="higher",
    unit="",
    identity=1.0,
)
