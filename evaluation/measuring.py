"""All metrics of a pair of pictures, and of two folders of them."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizers.colour import RGB8
from colorizers.images import PhotoRefused, read_photo
from evaluation import metrics

PICTURE_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"}

Progress = Callable[[int, int], None]


class FoldersDiffer(ValueError):
    """The two folders do not hold the same pictures; the message names those that are at fault."""


def measure_pair(real: RGB8, fake: RGB8) -> dict[str, float]:
    """Every metric of one recoloured picture against its photo, both (H, W, 3) uint8 of equal size.

    PSNR is infinite for identical pictures; ValueError if the sizes differ or are below 11 pixels.
    """
    image, reference = _unit_range(fake), _unit_range(real)
    return {name: float(metrics.get(name)(image, reference)) for name in metrics.names()}


def _unit_range(rgb8: NDArray[Any]) -> NDArray[np.float64]:
    if rgb8.dtype != np.uint8:
        raise ValueError(f"Expected 8-bit pixels (uint8), not {rgb8.dtype}.")
    return rgb8 / 255.0


def measure_folders(
    real_folder: Path, fake_folder: Path, on_progress: Progress | None = None
) -> dict[str, Any]:
    """Every metric of each picture in one folder against the picture of the same name in the other.

    Gives `images` (name to metrics), `mean`, `count` and `infinite_psnr`: the names of identical
    pictures, whose PSNR is None and left out of the mean, so that the result is valid JSON. Files
    without a picture's ending are not looked at but named in `left_aside`.
    Pictures are compared as they are, uncropped. Raises FoldersDiffer for missing counterparts,
    unequal sizes and pictures that cannot be read.
    """
    files = _paired(real_folder, fake_folder)
    images: dict[str, dict[str, float | None]] = {}
    for done, (name, real, fake) in enumerate(files, start=1):
        scores = _measure_files(name, real, fake)
        images[name] = {metric: value if math.isfinite(value) else None for metric, value in scores.items()}
        if on_progress:
            on_progress(done, len(files))
    return {
        "images": images,
        "mean": {metric: _mean([scores[metric] for scores in images.values()]) for metric in metrics.names()},
        "count": len(images),
        "infinite_psnr": [name for name, scores in images.items() if scores["psnr"] is None],
        "left_aside": sorted(
            {path.name for path in _visible(real_folder, fake_folder) if not _is_picture(path)}
        ),
    }


def _mean(values: list[float | None]) -> float | None:
    finite = [value for value in values if value is not None]
    return math.fsum(finite) / len(finite) if finite else None


def _paired(real_folder: Path, fake_folder: Path) -> list[tuple[str, Path, Path]]:
    real, fake = _files_of(real_folder), _files_of(fake_folder)
    problems = [f"{name} is missing in {fake_folder}" for name in sorted(real.keys() - fake.keys())]
    problems += [f"{name} is missing in {real_folder}" for name in sorted(fake.keys() - real.keys())]
    if problems:
        shown = "; ".join(problems[:10]) + (f"; and {len(problems) - 10} more" if len(problems) > 10 else "")
        raise FoldersDiffer(f"Each picture needs one of the same name in the other folder, but {shown}.")
    if not real:
        raise FoldersDiffer(f"There are no pictures in {real_folder}.")
    return [(name, real[name], fake[name]) for name in sorted(real)]


def _files_of(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise FoldersDiffer(f"{folder} is not a folder.")
    return {path.name: path for path in _visible(folder) if _is_picture(path)}


def _visible(*folders: Path) -> list[Path]:
    paths = [path for folder in folders for path in folder.iterdir()]
    return [path for path in paths if path.is_file() and not path.name.startswith(".")]


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_ENDINGS


def _measure_files(name: str, real: Path, fake: Path) -> dict[str, float]:
    first, second = _pixels(real), _pixels(fake)
    if first.shape != second.shape:
        sizes = " and ".join(f"{pixels.shape[1]} x {pixels.shape[0]}" for pixels in (first, second))
        raise FoldersDiffer(f"{name} has different sizes in the two folders ({sizes} pixels).")
    try:
        return measure_pair(first, second)
    except ValueError as error:
        raise FoldersDiffer(f"{name} cannot be measured: {error}") from error


def _pixels(path: Path) -> RGB8:
    try:
        return read_photo(path.read_bytes(), min_side=1).rgb8
    except PhotoRefused as error:
        raise FoldersDiffer(f"{path} cannot be read: {error}") from error
