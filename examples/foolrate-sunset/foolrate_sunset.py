"""Warm lights, cool shadows: a method that needs no training."""

from dataclasses import dataclass

import numpy as np

from colorizers.methods import Ingredients, Method
from colorizers.pictures.colour import Floats
from colorizers.pictures.inference import Predict, Source


@dataclass(frozen=True)
class Settings:
    """`strength` is the largest a* and b*."""

    strength: float = 20.0

    def __post_init__(self) -> None:
        if not 1 <= self.strength <= 100:
            raise ValueError(f"strength must lie between 1 and 100, not {self.strength}.")


def build(parts: Ingredients) -> Predict:
    """Called once for many photos: read weights and reference photos here."""
    strength = parts.settings.strength

    def predict(lightness: Floats, source: Source) -> Floats:
        """(H, W) float32 in 0..100 -> (H, W, 2): a* and b*."""
        warmth = (lightness - 50) / 50 * strength
        return np.stack([warmth / 2, warmth], axis=-1)

    return predict


METHOD = Method(
    name="sunset",
    title="Sunset",
    summary="Warm lights, cool shadows.",
    citation="An example of a method from outside; no paper.",
    build=build,
    settings=Settings,
    promises_colour=False,
)
