"""Colour spread from hints by least squares: neighbours of like lightness get like colours.

The paper's hints are a person's scribbles. There is no person here, so the registered method takes
them from a reference photo. Hints from the truth are an oracle's; only code that holds the truth can
make them, with `oracle_hints`, and no method calls it.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from colorizers.methods._base import Ingredients, Method
from colorizers.methods._reference import thinned
from colorizers.methods.welsh2002 import cumulative_histogram, features, jittered, remapped
from colorizers.pictures.colour import Floats, rgb_to_lab, rgb_to_lightness
from colorizers.pictures.inference import Predict, Source

# Even the most unlike window keeps a thread to its likest neighbour, so that every pixel is reached.
_THREAD = 0.01
_SMALLEST_SPREAD = 2e-6
_SHARPNESS = 0.6
_PIECE = 32
_AROUND = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]


@dataclass(frozen=True)
class Settings:
    """How many places are compared, how many swatches they choose from, and over which window.

    The better matched half of the `hints` places become hints. `input_px` squared is about the number
    of pixels among which colour is spread: half a second for 256 and three for 512.
    """

    input_px: int = 256
    hints: int = 200
    samples: int = 500
    window: int = 5

    def __post_init__(self) -> None:
        if not 32 <= self.input_px <= 512:
            raise ValueError(f"input_px must lie between 32 and 512, not {self.input_px}.")
        if not 2 <= self.hints <= 10_000:
            raise ValueError(f"hints must lie between 2 and 10000, not {self.hints}.")
        if not 1 <= self.samples <= 10_000:
            raise ValueError(f"samples must lie between 1 and 10000, not {self.samples}.")
        if self.window % 2 == 0 or not 1 <= self.window <= 51:
            raise ValueError(f"window must be an odd number of pixels from 1 to 51, not {self.window}.")


def colorize_from_hints(lightness: Floats, hints_mask: NDArray[np.bool_], hints_ab: Floats) -> Floats:
    """a* and b* (H, W, 2) float32 that equal `hints_ab` (H, W, 2) where `hints_mask` (H, W) is true.

    `lightness` is L* (H, W) in 0..100. Everywhere else a pixel is the weighted mean of its eight
    neighbours, which makes the paper's sum of squares zero, its minimum; so no value lies beyond those of
    the hints. Raises ValueError for arrays that do not fit and for a mask without any hint.
    Levin, Lischinski and Weiss (2004), Colorization using Optimization, SIGGRAPH, equations 1 and 2.
    """
    if lightness.ndim != 2 or hints_mask.shape != lightness.shape or hints_ab.shape != (*lightness.shape, 2):
        raise ValueError(
            f"Lightness (H, W) needs a mask (H, W) and ab (H, W, 2), not {lightness.shape}, "
            f"{hints_mask.shape} and {hints_ab.shape}."
        )
    if not hints_mask.any():
        raise ValueError("Without a hint there is nothing to spread; mark at least one pixel in the mask.")
    known = np.asarray(hints_mask, bool).ravel()
    hinted = np.asarray(hints_ab, np.float64).reshape(-1, 2)
    ab = np.where(known[:, None], hinted, 0)
    if not known.all():
        unknown = np.flatnonzero(~known)
        unknown = unknown[_dissected(*np.unravel_index(unknown, lightness.shape))]
        weights = neighbour_weights(lightness)[unknown]
        system = sparse.csc_array(sparse.eye_array(len(unknown)) - weights[:, unknown])
        factors = splu(system, permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        ab[unknown] = factors.solve(weights[:, known] @ hinted[known])
    return ab.reshape(*lightness.shape, 2).astype(np.float32)


def neighbour_weights(lightness: Floats) -> sparse.csr_array:
    """(HW, HW): what each of the eight neighbours counts for each pixel of L* (H, W); rows sum to 1.

    exp(-(difference of lightness)^2 / (0.6 variance of the window)). Equation 2 of the paper divides by
    twice a variance; the authors' code takes 0.3 of the window's for it, and edges leak much less.
    """
    height, width = lightness.shape
    padded = np.pad(lightness.astype(np.float64) / 100, 1, constant_values=np.nan)
    windows = np.stack(
        [padded[1 + down :, 1 + right :][:height, :width] for down, right in [(0, 0), *_AROUND]]
    )
    squares = np.square(windows[1:] - windows[0])
    nearest = np.nanmin(np.where(np.isnan(squares), np.inf, squares), axis=0)
    thread = np.where(np.isfinite(nearest), nearest, 0) / -np.log(_THREAD)
    spread = np.maximum(np.maximum(_SHARPNESS * np.nanvar(windows, axis=0), thread), _SMALLEST_SPREAD)
    weights = np.nan_to_num(np.exp(-squares / spread))
    weights /= np.maximum(weights.sum(axis=0), np.finfo(float).tiny)
    positions = np.arange(height * width).reshape(height, width)
    there = ~np.isnan(squares)
    rows = np.broadcast_to(positions, there.shape)[there]
    shifts = np.array([down * width + right for down, right in _AROUND])[:, None, None]
    columns = (positions + shifts)[there]
    return sparse.csr_array((weights[there], (rows, columns)), shape=(height * width,) * 2)


def _dissected(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.intp]:
    """Order the pixels by halves, each cut last: at 512 x 512 a quarter of the time of SciPy's own orders."""
    pieces: list[NDArray[np.intp]] = []

    def cut(members: NDArray[np.intp]) -> None:
        if len(members) <= _PIECE:
            pieces.append(members)
            return
        down, across = rows[members], columns[members]
        along = down if np.ptp(down) >= np.ptp(across) else across
        middle = (along.min() + along.max()) // 2
        cut(members[along < middle])
        cut(members[along > middle])
        pieces.append(members[along == middle])

    cut(np.arange(len(rows)))
    return np.concatenate(pieces)


def oracle_hints(
    ab: Floats, count: int, rng: np.random.Generator, window: int = 5
) -> tuple[NDArray[np.bool_], Floats]:
    """Mask (H, W) and colours (H, W, 2) of hints taken from the truth `ab` (H, W, 2): an oracle.

    About `count` squares of `window` pixels, one at a random place in each cell of an even grid, show
    the true colours. A colorization made from them has seen the answer and must be named so.
    """
    rows, columns = jittered(ab.shape[:2], count, rng)
    mask = np.zeros(ab.shape[:2], bool)
    for spot in _spots(rows, columns, window):
        mask[spot] = True
    return mask, np.where(mask[..., None], ab, 0).astype(np.float32)


def _spots(rows: Floats, columns: Floats, window: int) -> list[tuple[slice, slice]]:
    reach = window // 2
    return [
        (slice(max(row - reach, 0), row + reach + 1), slice(max(column - reach, 0), column + reach + 1))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def reference_hints(
    lightness: Floats, reference_lab: Floats, settings: Settings, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], Floats]:
    """Mask (H, W) and colours (H, W, 2) of hints whose local lightness resembles that of a reference photo.

    `reference_lab` is L*a*b* (h, w, 3). The places and the swatches lie on even, jittered grids.
    """
    like = reference_lab[..., 0]
    rows, columns = jittered(like.shape, settings.samples, rng)
    swatches = cKDTree(features(remapped(like, lightness), settings.window)[rows, columns])
    places = jittered(lightness.shape, settings.hints, rng)
    found = swatches.query(features(lightness, settings.window)[places])
    distances, nearest = np.asarray(found[0]), np.asarray(found[1])
    better = np.argsort(distances, kind="stable")[: max(1, len(distances) // 2)]
    mask = np.zeros(lightness.shape, bool)
    ab = np.zeros((*lightness.shape, 2), np.float32)
    # The best match comes last: it has the last word where two spots overlap.
    chosen = better[::-1]
    for spot, swatch in zip(
        _spots(places[0][chosen], places[1][chosen], settings.window), nearest[chosen], strict=True
    ):
        mask[spot] = True
        ab[spot] = reference_lab[rows[swatch], columns[swatch], 1:]
    return mask, ab


def build(parts: Ingredients) -> Predict:
    """A predictor that takes hints from the reference photo with the closest lightness histogram."""
    reference, settings = parts.reference, parts.settings

    @cache
    def histograms() -> Floats:
        return np.stack(
            [cumulative_histogram(rgb_to_lightness(thinned(photo.read()))) for photo in reference.photos]
        )

    def predict(lightness: Floats, source: Source) -> Floats:
        allowed = reference.others(source)
        distances = np.abs(histograms()[allowed] - cumulative_histogram(lightness)).sum(axis=1)
        chosen = reference.photos[allowed[int(np.argmin(distances))]]
        mask, ab = reference_hints(lightness, rgb_to_lab(thinned(chosen.read())), settings, source.rng())
        return colorize_from_hints(lightness, mask, ab)

    return predict


METHOD = Method(
    name="levin2004",
    title="Spread hints (Levin 2004)",
    summary="Spreads hints, taken from the most similar reference photo, to pixels of like lightness.",
    citation="Levin, Lischinski and Weiss (2004), Colorization using Optimization, SIGGRAPH.",
    build=build,
    settings=Settings,
    input_multiple=1,
    needs_reference=True,
)
