"""Peak signal-to-noise ratio."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizers.pictures.colour import Floats
from evaluation.metrics._base import Metric, check_pair


def psnr(image: NDArray[Any], reference: NDArray[Any]) -> Floats:
    """Peak signal-to-noise ratio in dB, over H x W x 3 jointly; infinite for identical pictures.

    Both (..., H, W, 3) in [0, 1]; the result is (...). Never pool several pictures into one ratio:
    average the values of the pictures instead.
    """
    check_pair(image, reference)
    error = np.square(image - reference, dtype=np.float64).mean(axis=(-3, -2, -1))
    with np.errstate(divide="ignore"):
        return np.asarray(-10 * np.log10(error))


METRIC = Metric(
    name="psnr",
    summary="How small the squared pixel error is, on a logarithmic scale.",
    citation="The usual definition with the peak at 255; see e.g. Wang and Bovik (2009), IEEE SPM 26(1).",
    function=psnr,
    kind="reference",
    direction="higher",
    unit="dB",
    identity=float("inf"),
)
