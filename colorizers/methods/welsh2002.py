"""Colour transfer from one similar photo by local lightness and texture."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree

from colorizers.methods._base import Ingredients, Method, ReferenceSet
from colorizers.methods._reference import thinned
from colorizers.pictures.colour import Floats, rgb_to_lab, rgb_to_lightness
from colorizers.pictures.inference import ColorizationFailed, Predict, Source

_HISTOGRAM_BINS = 100


@dataclass(frozen=True)
class Settings:
    """How many swatches are compared, over which window, and which photo gives the colours.

    An empty `reference` chooses, for each photo, the one with the closest lightness histogram.
    """

    samples: int = 200
    window: int = 5
    reference: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= 10_000:
            raise ValueError(f"samples must lie between 1 and 10000, not {self.samples}.")
        if self.window % 2 == 0 or not 1 <= self.window <= 51:
            raise ValueError(f"window must be an odd number of pixels from 1 to 51, not {self.window}.")


def features(lightness: Floats, window: int) -> Floats:
    """(H, W, 2): mean and standard deviation of L* in a square window around each pixel."""
    exact = lightness.astype(np.float64)
    mean = uniform_filter(exact, window, mode="nearest")
    variance = uniform_filter(exact**2, window, mode="nearest") - mean**2
    return np.stack([mean, np.sqrt(np.maximum(variance, 0))], axis=-1)


def remapped(lightness: Floats, like: Floats) -> Floats:
    """The lightness shifted and scaled to the mean and standard deviation of another picture's."""
    spread = lightness.std()
    scale = like.std() / spread if spread > 1e-6 else 1.0
    return np.asarray((lightness - lightness.mean()) * scale + like.mean())


def jittered(shape: tuple[int, ...], samples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Rows and columns of about `samples` pixels, one at a random place in each cell of an even grid."""
    height, width = shape
    across = min(width, max(1, round((samples * width / height) ** 0.5)))
    down = min(height, max(1, round(samples / across)))
    rows = (np.arange(down)[:, None] + rng.random((down, across))) * height / down
    columns = (np.arange(across)[None, :] + rng.random((down, across))) * width / across
    return rows.astype(np.intp).ravel(), columns.astype(np.intp).ravel()


def cumulative_histogram(lightness: Floats) -> Floats:
    """Share of pixels at or below each of 100 levels of L*."""
    counts, _ = np.histogram(lightness, bins=_HISTOGRAM_BINS, range=(0, 100))
    return np.cumsum(counts) / lightness.size


def build(parts: Ingredients) -> Predict:
    """A predictor that gives each pixel the colour of the most similar swatch of the reference photo."""
    reference, settings = parts.reference, parts.settings
    histograms = _histograms_of(reference)

    def predict(lightness: Floats, source: Source) -> Floats:
        allowed = reference.others(source)
        if settings.reference:
            chosen = _position_of(settings.reference, reference, allowed)
        else:
            distances = np.abs(histograms()[allowed] - cumulative_histogram(lightness)).sum(axis=1)
            chosen = allowed[int(np.argmin(distances))]
        lab = rgb_to_lab(reference.photos[chosen].read())
        rows, columns = jittered(lab[..., 0].shape, settings.samples, source.rng())
        swatches = features(remapped(lab[..., 0], lightness), settings.window)[rows, columns]
        _, nearest = cKDTree(swatches).query(features(lightness, settings.window))
        return lab[rows, columns, 1:][nearest].astype(np.float32)

    return predict


def _histograms_of(reference: ReferenceSet) -> Callable[[], Floats]:
    @cache
    def histograms() -> Floats:
        return np.stack(
            [cumulative_histogram(rgb_to_lightness(thinned(photo.read()))) for photo in reference.photos]
        )

    return histograms


def _position_of(digest: str, reference: ReferenceSet, allowed: list[int]) -> int:
    for position in allowed:
        if reference.photos[position].digest == digest:
            return position
    raise ColorizationFailed(
        f"The chosen reference photo {digest[:12]} is not among the reference photos, "
        "or is the one to be coloured."
    )


def check_references(settings: Settings, digests: Collection[str]) -> None:
    """Raise ValueError for a `reference` that is none of the reference photos."""
    if settings.reference and settings.reference not in digests:
        raise ValueError(
            f"reference is {settings.reference[:70]!r}; expected was the digest of one of the {len(digests)} "
            "reference photos (64 hexadecimal digits, as the photo's page in the workbench shows them), or "
            "nothing: then each photo gets the reference that resembles it most."
        )


METHOD = Method(
    name="welsh2002",
    title="Colours from the most similar photo (Welsh 2002)",
    summary="Transfers colours from the most similar reference photo by local lightness and texture.",
    citation="Welsh, Ashikhmin and Mueller (2002), Transferring Color to Greyscale Images, SIGGRAPH.",
    build=build,
    settings=Settings,
    needs_reference=True,
    check_references=check_references,
)
