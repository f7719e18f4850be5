"""Plain functions that build the rows a test needs: small real pictures, really recoloured, in a moment."""

import hashlib
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from PIL import Image

from colorizers import methods
from colorizers.colour import mean_chroma
from colorizers.inference import Source, colorize_rgb
from colorizers.models import (
    Colorization,
    Colorizer,
    GenerationRun,
    Photo,
    PhotoSet,
    WorkState,
    digest_of,
)
from studies.models import Condition, ConditionKind, Study
from tests.conftest import colourful_pixels, png_bytes

IMAGE_PX = 64
DESIGN_SETTINGS = {"practice_trials": 2, "test_trials": 8, "vigilance_share": 0.2}


def make_photo(seed: int = 0, *, width: int = 96, height: int = 80, **fields: Any) -> Photo:
    """A colourful Photo, different for each seed, with its file."""
    pixels = colourful_pixels(seed, width=width, height=height)
    name = f"photo-{seed:03d}.png"
    photo = Photo(
        digest=hashlib.sha256(f"{width}x{height}".encode() + pixels.tobytes()).hexdigest(),
        source_digest=hashlib.sha256(png_bytes(pixels)).hexdigest(),
        width=width,
        height=height,
        mean_chroma=mean_chroma(pixels),
        **{"name": name, "licence": "CC0", "author": "A. Tester"} | fields,
    )
    photo.file.save(name, ContentFile(png_bytes(pixels)), save=False)
    photo.save()
    return photo


def make_photo_set(
    n: int = 14, *, name: str = "meadow", first_seed: int = 0, width: int = 96, height: int = 80
) -> PhotoSet:
    """A PhotoSet of n colourful Photos."""
    photo_set = PhotoSet.objects.create(name=name, title=name.title())
    photo_set.photos.set(make_photo(first_seed + offset, width=width, height=height) for offset in range(n))
    return photo_set


def make_colorizer(
    method: str = "sepia", *, slug: str | None = None, reference_set: PhotoSet | None = None, **fields: Any
) -> Colorizer:
    """A Colorizer of that method."""
    colorizer = Colorizer(slug=slug or method, method=method, reference_set=reference_set, **fields)
    colorizer.digest = digest_of(colorizer.identity() | {"test": colorizer.slug})
    colorizer.save()
    return colorizer


def fill_catalogue(photo_set: PhotoSet, colorizer: Colorizer, *, leave_out: int = 0) -> list[Colorization]:
    """The Colorizations of a set, really painted by the method, here and now; `leave_out` stay missing."""
    run = GenerationRun.objects.create(
        photo_set=photo_set, colorizer=colorizer, state=WorkState.DONE, total=photo_set.photos.count()
    )
    method = methods.get(colorizer.method)
    predict = method.load(
        settings=colorizer.settings, reference=_references(colorizer), variant=colorizer.variant
    )
    photos = list(photo_set.photos.order_by("name"))
    return [_colorize(photo, colorizer, run, predict, method) for photo in photos[: len(photos) - leave_out]]


def _references(colorizer: Colorizer) -> methods.ReferenceSet | None:
    if colorizer.reference_set is None:
        return None
    photos = colorizer.reference_set.photos.all()
    return methods.ReferenceSet(
        [methods.ReferencePhoto(photo.digest, lambda photo=photo: pixels_of(photo)) for photo in photos]
    )


def pixels_of(row: Photo | Colorization) -> Any:
    """The picture of a row, (H, W, 3) uint8."""
    with row.file.open("rb") as file:
        return np.asarray(Image.open(file).convert("RGB"))


def _colorize(
    photo: Photo, colorizer: Colorizer, run: GenerationRun, predict: Any, method: methods.Method
) -> Colorization:
    picture = colorize_rgb(
        pixels_of(photo),
        predict,
        Source(photo.digest, colorizer.seed),
        input_size=method.input_size,
        promises_colour=method.promises_colour,
    )
    data = png_bytes(picture.rgb8)
    row = Colorization(
        photo=photo,
        colorizer=colorizer,
        run=run,
        state=WorkState.DONE,
        attempts=1,
        digest=hashlib.sha256(data).hexdigest(),
        seconds=0.01,
        share_clipped=picture.share_clipped,
        provenance={"photo": photo.digest, "colorizer": colorizer.digest},
    )
    row.file.save(f"{colorizer.slug}-{photo.pk}.png", ContentFile(data), save=False)
    row.save()
    return row


def make_study(
    slug: str = "meadow-study",
    *,
    photo_set: PhotoSet | None = None,
    colorizers: tuple[str, ...] = ("sepia", "luminance_table"),
    vigilance: bool = True,
    catalogue: bool = True,
    photos: int = 14,
    **fields: Any,
) -> Study:
    """A draft Study that could be launched: conditions `sepia` and `luminance_table`, vigilance `random`.

    Rows that are already there under the same slug (colorizers) are shared, so two studies may follow
    each other in one test.
    """
    if photo_set is None:
        photo_set = PhotoSet.objects.filter(name="meadow").first() or make_photo_set(photos)
    study = Study.objects.create(
        **{
            "slug": slug,
            "title": "Meadow colours",
            "question": "Which colorizer fools people more often?",
            "information": "You will see pairs of photographs.",
            "consent": "I take part of my own free will.",
            "thanks": "Thank you.",
            "contact": "Ada, ada@example.org",
            "design_settings": dict(DESIGN_SETTINGS),
            "photo_set": photo_set,
            "image_px": IMAGE_PX,
            "planned_participants": 10,
            "exclusion_rules": {"vigilance_pass": 0.75, "rt_min_ms": 200, "rt_max_ms": 30000},
            "seed": 7,
        }
        | fields
    )
    arms = [(name, ConditionKind.TEST) for name in colorizers]
    if vigilance:
        arms.append(("random", ConditionKind.VIGILANCE))
    for position, (name, kind) in enumerate(arms):
        colorizer = _colorizer_in(photo_set, name)
        if catalogue and not colorizer.colorizations.filter(photo__photo_sets=photo_set).exists():
            fill_catalogue(photo_set, colorizer)
        Condition.objects.create(
            study=study, slug=name.replace("_", "-"), title=name, kind=kind, colorizer=colorizer,
            position=position,
        )  # fmt: skip
    return study


def _colorizer_in(photo_set: PhotoSet, method: str) -> Colorizer:
    found = Colorizer.objects.filter(slug=method).first()
    return found or make_colorizer(method, reference_set=photo_set)


def launched_study(slug: str = "meadow-study", **fields: Any) -> Study:
    """A live Study, launched through the real services: stimuli drawn, protocol frozen."""
    from studies.services import lifecycle

    study = make_study(slug, **fields)
    lifecycle.launch(study=study)
    study.refresh_from_db()
    return study
