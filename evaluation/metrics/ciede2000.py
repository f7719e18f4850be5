"""Mean perceptual colour difference."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizers import colour
from colorizers.colour import Floats
from evaluation.metrics._base import Metric, check_pair


def ciede2000(image: NDArray[Any], reference: NDArray[Any]) -> Floats:
    """Mean CIEDE2000 difference over the pixels; about 1 is just visible side by side.

    Both (..., H, W, 3) sRGB in [0, 1]; the result is (...).
    """
    check_pair(image, reference)
    difference = colour.ciede2000(colour.rgb_to_lab(image), colour.rgb_to_lab(reference))
    return np.asarray(difference.mean(axis=(-2, -1), dtype=np.float64))


METRIC = Metric(
    name="ciede2000",
    summary="The colour difference that people would see at a pixel, averaged.",
    citation="Sharma, Wu and Dalal (2005), The CIEDE2000 color-difference formula, Color Res. Appl. 30(1).",
    function=ciede2000,
    kind="reference",
    direction="lower",
    unit="Delta E 00",
    identity=0.0,
)
