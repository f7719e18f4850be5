"""All metrics of a pair of pictures, and of many pairs: two folders of them, or a list."""

import math
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizers.pictures.colour import RGB8, Floats, rgb8_to_lab
from colorizers.pictures.images import PhotoRefused, read_photo
from evaluation import metrics
from evaluation.metrics._base import check_pair
from evaluation.reading.files.picture_pairs import FoldersDiffer, Pair, left_aside, paired

# Fakes of one photograph that one thread measures; the photograph is decoded once for them.
TOGETHER = 8

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as the metrics want it: sRGB in [0, 1] and L*a*b*, both (H, W, 3)."""

    rgb: NDArray[np.float64]
    lab: Floats


def measure_pair(real: RGB8, fake: RGB8) -> dict[str, float]:
    """Every metric of one recoloured picture against its photo, both (H, W, 3) uint8 of equal size.

    PSNR is infinite for identical pictures; ValueError if the sizes differ or are below 11 pixels.
    """
    return _compared(_prepared(real), _prepared(fake))


def _prepared(rgb8: NDArray[Any]) -> Picture:
    if rgb8.dtype != np.uint8:
        raise ValueError(f"Expected 8-bit pixels (uint8), not {rgb8.dtype}.")
    return Picture(rgb8 / 255.0, rgb8_to_lab(rgb8))


def _compared(real: Picture, fake: Picture) -> dict[str, float]:
    check_pair(fake.rgb, real.rgb)
    scores = {}
    for name in metrics.names():
        metric = metrics.get(name)
        score = metric.of_lab(fake.lab, real.lab) if metric.of_lab else metric(fake.rgb, real.rgb)
        scores[name] = float(score)
    return scores


def measure_folders(
    real_folder: Path, fake_folder: Path, on_progress: Progress | None = None
) -> dict[str, Any]:
    """Every metric of each picture in one folder against the picture of the same name in the other.

    A picture without one of its name is paired with the only one of its stem (a.jpg with a.png). Gives what
    `measure_pairs` gives, under the names of the photographs, and `left_aside`: what is there and no picture.
    Raises FoldersDiffer for missing counterparts too.
    """
    result = measure_pairs(paired(real_folder, fake_folder), on_progress)
    return {**result, "left_aside": left_aside(real_folder, fake_folder)}


def measure_pairs(pairs: Sequence[Pair], on_progress: Progress | None = None) -> dict[str, Any]:
    """Every metric of each pair of files; a photograph with several fakes is decoded once for some of them.

    Gives `images` (name to metrics), `mean`, `count` and `infinite_psnr`: the names of identical
    pictures, whose PSNR is None and left out of the mean, so that the result is valid JSON.
    Pictures are compared as they are, uncropped. Raises FoldersDiffer for unequal sizes and pictures that
    cannot be read. `on_progress` is called in the caller's thread.
    """
    groups = list(_groups(pairs))
    found: dict[str, dict[str, float]] = {}
    # numpy and the decoders let go of Python's lock, so threads are enough.
    with ThreadPoolExecutor(len(os.sched_getaffinity(0)), "measuring") as threads:
        try:
            for scores in threads.map(_measure_group, groups):
                found |= scores
                if on_progress:
                    on_progress(len(found), len(pairs))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    images = {
        pair.name: {
            metric: value if math.isfinite(value) else None for metric, value in found[pair.name].items()
        }
        for pair in pairs
    }
    return {
        "images": images,
        "mean": {metric: _mean([scores[metric] for scores in images.values()]) for metric in metrics.names()},
        "count": len(images),
        "infinite_psnr": [name for name, scores in images.items() if scores["psnr"] is None],
        "left_aside": [],
    }


def _mean(values: list[float | None]) -> float | None:
    finite = [value for value in values if value is not None]
    return math.fsum(finite) / len(finite) if finite else None


def _groups(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    by_real: dict[Path, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_real[pair.real].append(pair)
    for same in by_real.values():
        yield from (same[start : start + TOGETHER] for start in range(0, len(same), TOGETHER))


def _measure_group(pairs: list[Pair]) -> dict[str, dict[str, float]]:
    real = _read(pairs[0].real)
    return {pair.name: _measured(pair, real) for pair in pairs}


def _measured(pair: Pair, real: Picture) -> dict[str, float]:
    fake = _read(pair.fake)
    if real.rgb.shape != fake.rgb.shape:
        sizes = " and ".join(f"{item.rgb.shape[1]} x {item.rgb.shape[0]}" for item in (real, fake))
        raise FoldersDiffer(f"{pair.name} has different sizes in the two folders ({sizes} pixels).")
    try:
        return _compared(real, fake)
    except ValueError as error:
        raise FoldersDiffer(f"{pair.name} cannot be measured: {error}") from error


def _read(path: Path) -> Picture:
    try:
        return _prepared(read_photo(path.read_bytes(), name=path.name, min_side=1).rgb8)
    except PhotoRefused as error:
        raise FoldersDiffer(f"{path} cannot be read: {error}") from error
