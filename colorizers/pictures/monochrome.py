"""Photographs without colour: told from colour photographs, and stripped of the tint of their paper."""

import numpy as np
from PIL import Image

from colorizers.pictures.colour import RGB8, lab_to_rgb, rgb_to_lab, rgb_to_lightness, row_strips, to_8_bit
from colorizers.pictures.images import PhotoRefused

MOST_SPREAD = 10.0
LOOKED_AT = 128  # pixels a side: finer colour in such a photo is the noise of its compression
LEVELS = 10


def colour_spread(rgb8: RGB8) -> float:
    """How far the colours of a picture (H, W, 3) uint8 lie from one tint a lightness, in CIE ab units.

    The 99th percentile of the distance between a pixel's ab and the mean ab of the pixels of like
    lightness, in a copy of at most 128 pixels a side. Grey pictures have 0; sepia, cyanotype and other
    toned ones little, however strong the tone, because it follows the lightness.
    """
    small = Image.fromarray(np.ascontiguousarray(rgb8))
    small.thumbnail((LOOKED_AT, LOOKED_AT), Image.Resampling.BOX)
    lab = rgb_to_lab(np.asarray(small)).reshape(-1, 3)
    ab = lab[:, 1:]
    level = np.clip(lab[:, 0] * LEVELS / 100, 0, LEVELS - 1).astype(np.intp)
    count = np.maximum(np.bincount(level, minlength=LEVELS), 1)
    tint = np.stack([np.bincount(level, ab[:, k], LEVELS) / count for k in (0, 1)], axis=-1)
    return float(np.percentile(np.linalg.norm(ab - tint[level], axis=-1), 99))


def check_without_colour(rgb8: RGB8, *, at_most: float = MOST_SPREAD) -> float:
    """The spread of a picture's colours; PhotoRefused if it is a colour photograph."""
    spread = colour_spread(rgb8)
    if spread > at_most:
        raise PhotoRefused(
            f"The photo has colours of its own: they spread by {spread:.1f} around one tint, and a photo "
            f"without colour by at most {at_most:g}. Put it into a set of colour photographs."
        )
    return spread


def without_colour(rgb8: RGB8) -> RGB8:
    """The grey picture of the same lightness L* (H, W, 3) uint8: no tint of paper or ink is left."""
    grey = np.empty(rgb8.shape[:2], np.uint8)
    for rows in row_strips(*rgb8.shape[:2]):
        lightness = rgb_to_lightness(rgb8[rows])
        lab = np.stack([lightness, np.zeros_like(lightness), np.zeros_like(lightness)], axis=-1)
        grey[rows] = to_8_bit(lab_to_rgb(lab)[0])[..., 1]
    return np.repeat(grey[..., None], 3, axis=-1)
