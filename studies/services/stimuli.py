"""The exact bytes that are shown: the same crop, resize and encoding for real and recoloured pictures."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from colorizers import images
from colorizers.models import Colorization, Photo
from colorizers.services.stored_files import sha256, store_once
from studies.models import Stimulus, Study


class Unpresentable(ValueError):
    """A stimulus could not be made or would give itself away; the message says which and why."""


@dataclass(frozen=True)
class Face:
    """One picture that a study shows: a photo as it is, or one colorizer's picture of it."""

    photo: int
    colorizer: int | None


def faces(study: Study) -> list[Face]:
    """Every picture that the study may show, in a fixed order: photo by photo, the real one first."""
    colorizers = list(study.conditions.values_list("colorizer_id", flat=True))
    photos = study.photo_set.photos.order_by("digest").values_list("pk", flat=True)
    return [Face(photo, colorizer) for photo in photos for colorizer in (None, *colorizers)]


def missing(study: Study) -> int:
    """How many of the study's pictures have no stimulus yet."""
    return len(set(faces(study)) - set(_present(study)))


def _present(study: Study) -> Iterator[Face]:
    rows = Stimulus.objects.filter(photo__photo_sets=study.photo_set_id, image_px=study.image_px)
    for photo, colorizer in rows.values_list("photo_id", "colorization__colorizer_id"):
        yield Face(photo, colorizer)


def ensure(face: Face, image_px: int) -> Stimulus:
    """The stimulus of this face with its file, made unless both are there and sound.

    Raises Unpresentable if there is no picture to show.
    """
    photo = Photo.objects.get(pk=face.photo)
    colorization = _colorization(photo, face)
    rows = Stimulus.objects.filter(photo=photo, colorization=colorization, image_px=image_px)
    stimulus = rows.first()
    if stimulus is not None and is_sound(stimulus):
        return stimulus
    rgb8 = (colorization or photo).read_rgb()
    try:
        data = images.encode_stimulus(images.render_stimulus(rgb8, image_px))
    except ValueError as error:
        raise Unpresentable(f"{photo}: {error}") from error
    digest = sha256(data)
    if stimulus is not None and stimulus.digest != digest:
        raise Unpresentable(
            f"{colorization or photo} no longer gives the picture that was shown before: its file changed, "
            "or the code that renders pictures changed. Restore the file, or register the picture anew."
        )
    # Named by content, on the server only: a browser gets a random address for each showing.
    name = store_once(
        f"stimuli/{digest[:2]}/{digest}.png", data, is_intact=lambda stored: sha256(stored) == digest
    )
    if stimulus is not None:
        return stimulus
    return _remember(photo, colorization, image_px, name, digest)


def _colorization(photo: Photo, face: Face) -> Colorization | None:
    if face.colorizer is None:
        return None
    found = Colorization.objects.filter(photo=photo, colorizer=face.colorizer).done().first()
    if found is None:
        raise Unpresentable(
            f"The colorizer's picture of {photo} is gone from the catalogue; colour the set again."
        )
    return found


def _remember(
    photo: Photo, colorization: Colorization | None, image_px: int, name: str, digest: str
) -> Stimulus:
    try:
        with transaction.atomic():
            return Stimulus.objects.create(
                photo=photo, colorization=colorization, image_px=image_px, file=name, digest=digest
            )
    except IntegrityError:
        # Another worker made the same one at the same moment.
        return Stimulus.objects.get(photo=photo, colorization=colorization, image_px=image_px)


def is_sound(stimulus: Stimulus) -> bool:
    """Whether its file is there, is the one that was made, and has the size that all of them have."""
    if not default_storage.exists(str(stimulus.file.name)):
        return False
    with stimulus.file.open("rb") as file:
        data = file.read()
    return sha256(data) == stimulus.digest and is_uniform(data, stimulus.image_px)


def is_uniform(data: bytes, image_px: int) -> bool:
    """Whether a file tells nothing by its length or its dimensions (PNG header, bytes 16 to 24)."""
    return len(data) == _bytes_of(image_px) and struct.unpack(">II", data[16:24]) == (image_px, image_px)


@lru_cache(maxsize=8)
def _bytes_of(image_px: int) -> int:
    return len(images.encode_stimulus(np.zeros((image_px, image_px, 3), np.uint8)))


def of(study: Study) -> QuerySet[Stimulus]:
    """The stimuli of a study whose photos have their roles."""
    rows = Stimulus.objects.filter(photo__in=study.study_photos.values("photo"), image_px=study.image_px)
    colorizers = study.conditions.values("colorizer_id")
    return rows.filter(Q(colorization=None) | Q(colorization__colorizer__in=colorizers))


def digests(study: Study) -> list[tuple[str, str, str]]:
    """(photo, colorizer or nothing, stimulus) by digest for every picture of the study, sorted."""
    rows = of(study).values_list("photo__digest", "colorization__colorizer__digest", "digest")
    return sorted((photo, colorizer or "", digest) for photo, colorizer, digest in rows)


def damaged(study: Study) -> list[Stimulus]:
    """The study's stimuli whose files are gone or changed; reads every file."""
    return [stimulus for stimulus in of(study) if not is_sound(stimulus)]
