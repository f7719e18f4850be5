"""Cheap statistics of reference photos, which may be of any size."""

from colorizers.pictures.colour import RGB8

_ENOUGH_PIXELS = 1 << 17


def thinned(rgb8: RGB8) -> RGB8:
    """Every n-th pixel of every n-th row: at least 131,072 pixels of a larger picture, all of a smaller."""
    height, width = rgb8.shape[:2]
    step = max(1, int((height * width / _ENOUGH_PIXELS) ** 0.5))
    return rgb8[::step, ::step]
