"""The photographs that a network learns from: read once, cropped anew in every epoch, by the seed alone."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizers.pictures.colour import RGB8, Floats, rgb_to_lab
from colorizers.pictures.images import pixel_digest
from colorizers.pictures.photo_colour import PhotoRefused
from colorizers.pictures.photo_containers import PICTURE_ENDINGS
from colorizers.pictures.photo_files import check_colour, read_photo
from colorizers.training.recipe import Data

SUFFIXES = PICTURE_ENDINGS - {".gif"}
FEWEST = 8
AHEAD = 3  # batches, beyond those that are being made
LEAST_CHROMA = 2.0  # below, a photo teaches grey


class PhotosRefused(ValueError):
    """The photographs cannot be trained on; the message says why."""


@dataclass(frozen=True, eq=False)
class Photos:
    """Photographs (H, W, 3) uint8 in memory, in the order of their names, with a digest for each."""

    pixels: tuple[RGB8, ...]
    names: tuple[str, ...]
    digests: tuple[str, ...]
    refused: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def digest(self) -> str:
        """SHA-256 of the photographs' digests, whatever the files are called."""
        return hashlib.sha256("\n".join(sorted(self.digests)).encode()).hexdigest()

    @property
    def order(self) -> str:
        """SHA-256 of the photographs' digests in the order of their names, which decides the crops."""
        return hashlib.sha256("\n".join(self.digests).encode()).hexdigest()

    def only(self, positions: Sequence[int]) -> "Photos":
        """Those at the given positions."""
        chosen = sorted(positions)
        return replace(
            self,
            pixels=tuple(self.pixels[position] for position in chosen),
            names=tuple(self.names[position] for position in chosen),
            digests=tuple(self.digests[position] for position in chosen),
        )


def _show_nothing(done: int, total: int) -> None:
    """For callers who want no progress."""


def read_photos(folder: Path, crop: int, show: Callable[[int, int], None] = _show_nothing) -> Photos:
    """All photographs below a folder, scaled down so that the shorter side is at most 1.5 crops.

    Files that are no photograph, grey, smaller than half the crop or seen before are refused by name.
    `show` is told how many files are done and how many there are. Raises PhotosRefused if fewer than
    eight are left, or the folder cannot be read.
    """
    if not folder.is_dir():
        raise PhotosRefused(f"There is no folder {folder}.")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise PhotosRefused(f"The folder {folder} holds no photographs ({', '.join(sorted(SUFFIXES))}).")
    pixels, names, refused = [], [], []
    seen: dict[str, str] = {}
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(lambda path: _read(path, crop), files)
        for number, (path, photo) in enumerate(zip(files, found, strict=True), start=1):
            name = str(path.relative_to(folder))
            if isinstance(photo, str):
                refused.append(f"{name}: {photo}")
            elif (twin := seen.setdefault(pixel_digest(photo), name)) != name:
                # It could be learned from and validated on at the same time.
                refused.append(f"{name}: it is the same photo as {twin}.")
            else:
                pixels.append(photo)
                names.append(name)
            show(number, len(files))
    if len(pixels) < FEWEST:
        why = "".join(f"\n  {line}" for line in refused[:10])
        raise PhotosRefused(
            f"Only {len(pixels)} of the {len(files)} files in {folder} can be trained on; at least {FEWEST} "
            f"colour photographs are needed.{why}"
        )
    digests = {name: digest for digest, name in seen.items()}
    return Photos(tuple(pixels), tuple(names), tuple(digests[name] for name in names), tuple(refused))


def _read(path: Path, crop: int) -> RGB8 | str:
    try:
        with path.open("rb") as file:
            rgb8 = read_photo(file.read(), name=path.name).rgb8
        check_colour(rgb8, at_least=LEAST_CHROMA)
    except (PhotoRefused, OSError) as refusal:
        return str(refusal)
    height, width = rgb8.shape[:2]
    shorter = min(height, width)
    if shorter < crop / 2:
        return f"it has {width} x {height} pixels, and the crops have {crop}."
    if shorter <= 1.5 * crop:
        return rgb8
    size = (round(width * 1.5 * crop / shorter), round(height * 1.5 * crop / shorter))
    return np.array(Image.fromarray(rgb8).resize(size, Image.Resampling.BICUBIC, reducing_gap=3))


def share_of(photos: Photos, share: float, seed: int) -> Photos:
    """A share of the photos, drawn by the seed; at least eight. A smaller share is part of a larger one."""
    order = np.random.default_rng([seed, 1]).permutation(len(photos))
    return photos.only(order[: max(FEWEST, round(len(photos) * share))].tolist())


def hold_back(photos: Photos, portion: float, seed: int) -> tuple[Photos, Photos]:
    """The photos without a portion, and that portion for validation: at least one, drawn by the seed."""
    order = np.random.default_rng([seed, 5]).permutation(len(photos))
    held = max(1, round(len(photos) * portion))
    return photos.only(order[held:].tolist()), photos.only(order[:held].tolist())


def check_apart(training: Photos, validation: Photos) -> None:
    """Raise PhotosRefused if a photograph would be both learned from and validated on."""
    learned = dict(zip(training.digests, training.names, strict=True))
    both = [
        f"\n  {name} is {learned[digest]}"
        for name, digest in zip(validation.names, validation.digests, strict=True)
        if digest in learned
    ]
    if both:
        raise PhotosRefused(
            f"{len(both)} of the validation photos are also training photos; take them out of one folder, "
            f"or the validation says nothing.{''.join(both[:10])}"
        )


def crop_at_random(rgb8: RGB8, data: Data, rng: np.random.Generator) -> RGB8:
    """A random square of the photo, scaled to (crop, crop, 3) and mirrored half of the time."""
    height, width = rgb8.shape[:2]
    side = min(height, width) * rng.uniform(data.smallest, data.largest)
    left, top = rng.uniform(0, width - side), rng.uniform(0, height - side)
    picture = Image.fromarray(rgb8).resize(
        (data.crop, data.crop), Image.Resampling.BILINEAR, box=(left, top, left + side, top + side)
    )
    cropped = np.asarray(picture)
    return cropped[:, ::-1] if rng.random() < 0.5 else cropped


def crop_in_the_middle(rgb8: RGB8, crop: int) -> RGB8:
    """The largest centred square of the photo, scaled to (crop, crop, 3)."""
    height, width = rgb8.shape[:2]
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    return np.asarray(Image.fromarray(rgb8).resize((crop, crop), Image.Resampling.BILINEAR, box=box))


def batches(
    photos: Photos, data: Data, batch: int, *, seed: int, epoch: int, start: int = 0, workers: int = 1
) -> Iterator[Floats]:
    """L*a*b* batches (N, 3, crop, crop) float32 of one epoch, from step `start` on.

    Which crops these are follows from seed, epoch and photo only, so that a training that was cut off
    goes on with the same ones. Made ahead in `workers` threads; the last batch may be smaller, but is
    not single.
    """
    order = np.random.default_rng([seed, 2, epoch]).permutation(len(photos))
    portions = [order[first : first + batch] for first in range(0, len(order), batch)]
    if len(portions) > 1 and len(portions[-1]) == 1 < batch:
        portions.pop()  # the batch statistics of a single photo are noise

    def make(portion: NDArray[np.int64]) -> Floats:
        crops = []
        for position in portion:
            rng = np.random.default_rng([seed, 3, epoch, position])
            crops.append(crop_at_random(photos.pixels[position], data, rng))
        lab = to_lab(np.stack(crops))
        if data.contrast:
            rng = np.random.default_rng([seed, 4, epoch, portion[0]])
            lab[:, 0] = _recontrasted(lab[:, 0], data.contrast, rng)
        return lab

    yield from ahead(make, portions[start:], workers)


def steps_in_an_epoch(photos: Photos, batch: int) -> int:
    """How many batches an epoch has."""
    whole, rest = divmod(len(photos), batch)
    return whole + (rest > (1 if whole else 0))


def _recontrasted(lightness: Floats, amount: float, rng: np.random.Generator) -> Floats:
    """Lightness (N, H, W) with contrast and brightness of each picture changed by up to `amount`."""
    gain = rng.uniform(1 - amount, 1 + amount, (len(lightness), 1, 1))
    shift = rng.uniform(-amount, amount, (len(lightness), 1, 1)) * 50
    return np.clip((lightness - 50) * gain + 50 + shift, 0, 100).astype(np.float32)


def ahead(make: Callable[[Any], Floats], portions: Sequence[Any], workers: int) -> Iterator[Floats]:
    """The results of `make`, in order, computed a few ahead in threads."""
    waiting: list[Future[Floats]] = []
    with ThreadPoolExecutor(workers) as threads:
        try:
            for portion in portions:
                waiting.append(threads.submit(make, portion))
                if len(waiting) >= AHEAD + workers:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            # Whoever stops in the middle need not wait for what nobody will look at.
            for future in waiting:
                future.cancel()


def to_lab(rgb8: RGB8) -> Floats:
    """(N, H, W, 3) uint8 to L*a*b* (N, 3, H, W) float32."""
    return np.ascontiguousarray(rgb_to_lab(rgb8).transpose(0, 3, 1, 2))
