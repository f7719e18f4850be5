"""Root mean squared error of the colour channels a* and b*."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizers.pictures.colour import Floats, rgb_to_lab
from evaluation.metrics._base import Metric, check_pair


def ab_rmse(image: NDArray[Any], reference: NDArray[Any]) -> Floats:
    """Root of the mean squared error of a* and b*, over H x W x 2 jointly, in units of L*a*b*.

    Both (..., H, W, 3) sRGB in [0, 1]; the result is (...).
    """
    check_pair(image, reference)
    return of_lab(rgb_to_lab(image), rgb_to_lab(reference))


def of_lab(image: Floats, reference: Floats) -> Floats:
    """The same of L*a*b* colours (..., H, W, 3)."""
    error = image[..., 1:] - reference[..., 1:]
    return np.asarray(np.sqrt(np.square(error, dtype=np.float64).mean(axis=(-3, -2, -1))))


METRIC = Metric(
    name="ab_rmse",
    summary="How far a* and b* are off, root mean square over both.",
    citation="As in Deshpande, Rock and Forsyth (2015), ICCV, on CIE L*a*b*.",
    function=ab_rmse,
    kind="reference",
    direction="lower",
    unit="Lab units",
    identity=0.0,
    of_lab=of_lab,
)
