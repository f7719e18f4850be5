"""Delivered files, each read, compared with its photo and stored: in threads, without database."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as installation
from django.core.files.storage import default_storage

from colorizers.models import MEASURES, DeliveredPicture, DeliveryOutcome, Photo
from colorizers.pictures import delivered, images
from colorizers.pictures.colour import mean_chroma
from colorizers.pictures.images import PhotoRefused
from colorizers.pictures.inference import VISIBLE_AB, ColorizationFailed
from colorizers.services import painting
from colorizers.services.loading import read_intact
from colorizers.services.stored_files import sha256

MIN_SIDE = 16
FACTS = ("file", "digest", "width", "height", "conversions", "share_clipped", "reason", *MEASURES)
"""What a look finds out about a file and its photo: it is the same whenever they are the same."""

# Below this the lightness of a picture has little in common with the photo's: another photo, or a crop.
UNLIKE = 0.7
OFF_PIXELS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """A file to look at: the row that waits for what is found, how to read the file, and its photo.

    `kept` has the digests of the files that the catalogue holds of this photo and colorizer, by sample.
    """

    row: DeliveredPicture
    read: Callable[[], bytes]
    photo: Photo
    kept: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """By which settings of the method `imported` files are looked at, and what was found out before."""

    settings: Mapping[str, Any]
    earlier: Mapping[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict)


def looks(steps: Iterable[DeliveredPicture | Task], rules: Rules) -> Generator[DeliveredPicture, None, None]:
    """Each row with its outcome, in order; a few files ahead are read meanwhile, and no more."""
    threads = installation.COLORIZE_THREADS
    waiting: deque[DeliveredPicture | Future[DeliveredPicture]] = deque()

    def first() -> DeliveredPicture:
        one = waiting.popleft()
        return one.result() if isinstance(one, Future) else one

    with ThreadPoolExecutor(threads) as pool:
        try:
            for step in steps:
                waiting.append(pool.submit(look_at, step, rules) if isinstance(step, Task) else step)
                while len(waiting) > 2 * threads:
                    yield first()
            while waiting:
                yield first()
        finally:
            for one in waiting:
                if isinstance(one, Future):
                    one.cancel()


def look_at(task: Task, rules: Rules) -> DeliveredPicture:
    """The task's row with what became of its file; raises OSError if the storage does not answer."""
    row = task.row
    try:
        _look(task, rules)
    except (PhotoRefused, ColorizationFailed) as refusal:
        row.outcome, row.reason = DeliveryOutcome.REFUSED, str(refusal)
    except MemoryError:
        row.outcome = DeliveryOutcome.REFUSED
        row.reason = "It needs more memory than this machine has to spare."
    except OSError:
        raise  # Not the fault of this file.
    except Exception as error:
        # Hostile bytes find mistakes in any reader; the other files of the import are not to suffer.
        logger.exception("%s could not be read", row.name)
        row.outcome = DeliveryOutcome.REFUSED
        row.reason = f"It cannot be read ({type(error).__name__}); the log of this site says more."
    return row


def _look(task: Task, rules: Rules) -> None:
    row, photo = task.row, task.photo
    data = task.read()
    row.source_digest = sha256(data)
    if task.kept:
        _against_kept(row, task.kept)
        return
    row.outcome = DeliveryOutcome.FITS
    known = rules.earlier.get((photo.pk, row.source_digest))
    if known is not None and default_storage.exists(known["file"]):
        for name in FACTS:
            setattr(row, name, known[name])
        return
    _measure(row, data, photo, rules.settings)


def _against_kept(row: DeliveredPicture, kept: Mapping[int, str]) -> None:
    if kept.get(row.sample) == row.source_digest:
        row.outcome, row.reason = DeliveryOutcome.KNOWN, "The catalogue holds the picture of this very file."
        return
    row.outcome = DeliveryOutcome.REFUSED
    another = "another picture" if row.sample in kept else "other samples"
    row.reason = (
        f"The catalogue holds {another} of this photo by this colorizer, and what studies may show stays as "
        "it is. Import the new ones, all of them, under another name."
    )


def _measure(row: DeliveredPicture, data: bytes, photo: Photo, settings: Mapping[str, Any]) -> None:
    clean = images.read_photo(data, name=row.name, min_side=MIN_SIDE)
    resample = settings["resample"]
    row.height, row.width = clean.rgb8.shape[:2]
    row.conversions = list(clean.conversions)
    delivered.check_size(
        (row.width, row.height), (photo.width, photo.height), resample=resample, stretch=settings["stretch"]
    )
    truth = read_intact(photo)
    fitted = delivered.fitted(clean.rgb8, truth, resample=resample)
    look = delivered.look(fitted, truth)
    for name, value in look.as_dict().items():
        setattr(row, name, value)
    result = delivered.treated(clean.rgb8, truth, treatment=settings["treatment"], resample=resample)
    stored = painting.keep(result, 0.0)
    row.file, row.digest = stored.file, stored.digest
    row.share_clipped = stored.share_clipped if settings["treatment"] != delivered.AS_DELIVERED else None
    row.reason = " ".join(
        _remarks(row, look, mean_chroma(result.rgb8[::4, ::4]), resampled=fitted is not clean.rgb8)
    )


def _remarks(row: DeliveredPicture, look: delivered.Look, chroma: float, *, resampled: bool) -> Iterator[str]:
    """What a person should know of a picture that fits."""
    if resampled:
        yield f"Resampled from {row.width} x {row.height} pixels."
    if look.likeness is not None and look.likeness < UNLIKE:
        yield (
            f"Its lightness has little to do with the photo's (correlation {look.likeness:.2f}): is it a "
            "picture of this photo?"
        )
    if look.displacement is not None and look.displacement >= OFF_PIXELS:
        yield f"Parts of it lie up to {look.displacement:.1f} pixels off."
    if chroma < VISIBLE_AB:
        yield "It has no colour."
