"""One warm tone over everything, as an untrained or timid network gives."""

import math
from dataclasses import dataclass

import numpy as np

from colorizers.methods._base import Ingredients, Method
from colorizers.pictures.colour import Floats
from colorizers.pictures.inference import AB_LIMIT, VISIBLE_AB, Predict, Source


@dataclass(frozen=True)
class Settings:
    """The tone, in units of a* and b*."""

    a: float = 3.0
    b: float = 8.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(part) and abs(part) <= AB_LIMIT for part in (self.a, self.b)):
            raise ValueError(f"a and b must lie within +-{AB_LIMIT:.0f}, not ({self.a}, {self.b}).")
        if max(abs(self.a), abs(self.b)) < VISIBLE_AB:
            raise ValueError(
                f"The tone ({self.a}, {self.b}) is invisible; use the method 'grey' for no colour."
            )


def build(parts: Ingredients) -> Predict:
    """A predictor of the same a and b for every pixel."""
    tone = np.array([parts.settings.a, parts.settings.b], np.float32)

    def predict(lightness: Floats, source: Source) -> Floats:
        del source
        return np.broadcast_to(tone, (*lightness.shape, 2)).copy()

    return predict


METHOD = Method(
    name="sepia",
    title="One tone for the whole photo",
    summary="Tints the whole photo in one tone.",
    citation="The tone (3, 8) to which the regression network of Schulze et al. (2020) converged.",
    build=build,
    settings=Settings,
)
