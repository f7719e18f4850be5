"""The mean colour that other photos show at each lightness."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter1d

from colorizers.methods._base import Ingredients, Method
from colorizers.methods._reference import thinned
from colorizers.pictures.colour import RGB8, Floats, rgb_to_lab
from colorizers.pictures.inference import Predict, Source

LEVELS = 256


@dataclass(frozen=True)
class Settings:
    """`smoothing` is the standard deviation, in levels of 256, of the window over neighbouring levels."""

    smoothing: float = 3.0

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing <= 64:
            raise ValueError(f"smoothing must lie between 0 and 64 levels, not {self.smoothing}.")


def sums_by_level(rgb8: RGB8) -> Floats:
    """(256, 3): for each of 256 levels of L*, its share of the pixels and, times that, mean a and b."""
    lab = rgb_to_lab(thinned(rgb8)).reshape(-1, 3).astype(np.float64)
    level = np.clip(np.rint(lab[:, 0] * ((LEVELS - 1) / 100)), 0, LEVELS - 1).astype(np.intp)
    weighted = [None, lab[:, 1], lab[:, 2]]
    sums = np.stack([np.bincount(level, weights, LEVELS) for weights in weighted], axis=1)
    return sums / len(lab)


def table(sums: Floats, smoothing: float) -> Floats:
    """(256, 2): mean a and b at each level, smoothed; levels without pixels are interpolated."""
    if smoothing:
        sums = gaussian_filter1d(sums, smoothing, axis=0, mode="constant")
    seen = np.flatnonzero(sums[:, 0] > 0)
    means = sums[seen, 1:] / sums[seen, :1]
    levels = np.arange(LEVELS)
    return np.stack([np.interp(levels, seen, means[:, channel]) for channel in (0, 1)], axis=1)


def build(parts: Ingredients) -> Predict:
    """A predictor that looks a and b up by lightness; each reference photo counts the same."""
    reference, smoothing = parts.reference, parts.settings.smoothing

    # Kept photo by photo, so that leaving one out costs a sum and not a second pass over all of them.
    @cache
    def sums() -> Floats:
        return np.stack([sums_by_level(photo.read()) for photo in reference.photos])

    def predict(lightness: Floats, source: Source) -> Floats:
        colours = table(sums()[reference.others(source)].sum(axis=0), smoothing)
        levels = np.arange(LEVELS) * (100 / (LEVELS - 1))
        ab = [np.interp(lightness, levels, colours[:, channel]) for channel in (0, 1)]
        return np.stack(ab, axis=-1).astype(np.float32)

    return predict


METHOD = Method(
    name="luminance_table",
    title="Mean colour of each lightness",
    summary="Paints each lightness in the mean colour that it has in the reference photos.",
    citation="The best guess from a pixel's own lightness alone; our baseline.",
    build=build,
    settings=Settings,
    needs_reference=True,
    promises_colour=False,
)
