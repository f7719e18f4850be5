"""Finished pictures that were made elsewhere: brought to their photo's size, compared, and treated."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizers.pictures import colour
from colorizers.pictures.colour import RGB8, Floats
from colorizers.pictures.inference import ColorizedPicture, check_picture, join
from colorizers.pictures.photo_colour import PhotoRefused

AS_DELIVERED, REPLACE_LIGHTNESS = "as_delivered", "replace_lightness"
TREATMENTS = (AS_DELIVERED, REPLACE_LIGHTNESS)
RULES = {
    "nearest": Image.Resampling.NEAREST,
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
# Networks round sides to multiples of 8 or 32; a picture whose ratio differs by more has another shape.
SAME_SHAPE = 0.05

# Tiles in which a shift is looked for: larger ones are cut, smaller ones and flat ones tell nothing.
_TILE, _SMALLEST_TILE, _FLAT = 256, 24, 1.0
_STEPS = 10
# A peak of phase correlation below this is chance: the tiles have too little in common.
_LEAST_PEAK = 0.12


@dataclass(frozen=True)
class Look:
    """How a picture differs from its photo by more than colour, both at the photo's size.

    `lightness_shift` is the mean size, `lightness_bias` the mean of the difference of L* (0..100);
    `sharpness` the mean gradient of L*, the photo's being 1 (1 for a flat photo); `noise` the estimated
    deviation of noise in L* above the photo's (Immerkaer 1996); `displacement` the largest shift of a
    quarter in pixels (phase correlation), None where no quarter has enough structure; `likeness` the
    correlation of L*, None where one of them is flat.
    """

    lightness_shift: float
    lightness_bias: float
    sharpness: float
    noise: float
    displacement: float | None
    likeness: float | None

    def as_dict(self) -> dict[str, float | None]:
        return asdict(self)


def check_size(size: tuple[int, int], wanted: tuple[int, int], *, resample: str, stretch: bool) -> None:
    """Raise PhotoRefused if a picture of `size` (width, height) must not be brought to the photo's."""
    if size == wanted:
        return
    differs = f"The picture has {_pixels(size)} pixels, its photo {_pixels(wanted)}."
    ratio = (size[0] * wanted[1]) / (size[1] * wanted[0])
    if max(ratio, 1 / ratio) - 1 > SAME_SHAPE and not stretch:
        raise PhotoRefused(
            f"{differs} Their shapes differ: was it cropped, or squeezed into a square? If squeezed, say so "
            "with stretch and a rule of resampling, such as lanczos."
        )
    if not resample:
        raise PhotoRefused(f"{differs} Choose a rule by which it is resampled, such as lanczos.")


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"


def fitted(picture: RGB8, photo: RGB8, *, resample: str) -> RGB8:
    """The picture (h, w, 3) uint8 at the photo's size (H, W), by a rule of RULES if they differ."""
    check_picture(picture)
    if picture.shape == photo.shape:
        return picture
    height, width = photo.shape[:2]
    return np.asarray(Image.fromarray(picture).resize((width, height), RULES[resample]))


def treated(picture: RGB8, photo: RGB8, *, treatment: str, resample: str) -> ColorizedPicture:
    """What is kept of a delivered picture (h, w, 3) uint8, at the photo's size.

    `replace_lightness` resamples a* and b* by themselves and joins them with the photo's L*, as every
    method's; the share of clipped pixels counts what that brings out of gamut. As delivered, none is.
    """
    if treatment == AS_DELIVERED:
        return ColorizedPicture(fitted(picture, photo, resample=resample), 0.0)
    check_picture(picture)
    ab = np.empty((*picture.shape[:2], 2), np.float32)
    for rows in colour.row_strips(*picture.shape[:2]):
        ab[rows] = colour.rgb_to_lab(picture[rows])[..., 1:]
    if picture.shape != photo.shape:
        height, width = photo.shape[:2]
        channels = [Image.fromarray(ab[..., k]).resize((width, height), RULES[resample]) for k in (0, 1)]
        ab = np.stack([np.asarray(channel) for channel in channels], axis=-1)
    return join(photo, np.clip(ab, -128, 128))


def look(picture: RGB8, photo: RGB8) -> Look:
    """Compare a picture with its photo, both (H, W, 3) uint8; ValueError if their sizes differ."""
    if picture.shape != photo.shape:
        raise ValueError(f"Only pictures of one size are compared, not {picture.shape} and {photo.shape}.")
    of_picture, of_photo = _lightness(picture), _lightness(photo)
    difference = of_picture - of_photo
    sharp, was_sharp = _mean_gradient(of_picture), _mean_gradient(of_photo)
    return Look(
        lightness_shift=float(np.abs(difference).mean()),
        lightness_bias=float(difference.mean()),
        sharpness=sharp / was_sharp if was_sharp > 1e-3 else 1.0,
        noise=_noise(of_picture) - _noise(of_photo),
        displacement=_displacement(of_picture, of_photo),
        likeness=_correlation(of_picture, of_photo),
    )


def _lightness(rgb8: RGB8) -> NDArray[np.float32]:
    height, width = rgb8.shape[:2]
    lightness = np.empty((height, width), np.float32)
    for rows in colour.row_strips(height, width):
        lightness[rows] = colour.rgb_to_lightness(rgb8[rows])
    return lightness


def _mean_gradient(lightness: Floats) -> float:
    """The mean length of the difference to the right and the lower neighbour, in L* a pixel."""
    if min(lightness.shape) < 2:
        return 0.0
    across = lightness[:-1, 1:] - lightness[:-1, :-1]
    down = lightness[1:, :-1] - lightness[:-1, :-1]
    return float(np.hypot(across, down).mean())


def _noise(lightness: Floats) -> float:
    """The deviation of Gaussian noise in L*, after Immerkaer (1996); textures count in part."""
    if min(lightness.shape) < 3:
        return 0.0
    rows = lightness[:-2] - 2 * lightness[1:-1] + lightness[2:]
    answer = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return float(math.sqrt(math.pi / 2) / 6 * np.abs(answer).mean())


def _correlation(one: Floats, other: Floats) -> float | None:
    one, other = one - one.mean(), other - other.mean()
    deviations = float(one.std()) * float(other.std())
    return float((one * other).mean()) / deviations if deviations > 1e-6 else None


def _displacement(picture: Floats, photo: Floats) -> float | None:
    """The largest shift of a quarter, in pixels; of each quarter the middle is looked at."""
    height, width = photo.shape
    side_down, side_across = min(height // 2, _TILE), min(width // 2, _TILE)
    if min(side_down, side_across) < _SMALLEST_TILE:
        return None
    shifts = []
    for top in (height // 4, 3 * height // 4):
        for left in (width // 4, 3 * width // 4):
            rows = slice(top - side_down // 2, top - side_down // 2 + side_down)
            columns = slice(left - side_across // 2, left - side_across // 2 + side_across)
            shifts.append(shift(picture[rows, columns], photo[rows, columns]))
    known = [math.hypot(*found) for found in shifts if found is not None]
    return max(known) if known else None


def shift(picture: Floats, photo: Floats) -> tuple[float, float] | None:
    """How far down and right a tile (h, w) lies from where the photo has it, to a tenth of a pixel.

    Phase correlation (Kuglin and Hines 1975), refined by a finer discrete Fourier transform around its
    peak (Guizar-Sicairos et al. 2008). None where the two have too little structure in common.
    """
    if min(picture.std(), photo.std()) < _FLAT:
        return None
    # Only here: the web process reads the method's facts without it.
    from scipy.fft import fft2, ifft2

    window = np.outer(np.hanning(photo.shape[0]), np.hanning(photo.shape[1])).astype(np.float32)
    spectra = [fft2((tile - tile.mean()) * window) for tile in (picture, photo)]
    cross = spectra[0] * spectra[1].conj()
    sizes = np.abs(cross)
    cross /= np.maximum(sizes, 1e-6 * sizes.max())
    surface = np.abs(ifft2(cross))
    if surface.max() < _LEAST_PEAK:
        return None
    peak = np.unravel_index(int(surface.argmax()), surface.shape)
    whole = [
        int(at) - size if at > size // 2 else int(at) for at, size in zip(peak, surface.shape, strict=True)
    ]
    offsets = np.arange(-_STEPS, _STEPS + 1) / _STEPS
    waves = [
        np.exp(2j * np.pi * np.outer(near + offsets, np.fft.fftfreq(size)))
        for near, size in zip(whole, surface.shape, strict=True)
    ]
    # Not by matrix products: their threads wait for each other on a busy machine, for tiles this small.
    finer = np.abs(np.einsum("aw,bw->ab", np.einsum("ah,hw->aw", waves[0], cross), waves[1]))
    down, across = np.unravel_index(int(finer.argmax()), finer.shape)
    return float(whole[0] + offsets[down]), float(whole[1] + offsets[across])
