"""The exact pictures that are shown: the same crop, resize and encoding for real and recoloured ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

from colorizers.models import Colorization, Photo
from colorizers.pictures import images
from colorizers.pictures.colour import RGB8
from colorizers.pictures.stimulus_files import stored_png
from colorizers.services.stored_files import store_once
from studies.blinding.envelope import FORMAT, WEBP, Envelope, envelope
from studies.blinding.masking import sent_bytes
from studies.models import Stimulus, Study


class Unpresentable(ValueError):
    """A stimulus could not be made or would give itself away; the message says which and why."""


@dataclass(frozen=True)
class Picture:
    """One picture that a study shows: a photo as it is, or one of a colorizer's pictures of it."""

    photo: int
    colorizer: int | None
    sample: int = 1


def pictures(study: Study) -> list[Picture]:
    """Every picture that the study may show, in a fixed order: photo by photo, the real one first."""
    colorizers = list(study.conditions.values_list("colorizer_id", flat=True))
    photos = study.photo_set.photos.order_by("digest").values_list("pk", flat=True)
    samples = _samples(study)
    return [
        Picture(photo, colorizer, sample)
        for photo in photos
        for colorizer in (None, *colorizers)
        for sample in samples.get((photo, colorizer), [1])
    ]


def _samples(study: Study) -> dict[tuple[int, int | None], list[int]]:
    """The samples of each photo and colorizer of which there are others than the first."""
    made = Colorization.objects.done().filter(
        photo__photo_sets=study.photo_set_id, colorizer__in=study.conditions.values("colorizer")
    )
    some = made.exclude(sample=1).values("colorizer")
    found: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for photo, colorizer, sample in (
        made.filter(colorizer__in=some).order_by("sample").values_list("photo_id", "colorizer_id", "sample")
    ):
        found[photo, colorizer].append(sample)
    return found


def missing(study: Study) -> int:
    """How many of the study's pictures have no stimulus yet."""
    return len(set(pictures(study)) - set(_present(study)))


def _present(study: Study) -> Iterator[Picture]:
    rows = Stimulus.objects.filter(photo__photo_sets=study.photo_set_id, image_px=study.image_px)
    for photo, colorizer, sample in rows.values_list(
        "photo_id", "colorization__colorizer_id", "colorization__sample"
    ):
        yield Picture(photo, colorizer, 1 if colorizer is None else sample)


def ensure(picture: Picture, image_px: int) -> Stimulus:
    """The stimulus of this picture with its file, made unless both are there and sound.

    Raises Unpresentable if there is no picture to show.
    """
    photo = Photo.objects.get(pk=picture.photo)
    colorization = _colorization(photo, picture)
    rows = Stimulus.objects.filter(photo=photo, colorization=colorization, image_px=image_px)
    stimulus = rows.first()
    if stimulus is not None and is_sound(stimulus):
        return stimulus if _is_compressed(stimulus) else _compress(stimulus)
    try:
        rgb8 = images.render_stimulus((colorization or photo).read_rgb(), image_px)
    except ValueError as error:
        raise Unpresentable(f"{photo}: {error}") from error
    digest = images.stimulus_digest(rgb8)
    if stimulus is not None and stimulus.digest != digest:
        raise Unpresentable(
            f"{colorization or photo} no longer gives the picture that was shown before: its file changed, "
            "or the code that renders pictures changed. Restore the file, or register the picture anew."
        )
    name, file_bytes = _store(rgb8, digest)
    if stimulus is None:
        return _remember(photo, colorization, image_px, name, file_bytes, digest)
    stimulus.file.name, stimulus.file_bytes = name, file_bytes
    stimulus.save(update_fields=["file", "file_bytes"])
    return stimulus


def _store(rgb8: RGB8, digest: str) -> tuple[str, int]:
    """The name and the length of the file that holds these pixels; a sound one that is there stays."""
    size = len(rgb8)

    def is_intact(data: bytes) -> bool:
        return _holds(data, digest) and is_uniform(data, size)

    # Named by content, on the server only: a browser gets a random address for each showing.
    name = store_once(
        f"stimuli/{digest[:2]}/{digest}.webp", images.encode_stimulus(rgb8), is_intact=is_intact
    )
    return name, default_storage.size(name)


def _is_compressed(stimulus: Stimulus) -> bool:
    with stimulus.file.open("rb") as file:
        return envelope(file.read())[FORMAT] == WEBP


def _compress(stimulus: Stimulus) -> Stimulus:
    """Compress what an earlier release stored, for all arms of the photo at once.

    A study that runs shares some of these pictures: it must not show the real one in one kind of file and
    a recoloured one in another.
    """
    made = []
    for one in Stimulus.objects.filter(photo=stimulus.photo, image_px=stimulus.image_px):
        if not is_sound(one):
            continue  # nobody can be shown it; its own study's next preparation makes it anew
        with one.file.open("rb") as file:
            name, file_bytes = _store(images.decode_stimulus(file.read()), one.digest)
        made.append((one, str(one.file.name), name, file_bytes))
    with transaction.atomic():
        for one, _, name, file_bytes in made:
            Stimulus.objects.filter(pk=one.pk).update(file=name, file_bytes=file_bytes)
    for earlier in {earlier for _, earlier, _, _ in made}:
        if not Stimulus.objects.filter(file=earlier).exists():
            default_storage.delete(earlier)
    stimulus.refresh_from_db()
    return stimulus


def _colorization(photo: Photo, picture: Picture) -> Colorization | None:
    if picture.colorizer is None:
        return None
    made = Colorization.objects.filter(photo=photo, colorizer=picture.colorizer, sample=picture.sample)
    found = made.done().first()
    if found is None:
        raise Unpresentable(
            f"The colorizer's picture of {photo} is gone from the catalogue; colour the set again."
        )
    return found


def _remember(
    photo: Photo,
    colorization: Colorization | None,
    image_px: int,
    name: str,
    file_bytes: int,
    digest: str,
) -> Stimulus:
    try:
        with transaction.atomic():
            return Stimulus.objects.create(
                photo=photo,
                colorization=colorization,
                image_px=image_px,
                file=name,
                file_bytes=file_bytes,
                digest=digest,
            )
    except IntegrityError:
        # Another worker made the same one at the same moment.
        return Stimulus.objects.get(photo=photo, colorization=colorization, image_px=image_px)


def is_sound(stimulus: Stimulus) -> bool:
    """Whether its file is there, holds the picture that was made, and tells nothing besides."""
    if not default_storage.exists(str(stimulus.file.name)):
        return False
    with stimulus.file.open("rb") as file:
        data = file.read()
    return (
        len(data) == stimulus.file_bytes
        and _holds(data, stimulus.digest)
        and is_uniform(data, stimulus.image_px)
    )


def _holds(data: bytes, digest: str) -> bool:
    try:
        return images.stimulus_digest(images.decode_stimulus(data)) == digest
    except ValueError:
        return False


def is_uniform(data: bytes, image_px: int) -> bool:
    """Whether a file has the envelope that all of this size and kind have, its compressed pixels apart."""
    try:
        found = envelope(data)
    except ValueError:
        return False
    return found == _envelope_of(image_px, found[FORMAT])


@lru_cache(maxsize=16)
def _envelope_of(image_px: int, kind: str) -> Envelope:
    black = np.zeros((image_px, image_px, 3), np.uint8)
    return envelope(images.encode_stimulus(black) if kind == WEBP else stored_png(black))


def sent_lengths(study: Study) -> dict[int, int]:
    """The bytes that go over the line for each picture of a photo, by the photo's primary key.

    Every arm of a photo has the length of the largest one, so that the length says nothing of the arm.
    """
    rows = of(study).order_by().values_list("photo").annotate(largest=Max("file_bytes"))
    return {photo: sent_bytes(largest) for photo, largest in rows}


def sent_length(study: Study, photo_id: int) -> int:
    """The same for one photo."""
    largest = of(study).filter(photo=photo_id).aggregate(largest=Max("file_bytes"))["largest"]
    return sent_bytes(largest)


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
