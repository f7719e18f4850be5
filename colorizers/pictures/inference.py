"""From a photo's lightness to a recoloured picture: what every method goes through; no torch."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from colorizers.pictures import colour
from colorizers.pictures.colour import RGB8, Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

AB_LIMIT = 128.0
# Colour below one unit everywhere is invisible: whoever promises colour has painted none.
VISIBLE_AB = 1.0
# Rounding to 8 bits moves L* by at most 0.3 where nothing is clipped.
LIGHTNESS_TOLERANCE = 0.5


class ColorizationFailed(RuntimeError):
    """A method gave no usable colours; no other picture takes their place."""


@dataclass(frozen=True)
class Source:
    """Which photo is being coloured, so that a method can leave it out and repeat itself; no pixels.

    `made_up`: this is no photo but a picture of ours, by which a method is tried out. What it answers
    is looked at and thrown away, so a method that knows photos by their digests may answer anything.
    """

    digest: str
    seed: int = 0
    family: str = ""
    made_up: bool = False

    def rng(self) -> np.random.Generator:
        """A generator that depends on the colorizer's seed and the photo, not on order or process."""
        entropy = hashlib.sha256(f"{self.seed}:{self.digest}".encode()).digest()
        return np.random.default_rng(int.from_bytes(entropy, "big"))


Predict = Callable[[Floats, Source], Floats]
"""(lightness (H, W) float32 in 0..100, source) -> ab (H, W, 2), finite, within +-128 (see checked_ab)."""

WorkingSize = Callable[[int, int], tuple[int, int]]
"""(height, width) of a photo -> (height, width) at which its lightness is handed to the method."""


@runtime_checkable
class PredictMany(Protocol):
    """A predictor that can also take several photos at once, as networks do."""

    def __call__(self, lightness: Floats, source: Source) -> Floats:
        """One photo, as Predict."""

    def many(self, lightness: Sequence[Floats], sources: Sequence[Source]) -> list[Floats]:
        """Several photos whose lightness has one shape (H, W); an ab (H, W, 2) for each, in order."""


@runtime_checkable
class ChoosesPrecision(Protocol):
    """A predictor that can compute in more than one precision, as networks do."""

    def choose_precision(self, wanted: str, shape: tuple[int, int]) -> dict[str, Any]:
        """Compute from now on as `wanted` says; `shape` (h, w) is what a typical photo's lightness has.

        Gives what the record of a picture is to say about it. Raises ValueError for a precision that
        does not exist or, measured, is not equal to full precision.
        """


@dataclass(frozen=True, eq=False)
class ColorizedPicture:
    """A recoloured picture (H, W, 3) uint8 and the share of its pixels that left the sRGB gamut."""

    rgb8: RGB8
    share_clipped: float


def colorize_rgb(
    rgb8: RGB8,
    predict: Predict,
    source: Source,
    *,
    working_size: WorkingSize | None = None,
    promises_colour: bool = False,
) -> ColorizedPicture:
    """Recolour a photo (H, W, 3) uint8: its own full-resolution L*, the method's a* and b*.

    `predict` gets nothing but the lightness, scaled to its `working_size` if it has one.
    Raises ColorizationFailed for colours that are misshapen, not finite, out of range or, where the
    method promises colour, absent.
    """
    lightness = working_lightness(rgb8, working_size)
    (ab,) = predicted(predict, [lightness], [source])
    return recoloured(rgb8, ab, lightness.shape, promises_colour=promises_colour)


def working_lightness(rgb8: RGB8, working_size: WorkingSize | None) -> Floats:
    """The L* (h, w) float32 in 0..100 of a photo (H, W, 3) uint8, as the method is to get it.

    Works in strips of rows, so that memory stays near that of the result. Raises ValueError for an
    array that is no picture.
    """
    check_picture(rgb8)
    height, width = rgb8.shape[:2]
    lightness = np.empty((height, width), np.float32)
    for rows in colour.row_strips(height, width):
        lightness[rows] = colour.rgb_to_lightness(rgb8[rows])
    return lightness if working_size is None else resize(lightness, working_size(height, width))


def predicted(predict: Predict, lightness: Sequence[Floats], sources: Sequence[Source]) -> list[Any]:
    """What the method answers to each lightness (h, w), unchecked; several at once if it can do that.

    Several must have one shape. Raises what the method raises, and ColorizationFailed if it gives more
    or fewer answers than there were photos.
    """
    # A method that writes into its input must not reach anything that is used later.
    copies = [np.array(values) for values in lightness]
    with exits_reported():
        if len(copies) == 1 or not isinstance(predict, PredictMany):
            return [predict(values, source) for values, source in zip(copies, sources, strict=True)]
        answers = list(predict.many(copies, sources))
    if len(answers) != len(copies):
        raise ColorizationFailed(f"The method gave {len(answers)} answers to {len(copies)} photos.")
    return answers


@contextmanager
def exits_reported() -> Iterator[None]:
    """A method that would end the process, as programs do by sys.exit(), fails with ColorizationFailed."""
    try:
        yield
    except SystemExit as error:
        code = "" if error.code is None else error.code
        raise ColorizationFailed(
            f"The method called sys.exit({code!r}) and would have ended the process, as a program may and a "
            "method may not: it has to raise an exception that says what is wrong."
        ) from error


def recoloured(rgb8: RGB8, ab: Any, shape: tuple[int, ...], *, promises_colour: bool) -> ColorizedPicture:
    """The photo (H, W, 3) uint8 with a method's answer to its lightness of that shape, once checked.

    Raises ColorizationFailed as `checked_ab` and `join` do.
    """
    return join(rgb8, checked_ab(ab, shape, promises_colour=promises_colour))


def square(side: int) -> WorkingSize:
    """Every photo at side x side, whatever its shape."""
    return lambda height, width: (side, side)


def of_area(side: int, multiple: int) -> WorkingSize:
    """Every photo in its own shape at about side x side pixels, both sides multiples of `multiple`."""

    def fit(height: int, width: int) -> tuple[int, int]:
        scale = side / math.sqrt(height * width)
        # A very long and narrow photo keeps its narrow side visible, and memory within bounds.
        rows, columns = (
            min(max(round(pixels * scale / multiple), 1), max(8 * side // multiple, 1)) * multiple
            for pixels in (height, width)
        )
        return rows, columns

    return fit


def check_picture(rgb8: NDArray[Any]) -> None:
    """Raise ValueError unless the array is a picture (H, W, 3) of uint8 with at least one pixel."""
    if rgb8.dtype != np.uint8 or rgb8.ndim != 3 or rgb8.shape[2] != 3 or rgb8.size == 0:
        raise ValueError(f"Expected a picture (H, W, 3) of uint8, not {rgb8.shape} of {rgb8.dtype}.")


def checked_ab(ab: Any, shape: tuple[int, ...], *, promises_colour: bool) -> Floats:
    """A method's answer as float32 (H, W, 2) within +-128, or ColorizationFailed saying what is wrong.

    What a regression overshoots by, beyond 128 and within 256, is cut off: it lies far outside sRGB and
    would be clipped anyway. Larger values are no overshooting but a wrong scale.
    """
    ab = np.asarray(ab)
    if ab.shape != (*shape, 2):
        raise ColorizationFailed(
            f"The method answered with an array of shape {ab.shape}; for lightness of shape {shape} "
            f"it must be {(*shape, 2)}."
        )
    if not np.issubdtype(ab.dtype, np.floating):
        raise ColorizationFailed(f"The method answered with {ab.dtype}; a and b must be floating point.")
    if not np.isfinite(ab).all():
        share = 1 - np.isfinite(ab).all(axis=-1).mean()
        raise ColorizationFailed(
            f"The method answered with a or b that is not finite in {share:.1%} of pixels."
        )
    largest = float(np.abs(ab).max())
    if largest > 2 * AB_LIMIT:
        raise ColorizationFailed(
            f"The method answered with a or b of size {largest:.1f}; L*a*b* colours lie within "
            f"{AB_LIMIT:.0f}, and no method overshoots beyond {2 * AB_LIMIT:.0f}. Is its output scaled back?"
        )
    if promises_colour and largest < VISIBLE_AB:
        raise ColorizationFailed(
            f"The method promises colour, but its a and b stay below {largest:.3f}: it would be grey."
        )
    if largest > AB_LIMIT:
        ab = np.clip(ab, -AB_LIMIT, AB_LIMIT)
    return np.asarray(ab, np.float32)


def join(rgb8: RGB8, ab: Floats) -> ColorizedPicture:
    """The picture with the lightness of `rgb8` and the colours `ab` (h, w, 2), upsampled bilinearly.

    Works in strips of rows, so that memory stays near that of the result. Out-of-gamut colours are
    clipped and counted. Raises ColorizationFailed if the lightness of unclipped pixels moved.
    """
    height, width = rgb8.shape[:2]
    resized = ab.shape[:2] != (height, width)
    down = triangle_weights(ab.shape[0], height) if resized else None
    if resized:
        ab = _across(triangle_weights(ab.shape[1], width), ab)
    result = np.empty_like(rgb8)
    clipped = 0
    for rows in colour.row_strips(height, width):
        strip_ab = ab[rows] if down is None else _down(down[rows], ab)
        lightness = colour.rgb_to_lightness(rgb8[rows])
        rgb = colour.lab_to_unclipped_rgb(np.dstack([lightness, strip_ab]))
        outside = colour.out_of_gamut(rgb)
        result[rows] = colour.to_8_bit(rgb)
        clipped += int(outside.sum())
        _check_lightness(lightness, result[rows], ~outside)
    return ColorizedPicture(result, clipped / (height * width))


def _check_lightness(before: Floats, after: RGB8, inside: NDArray[np.bool_]) -> None:
    moved = np.abs(colour.rgb_to_lightness(after) - before)[inside]
    if moved.size and moved.max() > LIGHTNESS_TOLERANCE:
        raise ColorizationFailed(
            f"The lightness moved by {moved.max():.2f}; it must stay within {LIGHTNESS_TOLERANCE}."
        )


def resize(values: Floats, size: tuple[int, int]) -> Floats:
    """Bilinear resize of (H, W) or (H, W, C) to `size` (height, width), with antialiasing when shrinking."""
    rows = _down(triangle_weights(values.shape[0], size[0]), values)
    return np.asarray(_across(triangle_weights(values.shape[1], size[1]), rows), values.dtype)


def _down(weights: csr_array, values: Floats) -> Floats:
    """The rows of (H, W) or (H, W, C), weighed."""
    found: Floats = weights @ values.reshape(values.shape[0], -1)
    return found.reshape(-1, *values.shape[1:])


def _across(weights: csr_array, values: Floats) -> Floats:
    """The columns of (H, W) or (H, W, C), weighed."""
    return _down(weights, values.swapaxes(0, 1)).swapaxes(0, 1)


def triangle_weights(size: int, new_size: int) -> csr_array:
    """Sparse weights (new_size, size) of bilinear interpolation between pixel centres; rows sum to 1.

    The triangle is widened by the factor of shrinking, as Pillow's BILINEAR does; edges are repeated.
    """
    # Only here: the web process reads facts of methods without it.
    from scipy.sparse import csr_array

    scale = size / new_size
    width = max(scale, 1.0)
    centres = (np.arange(new_size)[:, None] + 0.5) * scale - 0.5
    columns = np.floor(centres - width).astype(np.int64) + np.arange(math.ceil(2 * width) + 2)
    weights = np.maximum(1 - np.abs(columns - centres) / width, 0)
    weights[(columns < 0) | (columns >= size)] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    ends = np.arange(new_size + 1) * columns.shape[1]
    return csr_array(
        (weights.astype(np.float32).ravel(), columns.clip(0, size - 1).ravel(), ends), shape=(new_size, size)
    )
