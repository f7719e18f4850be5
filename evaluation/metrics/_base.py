"""What a metric declares, and the checks that every metric makes first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from colorizers.pictures.colour import Floats


@dataclass(frozen=True)
class Metric:
    """One number per picture: `function(image, reference)`, or `function(image)` without a reference.

    Pictures are (..., H, W, 3) in [0, 1], results (...). `identity` is the value of a picture against
    itself, none where it depends on the picture. A metric that looks at L*a*b* alone offers `of_lab`, the
    same function of L*a*b* colours, so that several metrics share one conversion.
    """

    name: str
    summary: str
    citation: str
    function: Callable[..., Floats]
    kind: Literal["reference", "no_reference"]
    direction: Literal["higher", "lower", "none"]
    unit: str
    identity: float | None
    of_lab: Callable[[Floats, Floats], Floats] | None = None

    def __call__(self, image: NDArray[Any], reference: NDArray[Any]) -> Floats:
        """The value for each picture; the reference is left aside where the metric needs none."""
        return self.function(image, reference) if self.kind == "reference" else self.function(image)


def check_image(image: NDArray[Any], what: str = "image") -> None:
    """Raise ValueError unless the array is one or more pictures (..., H, W, 3) of floats in [0, 1]."""
    if image.ndim < 3 or image.shape[-1] != 3 or image.size == 0:
        raise ValueError(f"The {what} must have the shape (..., H, W, 3), not {image.shape}.")
    if not np.issubdtype(image.dtype, np.floating):
        raise ValueError(f"The {what} holds {image.dtype}; divide 8-bit values by 255 first.")
    # Written so that NaN fails too.
    if not (image.min() >= 0 and image.max() <= 1):
        raise ValueError(f"The {what} must lie in [0, 1], but spans {image.min():g} to {image.max():g}.")


def check_pair(image: NDArray[Any], reference: NDArray[Any]) -> None:
    """Raise ValueError unless both are pictures of the same shape."""
    check_image(image)
    check_image(reference, "reference")
    if image.shape != reference.shape:
        raise ValueError(f"The image has the shape {image.shape}, but its reference {reference.shape}.")
