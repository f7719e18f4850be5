"""The mean colour of other photos everywhere: the best constant guess."""

from functools import cache

import numpy as np

from colorizers.methods._base import Ingredients, Method
from colorizers.methods._reference import thinned
from colorizers.pictures.colour import Floats, rgb_to_lab
from colorizers.pictures.inference import Predict, Source


def build(parts: Ingredients) -> Predict:
    """A predictor of the mean a and b over the reference photos, each photo counting the same."""
    reference = parts.reference

    @cache
    def means() -> Floats:
        return np.stack(
            [
                rgb_to_lab(thinned(photo.read()))[..., 1:].mean(axis=(0, 1), dtype=np.float64)
                for photo in reference.photos
            ]
        )

    def predict(lightness: Floats, source: Source) -> Floats:
        mean = means()[reference.others(source)].mean(axis=0)
        return np.broadcast_to(mean.astype(np.float32), (*lightness.shape, 2)).copy()

    return predict


METHOD = Method(
    name="constant_mean",
    title="Mean colour of the reference photos",
    summary="Paints the mean colour of the reference photos, the photo itself left out.",
    citation="The constant minimiser of the squared error; our baseline.",
    build=build,
    needs_reference=True,
    # The mean of honest photos may be neutral; that is its answer, not a failure.
    promises_colour=False,
)
