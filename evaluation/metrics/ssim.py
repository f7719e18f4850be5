"""Structural similarity on RGB."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from colorizers.pictures.colour import Floats
from evaluation.metrics._base import Metric, check_pair

WINDOW = 11
SIGMA = 1.5
C1, C2 = 0.01**2, 0.03**2
_STRIP_ROWS = 64

_OFFSETS = np.arange(WINDOW) - WINDOW // 2
_WEIGHTS = np.exp(-0.5 * (_OFFSETS / SIGMA) ** 2) / np.exp(-0.5 * (_OFFSETS / SIGMA) ** 2).sum()


def _smooth(planes: Floats) -> Floats:
    """Planes (P, H, W) under the window, as (P, W - 10, H - 10): turned, which no mean over them minds."""
    # Only windows that lie wholly inside the picture count, so what happens at the edge is cut off.
    # Along rows both times: down columns it would take three times as long.
    for _ in range(2):
        smooth = correlate1d(planes, _WEIGHTS, axis=2)[:, :, WINDOW // 2 : -(WINDOW // 2)]
        planes = np.ascontiguousarray(smooth.swapaxes(1, 2))
    return planes


def _ssim_of_plane(image: Floats, reference: Floats) -> float:
    total, (height, width) = 0.0, image.shape
    # In strips that stay in the processor's cache, each with the rows that its last windows reach.
    for top in range(0, height - WINDOW + 1, _STRIP_ROWS):
        rows = slice(top, top + _STRIP_ROWS + WINDOW - 1)
        total += _sum_over_windows(image[rows], reference[rows])
    return total / float((height - WINDOW + 1) * (width - WINDOW + 1))


def _sum_over_windows(image: Floats, reference: Floats) -> float:
    planes = np.stack([image, reference, image * reference, image * image + reference * reference])
    mean_image, mean_reference, product_mean, squares_mean = _smooth(planes)
    product = mean_image * mean_reference
    squares = mean_image * mean_image + mean_reference * mean_reference
    covariance, variances = product_mean - product, squares_mean - squares
    score = (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2))
    return float(score.sum())


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
