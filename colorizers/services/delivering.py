"""Finished pictures on their way in: every file is matched, looked at and told; keeping them comes after."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction
from django.utils import timezone

from colorizers.models import (
    OPEN_STATES,
    Colorization,
    DeliveredPicture,
    DeliveryOutcome,
    Photo,
    PhotoSet,
    PictureImport,
    WorkState,
)
from colorizers.pictures.photo_containers import ACCEPTED, PICTURE_ENDINGS
from colorizers.services.claims import silent_since
from colorizers.services.companions import companions
from colorizers.services.delivered_looks import FACTS, Rules, Task, looks
from colorizers.services.deliveries import drafted, forget
from colorizers.services.import_claims import (
    continued,
    failing_aloud,
    held,
    recovered,
    requeue,
    send_upload,
)
from colorizers.services.importing import SYSTEMS_OWN
from colorizers.services.matching import KnownPhoto, Listed, Verdict, match, parse_table
from colorizers.services.photo_sources import Entry, ImportRefused, open_source

STEP_SECONDS = 60.0
# Rows per write, and the longest time in seconds between two writes.
BATCH, BATCH_SECONDS = 200, 1.0
RECOGNISED = "Files that were looked at before are only read again."

Watcher = Callable[[PictureImport, list[DeliveredPicture]], None]


def import_colorizations(
    path: Path,
    *,
    photo_set: PhotoSet,
    slug: str,
    title: str = "",
    origin: str = "",
    licence: str = "",
    settings: Mapping[str, Any] | None = None,
    table: bytes | None = None,
    within: str = "",
    by: Any = None,
    watcher: Watcher | None = None,
) -> PictureImport:
    """Look at the pictures of a folder or zip archive now; gives the import with its report, not kept yet.

    `settings` are those of the method `imported`. `table` is a CSV with the columns photo and file; without
    one, one that lies among the files is used. `within` is a folder of the source: only what lies in it
    counts. `watcher` gets the rows as they are settled. What an earlier
    try found out is used, and that one goes. Raises ColorizerRefused if the colorizer cannot be, and
    ImportRefused if nothing of the source can be read.
    """
    draft = drafted(slug=slug, title=title, origin=origin, licence=licence, settings=settings)
    given = None if table is None else parse_table(table, called="The table")
    with open_source(path) as entries:
        picture_import = PictureImport.objects.create(
            photo_set=photo_set,
            slug=slug,
            title=title,
            origin=origin,
            licence=licence,
            settings=draft.settings,
            created_by=by,
        )
        with failing_aloud(picture_import), held(picture_import):
            inside = [entry for entry in entries if not within or entry.name.startswith(f"{within}/")]
            _work(picture_import, inside, table=given, watcher=watcher)
    picture_import.refresh_from_db()
    return picture_import


def folders_of(path: Path) -> list[str]:
    """The folders that lie directly in a folder or zip archive and hold files; raises ImportRefused."""
    with open_source(path) as entries:
        paths = [PurePosixPath(entry.name) for entry in entries if not entry.is_clutter]
    return sorted({path.parts[0] for path in paths if len(path.parts) > 1 and path.parts[0] != ".."})


def order_look(picture_import: PictureImport) -> None:
    """Have a worker look at an upload; if the queue cannot be reached, it waits and says why."""
    transaction.on_commit(lambda: _send(picture_import.pk))


def _send(import_id: int) -> None:
    send_upload(PictureImport, import_id, "colorizers.tasks.look_at_pictures")


def retry_look(picture_import: PictureImport) -> None:
    """Continue with an upload where it stopped."""
    requeue(picture_import)
    order_look(picture_import)


def continue_upload(import_id: int, *, seconds: float = STEP_SECONDS) -> bool:
    """Look at files of an upload for about this many seconds; True when nothing is left to do here."""
    picture_import = PictureImport.objects.select_related("photo_set").get(pk=import_id)
    deadline = time.monotonic() + seconds

    def work(entries: list[Entry]) -> bool:
        return _work(picture_import, entries, deadline=deadline)

    return continued(picture_import, work, command="import_colorizations", again=RECOGNISED)


def recover_abandoned_imports() -> int:
    """Settle the imports whose process was killed; returns how many there were."""
    return recovered(PictureImport, _send, continue_upload)


# --- what there is to do --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    """A file, or a photo that none came for, and what its name says."""

    verdict: Verdict
    entry: Entry | None = None


def _plan(
    photo_set: PhotoSet, slug: str, entries: list[Entry], table: dict[str, Listed] | None
) -> list[_Step]:
    """Every file of the source, then every photo that has no picture and gets none; raises ImportRefused."""
    apart = _set_apart(entries)
    lists = [entry for entry in entries if entry.name.lower().endswith(".csv") and entry.name not in apart]
    if table is None:
        table = _table_among(lists)
    reason = "A list; pictures were matched " + ("by the table." if table is not None else "by their names.")
    apart |= {entry.name: reason for entry in lists}
    pictures = [entry for entry in entries if entry.name not in apart]
    rows = photo_set.photos.values_list("pk", "name", "digest", "source_digest")
    matches = match([entry.name for entry in pictures], [KnownPhoto(*row) for row in rows], table)
    have = set(Colorization.objects.filter(colorizer__slug=slug).values_list("photo", flat=True))
    judged = iter(matches.files)
    steps = [
        _Step(Verdict(entry.name, None, DeliveryOutcome.IGNORED, apart[entry.name]), entry)
        if entry.name in apart
        else _Step(next(judged), entry)
        for entry in entries
    ]
    return steps + [_Step(verdict) for verdict in matches.photos if verdict.photo not in have]


def _set_apart(entries: list[Entry]) -> dict[str, str]:
    """The files that nobody takes for pictures, and why."""
    beside = companions(entry.name for entry in entries)
    apart = {}
    for entry in entries:
        ending = PurePosixPath(entry.name).suffix.lower()
        if entry.is_clutter:
            apart[entry.name] = SYSTEMS_OWN
        elif entry.name in beside:
            apart[entry.name] = beside[entry.name]
        elif ending not in PICTURE_ENDINGS | {"", ".csv"}:
            apart[entry.name] = f"Its ending is no picture's; pictures come as {ACCEPTED}."
    return apart


def _table_among(lists: list[Entry]) -> dict[str, Listed] | None:
    found = {}
    for entry in lists:
        try:
            found[entry.name] = parse_table(entry.read(), called=entry.name)
        except ImportRefused as refusal:
            # A list of something else lies among the pictures; a table that is torn says so.
            if "has no column" not in str(refusal):
                raise
    if len(found) > 1:
        raise ImportRefused(f"Several files give photos and files: {', '.join(found)}. Keep one of them.")
    return next(iter(found.values()), None)


# --- doing it -----------------------------------------------------------------------------------


def _work(
    picture_import: PictureImport,
    entries: list[Entry],
    *,
    table: dict[str, Listed] | None = None,
    deadline: float | None = None,
    watcher: Watcher | None = None,
) -> bool:
    """Go through what has no outcome yet; True when all of it has one, or the import was cancelled."""
    plan = _plan(picture_import.photo_set, picture_import.slug, entries, table)
    mine = PictureImport.objects.filter(pk=picture_import.pk)
    mine.filter(state__in=OPEN_STATES).update(state=WorkState.RUNNING, total=len(plan))
    picture_import.total = len(plan)
    rules = Rules(picture_import.settings, _earlier(picture_import))
    batch: list[DeliveredPicture] = []
    written = time.monotonic()
    with closing(looks(_tasks(picture_import, plan), rules)) as rows:
        for row in rows:
            batch.append(row)
            now = time.monotonic()
            late = deadline is not None and now > deadline
            if len(batch) < BATCH and now - written < BATCH_SECONDS and not late:
                continue
            _write(picture_import, batch, watcher)
            batch, written = [], now
            if not mine.filter(state=WorkState.RUNNING).exists():
                return True  # cancelled
            if late:
                return False
    _write(picture_import, batch, watcher)
    _finish(picture_import)
    return True


def _write(picture_import: PictureImport, batch: list[DeliveredPicture], watcher: Watcher | None) -> None:
    DeliveredPicture.objects.bulk_create(batch, ignore_conflicts=True)
    if watcher is not None:
        watcher(picture_import, batch)


def _tasks(picture_import: PictureImport, plan: list[_Step]) -> Iterator[DeliveredPicture | Task]:
    """What is left of a plan; photos are fetched as they are needed, not all at once."""
    settled = set(picture_import.files.values_list("position", flat=True))
    left = [(position, step) for position, step in enumerate(plan) if position not in settled]
    for start in range(0, len(left), BATCH):
        yield from _tasks_of(picture_import, left[start : start + BATCH])


def _tasks_of(
    picture_import: PictureImport, steps: Sequence[tuple[int, _Step]]
) -> Iterator[DeliveredPicture | Task]:
    wanted = {step.verdict.photo for _, step in steps} - {None}
    photos = Photo.objects.in_bulk(wanted)
    mine = Colorization.objects.filter(colorizer__slug=picture_import.slug, photo__in=wanted)
    kept: dict[int, dict[int, str]] = defaultdict(dict)
    for photo, sample, digest in mine.values_list("photo", "sample", "delivery__source_digest"):
        kept[photo][sample] = digest
    for position, step in steps:
        verdict = step.verdict
        row = DeliveredPicture(
            picture_import=picture_import,
            position=position,
            name=verdict.name[-255:],
            outcome=verdict.outcome or DeliveryOutcome.FITS,
            reason=verdict.reason,
            photo=photos.get(verdict.photo or 0),
            sample=verdict.sample,
        )
        if verdict.outcome is None and step.entry is not None and row.photo is not None:
            yield Task(row, step.entry.read, row.photo, kept.get(row.photo.pk, {}))
        else:
            yield row


def _others(picture_import: PictureImport) -> Any:
    """The same person's earlier imports of the same pictures, which were not kept."""
    return PictureImport.objects.filter(
        photo_set=picture_import.photo_set,
        slug=picture_import.slug,
        created_by=picture_import.created_by,
        kept_at=None,
        upload="",
    ).exclude(pk=picture_import.pk)


def _earlier(picture_import: PictureImport) -> dict[tuple[int, str], dict[str, Any]]:
    """What earlier tries found out, by photo and digest of the file."""
    tried = _others(picture_import).filter(settings=picture_import.settings)
    rows = DeliveredPicture.objects.filter(picture_import__in=tried, outcome=DeliveryOutcome.FITS)
    return {
        (row["photo"], row["source_digest"]): row for row in rows.values("photo", "source_digest", *FACTS)
    }


def _finish(picture_import: PictureImport) -> None:
    done = PictureImport.objects.filter(pk=picture_import.pk, state=WorkState.RUNNING).update(
        state=WorkState.DONE, finished_at=timezone.now()
    )
    if done:
        # Its own rows say all that theirs did; one that somebody is at is left to them.
        for other in _others(picture_import).exclude(state__in=OPEN_STATES, claimed_at__gte=silent_since()):
            forget(other)
