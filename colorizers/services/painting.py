"""The worker's part: claim colorizations, paint them, keep the pictures; never the same one twice."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from colorizers.models import Colorization, Colorizer, GenerationRun, WorkState
from colorizers.pictures import images, inference
from colorizers.pictures.colour import RGB8
from colorizers.pictures.pipeline import Finished, Job, Limits, colorize_many
from colorizers.services.claims import SignsOfLife, claim
from colorizers.services.loading import Loaded, load, provenance, read_intact
from colorizers.services.stored_files import sha256, store_once
from colorizers.signals import colorizations_done

logger = logging.getLogger(__name__)

MAX_DEATHS = 3
TOO_MANY_DEATHS = f"The worker died {MAX_DEATHS} times while it coloured this photo; is there enough memory?"


def colorize_chunk(run_id: int, ids: list[int], *, task_id: str) -> list[int]:
    """Paint these colorizations; gives those that another living worker holds.

    A failure is written down and stops nothing else. What no worker has begun before goes through a
    pipeline together; what a worker may have died of is painted alone, so that it takes no other down.
    """
    GenerationRun.objects.filter(pk=run_id, state=WorkState.QUEUED).update(state=WorkState.RUNNING)
    with SignsOfLife() as signs:
        left = _Round(task_id, signs, untried=True).paint(ids)
        alone = _Round(task_id, signs, untried=False)
        left = [pk for pk in left if alone.paint([pk])]
    busy = Colorization.objects.filter(pk__in=left, state=WorkState.RUNNING)
    return list(busy.values_list("pk", flat=True))


@dataclass(frozen=True)
class Held:
    """A colorization that this worker has claimed, and the token of the claim."""

    row: Colorization
    token: str


class _Round:
    """Claims and paints one list of colorizations, those of each colorizer together."""

    def __init__(self, task_id: str, signs: SignsOfLife, *, untried: bool) -> None:
        self.task_id, self.signs, self.untried = task_id, signs, untried

    def paint(self, ids: list[int]) -> list[int]:
        """Paint what can be claimed; gives the rest."""
        rows = dict(Colorization.objects.filter(pk__in=ids).values_list("pk", "colorizer_id"))
        left: list[int] = []
        for colorizer_id in dict.fromkeys(rows.values()):
            claimed = self._claims([pk for pk in ids if rows.get(pk) == colorizer_id], left)
            first = next(claimed, None)
            if first is not None:
                # Only what is claimed counts as a death if loading the colorizer kills the worker.
                self._paint_with(first.row.colorizer, chain([first], claimed))
        return left

    def _claims(self, ids: list[int], left: list[int]) -> Iterator[Held]:
        for pk in ids:
            token = claim(pk, task_id=self.task_id, untried=self.untried)
            if token is None:
                left.append(pk)
                continue
            self.signs.hold(pk, token)
            held = Held(Colorization.objects.select_related("photo", "colorizer").get(pk=pk), token)
            if held.row.attempts > MAX_DEATHS:
                self._fail(held, TOO_MANY_DEATHS)
            else:
                yield held

    def _paint_with(self, colorizer: Colorizer, claimed: Iterable[Held]) -> None:
        try:
            loaded = load(colorizer.pk, colorizer.digest)
        except Exception as error:
            logger.exception("Could not load %s", colorizer)
            for held in claimed:
                self._fail(held, reason_of(error))
            return
        for done in paint(claimed, loaded):
            if done.error is None:
                self._finish(done.job.name, done.kept, loaded)
                continue
            # Whatever a method, a decoder or the disk comes up with spoils this one picture only.
            if not isinstance(done.error, inference.ColorizationFailed):
                logger.error("Could not colour %s", done.job.name.row, exc_info=done.error)
            self._fail(done.job.name, reason_of(done.error))

    def _finish(self, held: Held, picture: "Picture", loaded: Loaded) -> None:
        _finish(held, picture, provenance(held.row, loaded))
        self.signs.release(held.token)

    def _fail(self, held: Held, reason: str) -> None:
        Colorization.objects.filter(pk=held.row.pk, state=WorkState.RUNNING, claim=held.token).update(
            state=WorkState.FAILED, error=reason, finished_at=timezone.now()
        )
        self.signs.release(held.token)


@dataclass(frozen=True)
class Picture:
    """A painted picture, stored."""

    file: str
    digest: str
    seconds: float
    share_clipped: float


def paint(claimed: Iterable[Held], loaded: Loaded) -> Iterator[Finished]:
    """Colour the photos and store the files; claims are drawn as there is room for them."""
    return colorize_many(
        map(_job, claimed),
        loaded.predict,
        working_size=loaded.working_size,
        promises_colour=loaded.method.promises_colour,
        limits=Limits(batch=settings.COLORIZE_BATCH, threads=settings.COLORIZE_THREADS),
    )


def _job(held: Held) -> Job:
    photo, colorizer = held.row.photo, held.row.colorizer
    read: Callable[[], RGB8] = partial(read_intact, photo)
    return Job(
        name=held,
        source=inference.Source(photo.digest, seed=colorizer.seed, family=photo.source_digest),
        pixels=photo.width * photo.height,
        read=read,
        keep=keep,
    )


def keep(result: inference.ColorizedPicture, seconds: float) -> Picture:
    """Store the picture under its content's name, in a thread without database."""
    data = images.encode_png(result.rgb8)
    digest = sha256(data)
    file = store_once(
        f"catalogue/{digest[:2]}/{digest}.png", data, is_intact=lambda stored: sha256(stored) == digest
    )
    return Picture(file, digest, seconds, result.share_clipped)


@transaction.atomic
def _finish(held: Held, picture: Picture, record: dict[str, Any]) -> bool:
    row = held.row
    kept = Colorization.objects.filter(pk=row.pk, state=WorkState.RUNNING, claim=held.token).update(
        state=WorkState.DONE,
        error="",
        file=picture.file,
        digest=picture.digest,
        seconds=picture.seconds,
        share_clipped=picture.share_clipped,
        provenance=record,
        finished_at=timezone.now(),
    )
    if kept:
        row.refresh_from_db()
        transaction.on_commit(lambda: _announce(row))
    return bool(kept)


def _announce(colorization: Colorization) -> None:
    # A receiver's failure is logged by Django; it is not the picture's.
    colorizations_done.send_robust(sender=Colorization, colorizations=[colorization])


def reason_of(error: Exception) -> str:
    """An exception as a sentence for people."""
    if isinstance(error, inference.ColorizationFailed | ValueError) and str(error):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"A file is missing: {error.filename or error}."
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
