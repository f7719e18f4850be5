"""Plain functions that build the rows a test needs: small real pictures, really recoloured, in a moment."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from celery import current_app
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from colorizers import methods
from colorizers.models import Colorization, Colorizer, Photo, PhotoSet, WorkState
from colorizers.pictures import images
from colorizers.pictures.colour import mean_chroma
from colorizers.services import catalogue, registering
from config.researchers import RESEARCHERS
from studies.models import Condition, ConditionKind, Study
from tests.conftest import colourful_pixels, png_bytes
from tests.remembered import remembered

IMAGE_PX = 64
DESIGN_SETTINGS = {"practice_trials": 2, "test_trials": 8, "vigilance_share": 0.2}


def run_now(task: str, *args: Any) -> str:
    """Do what a worker would do with a task that was sent, in the place of `send`."""
    current_app.loader.import_default_modules()
    current_app.tasks[task](*args)
    return ""


def with_rights(person: Any) -> Any:
    """This person, put into the group of researchers."""
    person.groups.add(Group.objects.get(name=RESEARCHERS))
    return person


def make_photo(seed: int = 0, *, width: int = 96, height: int = 80, **fields: Any) -> Photo:
    """A colourful Photo, different for each seed, with its file."""
    pixels = colourful_pixels(seed, width=width, height=height)
    name = f"photo-{seed:03d}.png"
    photo = Photo(
        digest=images.pixel_digest(pixels),
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
    """A registered Colorizer; one that takes colours from references gets the set `palette`."""
    if reference_set is None and methods.get(method).needs_reference:
        reference_set = PhotoSet.objects.filter(name="palette").first()
        reference_set = reference_set or make_photo_set(4, name="palette", first_seed=900)
    return registering.register_colorizer(
        slug=slug or method, method=method, reference_set=reference_set, **fields
    )


# Pictures that this process has painted before, by photo and colorizer: the same record is the same file.
_painted: dict[tuple[str, str], tuple[bytes, dict[str, Any]]] = {}
_FACTS = ("file", "digest", "seconds", "share_clipped", "provenance")


def fill_catalogue(photo_set: PhotoSet, colorizer: Colorizer, *, leave_out: int = 0) -> list[Colorization]:
    """The Colorizations of a set, really painted, here and now; `leave_out` of them stay missing."""
    run = catalogue.order_generation(photo_set=photo_set, colorizer=colorizer)
    left_out = run.colorizations.order_by("-photo__name")[:leave_out]
    run.colorizations.filter(pk__in=[row.pk for row in left_out]).delete()
    rows = list(run.colorizations.select_related("photo"))
    known = [row for row in rows if (row.photo.digest, colorizer.digest) in _painted]
    for row in known:
        data, facts = _painted[row.photo.digest, colorizer.digest]
        if not default_storage.exists(facts["file"]):
            default_storage.save(facts["file"], ContentFile(data))
        row.state, row.attempts, row.finished_at = WorkState.DONE, 1, timezone.now()
        for name, value in facts.items():
            setattr(row, name, value)
    Colorization.objects.bulk_update(known, ["state", "attempts", "finished_at", *_FACTS])
    catalogue.colorize_here(run)
    done = list(Colorization.objects.of(photo_set, colorizer).done().select_related("photo"))
    for row in done:
        if (row.photo.digest, colorizer.digest) not in _painted:
            facts = {name: getattr(row, name) for name in _FACTS} | {"file": row.file.name}
            _painted[row.photo.digest, colorizer.digest] = (row.file.open("rb").read(), facts)
    return done


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
    arms = [(name, ConditionKind.TEST) for name in colorizers]
    if vigilance:
        arms.append(("random", ConditionKind.VIGILANCE))
    if photo_set is None:
        photo_set = PhotoSet.objects.filter(name="meadow").first()
    if photo_set is None:
        painters = [name for name, _ in arms] if catalogue else []
        remembered(("meadow", photos, *painters), lambda: make_meadow(photos, painters))
        photo_set = PhotoSet.objects.get(name="meadow")
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
            "screening": {"colour_vision": "off", "display": "off"},
            "debrief": {"comments": False},
            # Tests answer faster than anybody could; those about that say so.
            "exclusion_rules": {
                "vigilance_pass": 0.75,
                "rt_min_ms": 200,
                "rt_max_ms": 30000,
                "too_soon_share": 1.0,
            },
            "seed": 7,
        }
        | fields
    )
    for position, (name, kind) in enumerate(arms):
        colorizer = Colorizer.objects.filter(slug=name).first() or make_colorizer(name)
        if catalogue and not Colorization.objects.of(photo_set, colorizer).exists():
            fill_catalogue(photo_set, colorizer)
        Condition.objects.create(
            study=study, slug=name.replace("_", "-"), title=name, kind=kind, colorizer=colorizer,
            position=position,
        )  # fmt: skip
    return study


def make_meadow(photos: int, painters: Iterable[str]) -> None:
    """The PhotoSet `meadow`, coloured by these methods."""
    photo_set = make_photo_set(photos)
    for name in painters:
        fill_catalogue(photo_set, make_colorizer(name))


def launched_study(slug: str = "meadow-study", **fields: Any) -> Study:
    """A live Study, as `newly_launched_study` makes it; one like an earlier one is put back as it was."""
    try:
        described = json.dumps(fields, sort_keys=True)
    except TypeError:  # it belongs to somebody, say, who has a row of their own
        return newly_launched_study(slug, **fields)
    key = (slug, described, settings.BLINDING_AUDIT_PAIRS)
    remembered(key, lambda: _launched_over_known_pictures(slug, **fields))
    return Study.objects.get(slug=slug)


def _launched_over_known_pictures(slug: str, **fields: Any) -> None:
    """Launched here and now, but that the pictures lie there as if an earlier study had shown them."""
    shown = {
        name: fields[name] for name in ("photos", "colorizers", "vigilance", "image_px") if name in fields
    }
    if not {"photo_set", "catalogue"} & fields.keys():
        remembered(("pictures", *sorted(shown.items())), lambda: _make_pictures(**shown))
    newly_launched_study(slug, **fields)


def _make_pictures(*, image_px: int = IMAGE_PX, **shown: Any) -> None:
    """Photos, colorizations and stimuli, as a study leaves them that was prepared and then deleted."""
    from studies.services import stimuli

    study = make_study("forgotten", **shown)
    for picture in stimuli.pictures(study):
        stimuli.ensure(picture, image_px)
    study.delete()


def newly_launched_study(slug: str = "meadow-study", **fields: Any) -> Study:
    """A live Study, launched through the real services here and now: stimuli drawn, protocol frozen."""
    from studies.services import lifecycle

    study = make_study(slug, **fields)
    lifecycle.launch(study=study)
    study.refresh_from_db()
    return study


def shown_as_planned(frames: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a runner reports of a trial's frames, be they a spec's or the state's, if none was off."""
    return [
        {"index": index, "planned_ms": frame["duration_ms"], "dropped": 0}
        | dict.fromkeys(("onset_stamp", "onset_now"), 10_000.0 * index)
        | dict.fromkeys(("offset_stamp", "offset_now"), 10_000.0 * index + refreshes(frame["duration_ms"]))
        for index, frame in enumerate(frames)
        if frame["kind"] in ("images", "noise") and frame["duration_ms"] is not None
    ]


def refreshes(planned_ms: float) -> float:
    """A duration in ms as a 60 Hz display can show it."""
    return max(1, round(planned_ms * 60 / 1000)) * 1000 / 60
