"""How long measuring many pairs takes, beside a loop that only decodes them.

python -m benchmarks.measure_images [PAIRS] [WIDTH] [HEIGHT]

Photographs as JPEG and recoloured versions as PNG, 1,300 pairs of 512 x 384 unless told otherwise.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from evaluation.reading.files.measuring import measure_folders


def make(folder: Path, pairs: int, width: int, height: int) -> tuple[Path, Path]:
    """Photographs as JPEG and their recoloured versions as PNG: smooth colours with grain."""
    rng = np.random.default_rng(0)
    real, fake = folder / "real", folder / "fake"
    for place in (real, fake):
        place.mkdir()
    for number in range(pairs):
        small = Image.fromarray(rng.integers(0, 256, (7, 7, 3), dtype=np.uint8))
        smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
        grain = rng.integers(-8, 9, smooth.shape, dtype=np.int16)
        photo = np.clip(smooth + grain, 0, 255).astype(np.uint8)
        Image.fromarray(photo).save(real / f"{number}.jpg", quality=92)
        Image.fromarray(photo // 2 + 60).save(fake / f"{number}.png")
    return real, fake


def decode(*folders: Path) -> None:
    """The peer: everything that reading the pictures costs, and nothing else."""
    for folder in folders:
        for path in sorted(folder.iterdir()):
            with Image.open(path) as image:
                np.asarray(image.convert("RGB"))


def seconds(work: Callable[..., object], *folders: Path) -> tuple[float, float]:
    """Seconds by the clock and of processors; where others use the machine, only the second is a figure."""
    clock, processors = time.perf_counter(), time.process_time()
    work(*folders)
    return time.perf_counter() - clock, time.process_time() - processors


def main(pairs: int = 1300, width: int = 512, height: int = 384) -> None:
    with tempfile.TemporaryDirectory() as place:
        folders = make(Path(place), pairs, width, height)
        bare, whole = seconds(decode, *folders), seconds(measure_folders, *folders)
    for what, (clock, processors) in (("decoding alone", bare), ("measuring", whole)):
        per_pair = f"{1000 * clock / pairs:.0f} ms, {1000 * processors / pairs:.0f} ms of processors"
        print(f"{what}: {pairs} pairs of {width} x {height}, {clock:.0f} s, {per_pair} a pair")
    print(f"{pairs / whole[0]:.1f} pairs a second; ratio {whole[1] / bare[1]:.1f} (processors)")
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores, load of the machine {load} (1, 5, 15 minutes)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
