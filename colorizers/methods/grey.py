"""No colour at all: the floor under every comparison."""

import numpy as np

from colorizers.methods._base import Ingredients, Method
from colorizers.pictures.colour import Floats
from colorizers.pictures.inference import Predict, Source


def build(parts: Ingredients) -> Predict:
    """A predictor of a = b = 0."""
    del parts

    def predict(lightness: Floats, source: Source) -> Floats:
        del source
        return np.zeros((*lightness.shape, 2), np.float32)

    return predict


METHOD = Method(
    name="grey",
    title="Black and white",
    summary="Leaves the photo black and white.",
    citation="The usual floor of colorization papers, e.g. Zhang, Isola and Efros (2016), table 1.",
    build=build,
    promises_colour=False,
)
