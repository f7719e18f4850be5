"""Filling the catalogue: what is missing is ordered, followed, cancelled and tried again."""

import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from colorizers.models import (
    OPEN_STATES,
    Colorization,
    Colorizer,
    GenerationRun,
    Photo,
    PhotoSet,
    WorkState,
)
from colorizers.services.claims import silent_since
from colorizers.services.loading import queue_of
from colorizers.services.painting import colorize_chunk
from colorizers.services.sending import send
from colorizers.tools.command_line import MANAGE
from colorizers.tools.progress import Progress

_FRESH = {"claim": "", "claimed_at": None, "attempts": 0, "error": "", "finished_at": None}


def missing_colorizations(photo_set: PhotoSet, colorizer: Colorizer) -> QuerySet[Photo]:
    """The photos of the set that this colorizer has not finished."""
    return photo_set.photos.exclude(
        pk__in=Colorization.objects.filter(colorizer=colorizer).done().values("photo")
    )


class PaintsNothing(ValueError):
    """This colorizer's pictures come finished; the message says how."""


def check_paints(photo_set: PhotoSet, colorizer: Colorizer) -> None:
    """Raise PaintsNothing if no worker can make pictures by this colorizer."""
    if colorizer.paints:
        return
    raise PaintsNothing(
        f"The pictures of {colorizer.slug!r} were made elsewhere, so nobody here can paint more of them. "
        f"Import what is missing: {import_command(photo_set, colorizer)}"
    )


def import_command(photo_set: PhotoSet, colorizer: Colorizer) -> str:
    """The command that imports pictures of a set for a colorizer whose pictures come finished."""
    return f"{MANAGE} import_colorizations FOLDER_OR_ZIP --set {photo_set.name} --name {colorizer.slug}"


@transaction.atomic
def order_generation(*, photo_set: PhotoSet, colorizer: Colorizer, by: Any = None) -> GenerationRun:
    """Order what is missing of one colorizer's pictures of a set, failed ones included.

    A run that is under way for the same two is continued, and one with nothing to do is finished at
    once. If the queue cannot be reached, the run waits, with the reason; `recover_abandoned` sends it later.
    Raises PaintsNothing for a colorizer whose pictures are imported.
    """
    check_paints(photo_set, colorizer)
    # The colorizer's row is the lock: two orders at once must not both find the same photos missing.
    Colorizer.objects.select_for_update().get(pk=colorizer.pk)
    active = GenerationRun.objects.filter(photo_set=photo_set, colorizer=colorizer, state__in=OPEN_STATES)
    run = active.first() or GenerationRun.objects.create(
        photo_set=photo_set, colorizer=colorizer, created_by=by
    )
    _take_over(run)
    run.total = run.colorizations.count()
    run.save(update_fields=["total"])
    if not run.colorizations.unsettled().exists():
        settle_run(run.pk)
        run.refresh_from_db()
        return run
    transaction.on_commit(lambda: _enqueue(run))
    return run


def _take_over(run: GenerationRun) -> None:
    """Make the run responsible for every photo of its set that no other living run is busy with."""
    photos = run.photo_set.photos.exclude(
        pk__in=Colorization.objects.filter(colorizer=run.colorizer).values("photo")
    )
    Colorization.objects.bulk_create(
        [Colorization(photo=photo, colorizer=run.colorizer, run=run) for photo in photos],
        ignore_conflicts=True,
        batch_size=500,
    )
    rows = Colorization.objects.filter(colorizer=run.colorizer, photo__in=run.photo_set.photos.values("pk"))
    rows.filter(state__in=[WorkState.FAILED, WorkState.CANCELLED]).update(
        state=WorkState.QUEUED, run=run, **_FRESH
    )
    busy_elsewhere = GenerationRun.objects.filter(state__in=OPEN_STATES).exclude(pk=run.pk)
    rows.unsettled().exclude(run__in=busy_elsewhere.values("pk")).update(run=run)


@transaction.atomic
def resume_run(run: GenerationRun) -> int:
    """Order again whatever this run has not finished; gives how many pictures that is."""
    failed = run.colorizations.filter(state__in=[WorkState.FAILED, WorkState.CANCELLED])
    failed.update(state=WorkState.QUEUED, **_FRESH)
    left = run.colorizations.unsettled().count()
    if left:
        GenerationRun.objects.filter(pk=run.pk).update(state=WorkState.QUEUED, error="", finished_at=None)
        transaction.on_commit(lambda: _enqueue(run))
    else:
        settle_run(run.pk)
    run.refresh_from_db()
    return left


@transaction.atomic
def cancel_run(run: GenerationRun) -> int:
    """Stop a run after the pictures that are being painted now; gives how many will not be made."""
    stopped = run.colorizations.filter(state=WorkState.QUEUED).update(state=WorkState.CANCELLED, claim="")
    GenerationRun.objects.filter(pk=run.pk, state__in=OPEN_STATES).update(
        state=WorkState.CANCELLED,
        error=f"Cancelled; {stopped} pictures were not made.",
        finished_at=timezone.now(),
    )
    run.refresh_from_db()
    return stopped


def settle_run(run_id: int) -> None:
    """Finish a run that has no rows left to do."""
    run = GenerationRun.objects.get(pk=run_id)
    progress = run.progress()
    if not run.is_active or progress.queued or progress.running:
        return
    state, error = _verdict(progress)
    GenerationRun.objects.filter(pk=run_id, state__in=OPEN_STATES).update(
        state=state, error=error, finished_at=timezone.now()
    )


def _verdict(progress: Progress) -> tuple[WorkState, str]:
    if not progress.failed:
        return WorkState.DONE, ""
    error = f"{progress.failed} of {progress.total} photos could not be coloured."
    return (WorkState.DONE if progress.done else WorkState.FAILED), error


def _enqueue(run: GenerationRun, ids: list[int] | None = None) -> None:
    """Queue the run's waiting rows in chunks; the claim names the task that each one waits for."""
    waiting = list(ids if ids is not None else run.colorizations.unsettled().values_list("pk", flat=True))
    size, queue = settings.COLORIZE_CHUNK, queue_of(run.colorizer.method)
    for start in range(0, len(waiting), size):
        chunk, task_id = waiting[start : start + size], str(uuid.uuid4())
        Colorization.objects.filter(pk__in=chunk, state=WorkState.QUEUED).update(claim=task_id)
        error = send("colorizers.tasks.colorize_chunk", run.pk, chunk, task_id=task_id, queue=queue)
        GenerationRun.objects.filter(pk=run.pk, state__in=OPEN_STATES).update(error=error)
        if error:
            break
    run.refresh_from_db()


def recover_abandoned(empty_queues: Collection[str] = ()) -> int:
    """Queue again what dead workers held: the picture they were at and the rest of its chunk.

    Of a queue that is empty, also what waits and was lost on its way.
    """
    settled = 0
    for run in GenerationRun.objects.filter(state__in=OPEN_STATES).select_related("colorizer"):
        dead = run.colorizations.filter(state=WorkState.RUNNING).claimable()
        dead_tasks = {claim.partition("/")[0] for claim in dead.values_list("claim", flat=True)}
        waiting = run.colorizations.filter(state=WorkState.QUEUED)
        if not (queue_of(run.colorizer.method) in empty_queues and _is_at_rest(run)):
            waiting = waiting.filter(claim__in=dead_tasks)
        ids = set(dead.values_list("pk", flat=True)) | set(waiting.values_list("pk", flat=True))
        if ids:
            _enqueue(run, sorted(ids))
        settled += len(ids)
        settle_run(run.pk)
    return settled


def _is_at_rest(run: GenerationRun) -> bool:
    """Whether nothing of the run was ordered or worked on for a while."""
    busy = Q(claimed_at__gte=silent_since()) | Q(finished_at__gte=silent_since())
    return run.created_at < silent_since() and not run.colorizations.filter(busy).exists()


def colorize_here(run: GenerationRun) -> GenerationRun:
    """Make a run's pictures in this process, without a queue: for tests and single machines."""
    ids = list(run.colorizations.unsettled().values_list("pk", flat=True))
    colorize_chunk(run.pk, ids, task_id=f"here-{uuid.uuid4()}")
    settle_run(run.pk)
    run.refresh_from_db()
    return run
