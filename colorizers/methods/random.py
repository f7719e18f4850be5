"""The colours of some other photo: what an attentive person must spot (the vigilance stimulus)."""

import numpy as np

from colorizers.methods._base import Ingredients, Method
from colorizers.pictures.colour import Floats, rgb_to_lab
from colorizers.pictures.inference import Predict, Source, resize


def build(parts: Ingredients) -> Predict:
    """A predictor of the a and b of one other photo, drawn by the source's seed and stretched to fit."""
    reference = parts.reference

    def predict(lightness: Floats, source: Source) -> Floats:
        others = reference.others(source)
        drawn = reference.photos[others[source.rng().integers(len(others))]]
        height, width = lightness.shape
        return resize(rgb_to_lab(drawn.read())[..., 1:], (height, width)).astype(np.float32)

    return predict


METHOD = Method(
    name="random",
    title="Colours of another photo",
    summary="Copies the colours of another photo, drawn by chance.",
    citation="Zhang, Isola and Efros (2016), Colorful Image Colorization, ECCV: the baseline Random.",
    build=build,
    needs_reference=True,
)
