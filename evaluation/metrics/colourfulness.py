"""How colourful a picture looks, without any reference."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizers.pictures.colour import Floats
from evaluation.metrics._base import Metric, check_image


def colourfulness(image: NDArray[Any]) -> Floats:
    """Colourfulness M3 on 8-bit values: 0 for greys, about 45 for a photo, above 100 extreme.

    `image` is (..., H, W, 3) sRGB in [0, 1]; the result is (...). The opponent channels keep their
    sign; variants that take absolute values first give other numbers.
    Hasler and Suesstrunk (2003), Measuring colourfulness in natural images, SPIE 5007.
    """
    check_image(image)
    red, green, blue = np.moveaxis(image.astype(np.float64) * 255, -1, 0)
    opponents = [red - green, (red + green) / 2 - blue]
    variance = sum(channel.var(axis=(-2, -1)) for channel in opponents)
    mean = sum(np.square(channel.mean(axis=(-2, -1))) for channel in opponents)
    return np.asarray(np.sqrt(variance) + 0.3 * np.sqrt(mean))


METRIC = Metric(
    name="colourfulness",
    summary="Spread and strength of the opponent colours red-green and yellow-blue.",
    citation="Hasler and Suesstrunk (2003), Measuring colourfulness in natural images, SPIE 5007.",
    function=colourfulness,
    kind="no_reference",
    direction="none",
    unit="",
    identity=None,
)
