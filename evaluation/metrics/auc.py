"""Raw accuracy: area under the curve of pixels whose colour is right within a threshold."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizers.pictures.colour import Floats, rgb_to_lab
from evaluation.metrics._base import Metric, check_pair

LARGEST_THRESHOLD = 150.0


def auc(image: NDArray[Any], reference: NDArray[Any]) -> Floats:
    """Area under the share of pixels whose ab error is at most t, for t = 0..150, scaled to 0..1.

    Both (..., H, W, 3) sRGB in [0, 1]; the result is (...). In closed form each pixel adds
    1 - error / 150, or nothing beyond 150. Zhang, Isola and Efros (2016), section 3.2.
    """
    check_pair(image, reference)
    return of_lab(rgb_to_lab(image), rgb_to_lab(reference))


def of_lab(image: Floats, reference: Floats) -> Floats:
    """The same of L*a*b* colours (..., H, W, 3)."""
    error = image[..., 1:] - reference[..., 1:]
    distance = np.hypot(error[..., 0], error[..., 1])
    share = np.clip(1 - distance / LARGEST_THRESHOLD, 0, 1)
    return np.asarray(share.mean(axis=(-2, -1), dtype=np.float64))


METRIC = Metric(
    name="auc",
    summary="How large a share of pixels has the right colour, over all thresholds of right.",
    citation="Zhang, Isola and Efros (2016), Colorful Image Colorization, ECCV: raw accuracy (AuC).",
    function=auc,
    kind="reference",
    direction="higher",
    unit="",
    identity=1.0,
    of_lab=of_lab,
)
