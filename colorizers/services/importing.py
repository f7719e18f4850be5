"""Photographs on their way into a PhotoSet: each file goes in whole or is refused by name."""

import dataclasses
import logging
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from colorizers.models import (
    OPEN_STATES,
    Fixed,
    ImportedFile,
    ImportOutcome,
    Photo,
    PhotoImport,
    PhotoSet,
    WorkState,
)
from colorizers.pictures import images, monochrome
from colorizers.pictures.images import CleanPhoto, PhotoRefused
from colorizers.services.companions import companions
from colorizers.services.import_claims import (
    continued,
    failing_aloud,
    held,
    recovered,
    requeue,
    send_upload,
)
from colorizers.services.photo_facts import Facts, Sidecar, read_sidecars
from colorizers.services.photo_sources import Entry, ImportRefused, open_source
from colorizers.services.stored_files import sha256, store_once

STEP_SECONDS = 60
STUDY_SIDE = 256
SYSTEMS_OWN = "hidden or left by the system"
RECOGNISED = "Photos that are in the set already are recognised."

logger = logging.getLogger(__name__)


Watcher = Callable[[PhotoImport, ImportedFile], None]


def import_photos(
    path: Path,
    *,
    photo_set: PhotoSet,
    licence: str = "",
    author: str = "",
    source: str = "",
    max_side: int = 2048,
    by: Any = None,
    watcher: Watcher | None = None,
) -> PhotoImport:
    """Import a folder or zip archive into a set now; gives the finished import with its report.

    A new set is saved once the source has opened. Raises ImportRefused if nothing of it can be read, and
    Fixed if the set is frozen.
    """
    photo_set.check_open()
    with open_source(path) as entries:
        if photo_set.pk is None:
            photo_set.save()
        photo_import = PhotoImport.objects.create(
            photo_set=photo_set,
            licence=licence,
            author=author,
            source=source,
            max_side=max_side,
            created_by=by,
        )
        with failing_aloud(photo_import), held(photo_import):
            _work(photo_import, entries, watcher=watcher)
    photo_import.refresh_from_db()
    return photo_import


import_folder = import_zip = import_photos


def order_import(photo_import: PhotoImport) -> None:
    """Have a worker import an upload; if the queue cannot be reached, it waits and says why."""
    transaction.on_commit(lambda: _send(photo_import.pk))


def _send(import_id: int) -> None:
    send_upload(PhotoImport, import_id, "colorizers.tasks.import_upload")


def retry_import(photo_import: PhotoImport) -> None:
    """Continue with an upload where it stopped."""
    requeue(photo_import)
    order_import(photo_import)


def continue_upload(import_id: int, *, seconds: float = STEP_SECONDS) -> bool:
    """Import files of an upload for about this many seconds; True when nothing is left to do here."""
    photo_import = PhotoImport.objects.select_related("photo_set").get(pk=import_id)
    deadline = time.monotonic() + seconds

    def work(entries: list[Entry]) -> bool:
        return _work(photo_import, entries, deadline=deadline)

    return continued(
        photo_import, work, command="import_photos", again=RECOGNISED, settled=(ImportRefused, Fixed)
    )


def recover_abandoned_imports() -> int:
    """Settle the imports whose process was killed; returns how many there were."""
    return recovered(PhotoImport, _send, continue_upload)


def _work(
    photo_import: PhotoImport,
    entries: list[Entry],
    *,
    deadline: float | None = None,
    watcher: Watcher | None = None,
) -> bool:
    """Go through the files that have no outcome yet; True when all of them have one."""
    sidecar = read_sidecars(entries)
    pictures = [entry for entry in entries if not entry.is_sidecar]
    absent = sidecar.absent_from(entry.name for entry in pictures)
    beside = companions(entry.name for entry in pictures)
    settled = set(photo_import.files.values_list("position", flat=True))
    PhotoImport.objects.filter(pk=photo_import.pk, state__in=OPEN_STATES).update(
        state=WorkState.RUNNING, total=len(pictures) + len(absent)
    )
    photo_import.total = len(pictures) + len(absent)
    for position, entry in enumerate(pictures):
        if position in settled:
            continue
        if entry.is_clutter or entry.name in beside:
            reason = SYSTEMS_OWN if entry.is_clutter else beside[entry.name]
            file = _record(photo_import, position, entry.name, ImportOutcome.IGNORED, reason)
        else:
            file = _import_one(photo_import, position, entry, sidecar)
        if watcher and file:
            watcher(photo_import, file)
        if not PhotoImport.objects.filter(pk=photo_import.pk, state=WorkState.RUNNING).exists():
            return True  # cancelled
        if deadline is not None and time.monotonic() > deadline:
            return False
    for position, (name, reason) in enumerate(absent.items(), start=len(pictures)):
        if position not in settled:
            file = _record(photo_import, position, name, ImportOutcome.REFUSED, reason)
            if watcher and file:
                watcher(photo_import, file)
    _finish(photo_import)
    return True


def _finish(photo_import: PhotoImport) -> None:
    came_in = photo_import.brought_photos
    PhotoImport.objects.filter(pk=photo_import.pk, state=WorkState.RUNNING).update(
        state=WorkState.DONE if came_in else WorkState.FAILED,
        error="" if came_in else "No file could be imported as a photo.",
        finished_at=timezone.now(),
    )


def _import_one(
    photo_import: PhotoImport, position: int, entry: Entry, sidecar: Sidecar
) -> ImportedFile | None:
    general = Facts(licence=photo_import.licence, author=photo_import.author, source=photo_import.source)
    facts = sidecar.of(entry.name, general)
    try:
        facts.check()
        data = entry.read()
        clean = images.read_photo(data, name=entry.name, max_side=photo_import.max_side)
        if photo_import.photo_set.is_monochrome:
            clean, chroma = _grey(clean), 0.0
        else:
            chroma = images.check_colour(clean.rgb8)
    except PhotoRefused as refusal:
        return _record(photo_import, position, entry.name, ImportOutcome.REFUSED, str(refusal))
    except MemoryError:
        reason = "It needs more memory than this machine has to spare."
        return _record(photo_import, position, entry.name, ImportOutcome.REFUSED, reason)
    except (OSError, DatabaseError, ImportRefused):
        raise  # Not the fault of this file.
    except Exception as error:
        # Hostile bytes find mistakes in any reader; the other files of the import are not to suffer.
        logger.exception("%s could not be read", entry.name)
        reason = f"It cannot be read ({type(error).__name__}); the log of this site says more."
        return _record(photo_import, position, entry.name, ImportOutcome.REFUSED, reason)
    photo = _described(clean, chroma, data, entry.name, facts)
    photo.is_monochrome = photo_import.photo_set.is_monochrome
    try:
        with transaction.atomic():
            return _add(photo_import, position, entry.name, photo)
    except IntegrityError:
        if photo_import.files.filter(position=position).exists():
            return None  # Another worker was given the same import and was first.
        raise


def _grey(clean: CleanPhoto) -> CleanPhoto:
    """The photo without the tint of its paper; raises PhotoRefused if it is a colour photograph."""
    monochrome.check_without_colour(clean.rgb8)
    grey = monochrome.without_colour(clean.rgb8)
    # A grey level may move by one in the conversion, which is no tint.
    toned = np.abs(grey.astype(np.int16) - clean.rgb8).max() > 1
    notes = (*clean.conversions, "tint taken away, lightness kept") if toned else clean.conversions
    return dataclasses.replace(clean, rgb8=grey, conversions=notes)


def _described(clean: CleanPhoto, chroma: float, data: bytes, name: str, facts: Facts) -> Photo:
    """The Photo, its file stored and its row not yet."""
    digest = images.pixel_digest(clean.rgb8)
    height, width = clean.rgb8.shape[:2]
    known = Photo.objects.filter(digest=digest).first()
    file = known.file.name if known else _store(digest, clean)
    return Photo(
        digest=digest,
        file=file,
        source_digest=sha256(data),
        name=PurePosixPath(name).name[-255:],
        title=facts.title,
        licence=facts.licence,
        author=facts.author,
        year=facts.year,
        source=facts.source,
        width=width,
        height=height,
        mean_chroma=chroma,
        conversions=list(clean.conversions),
    )


def _store(digest: str, clean: CleanPhoto) -> str:
    def is_intact(stored: bytes) -> bool:
        try:
            return images.pixel_digest(images.read_photo(stored).rgb8) == digest
        except PhotoRefused:
            return False

    return store_once(f"photos/{digest}.png", images.encode_png(clean.rgb8), is_intact=is_intact)


def _add(photo_import: PhotoImport, position: int, name: str, described: Photo) -> ImportedFile | None:
    """Put the photo into the set and the outcome into the report, both or neither."""
    photo_set = PhotoSet.objects.select_for_update().get(pk=photo_import.photo_set_id)
    photo_set.check_open()
    photo = Photo.objects.filter(digest=described.digest).first()
    outcome, reason = ImportOutcome.ADDED, ""
    if photo is None:
        photo = described
        photo.save()
    elif photo_set.photos.filter(pk=photo.pk).exists():
        outcome, reason = ImportOutcome.DUPLICATE, f"The set holds the same picture already, as {photo.name}."
    else:
        outcome, reason = ImportOutcome.KNOWN, f"Known already as {photo.name}."
    if photo is not described:
        _fill_gaps(photo, described)
    photo_set.photos.add(photo)
    reasons = " ".join(filter(None, [reason, _remark(photo)]))
    return _record(photo_import, position, name, outcome, reasons, photo)


@transaction.atomic
def take_out(photo: Photo, photo_set: PhotoSet) -> None:
    """Take a photo out of a set; the photo and its colorizations stay. Raises Fixed if the set is frozen."""
    locked = PhotoSet.objects.select_for_update().get(pk=photo_set.pk)
    locked.check_open()
    locked.photos.remove(photo)


def _remark(photo: Photo) -> str:
    side = min(photo.width, photo.height)
    if side >= STUDY_SIDE:
        return ""
    return (
        f"Its shorter side has {side} pixels: smaller than the {STUDY_SIDE} pixels that a study shows by "
        "default."
    )


def _fill_gaps(photo: Photo, described: Photo) -> None:
    gaps = [name for name in ("title", "licence", "author", "year", "source") if not getattr(photo, name)]
    for name in gaps:
        setattr(photo, name, getattr(described, name))
    if gaps:
        photo.save(update_fields=gaps)


def _record(
    photo_import: PhotoImport,
    position: int,
    name: str,
    outcome: ImportOutcome,
    reason: str,
    photo: Photo | None = None,
) -> ImportedFile | None:
    file, created = ImportedFile.objects.get_or_create(
        photo_import=photo_import,
        position=position,
        defaults={"name": name[-255:], "outcome": outcome, "reason": reason, "photo": photo},
    )
    return file if created else None
