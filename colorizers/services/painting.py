"""The worker's part: claim a colorization, paint it, keep the picture; never the same one twice."""

import enum
import logging
import platform
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from colorizers import images, inference, methods
from colorizers.methods import Method, ReferencePhoto, ReferenceSet
from colorizers.models import Colorization, Colorizer, GenerationRun, WorkState
from colorizers.services.stored_files import local_copy, sha256, store_once
from colorizers.signals import colorization_done

logger = logging.getLogger(__name__)

MAX_DEATHS = 3


class Outcome(enum.Enum):
    DONE = "done"
    FAILED = "failed"
    NOT_OURS = "settled before, or cancelled"
    BUSY = "in the hands of a worker that lives"


def colorize_chunk(run_id: int, ids: list[int], *, task_id: str) -> list[int]:
    """Paint these colorizations, one after the other; gives those that another living worker holds."""
    GenerationRun.objects.filter(pk=run_id, state=WorkState.QUEUED).update(state=WorkState.RUNNING)
    return [pk for pk in ids if colorize(pk, task_id=task_id) is Outcome.BUSY]


def colorize(colorization_id: int, *, task_id: str) -> Outcome:
    """Claim one colorization and paint it; a failure is written down and stops nothing else."""
    token = claim(colorization_id, task_id=task_id)
    if token is None:
        running = Colorization.objects.filter(pk=colorization_id, state=WorkState.RUNNING).exists()
        return Outcome.BUSY if running else Outcome.NOT_OURS
    colorization = Colorization.objects.select_related("photo", "colorizer").get(pk=colorization_id)
    if colorization.attempts > MAX_DEATHS:
        reason = f"The worker died {MAX_DEATHS} times while it coloured this photo; is there enough memory?"
        return _fail(colorization, token, reason)
    try:
        with signs_of_life(colorization_id, token):
            picture = paint(colorization)
    except Exception as error:
        # Whatever a method, a decoder or the disk comes up with spoils this one picture only.
        if not isinstance(error, inference.ColorizationFailed):
            logger.exception("Could not colour %s", colorization)
        return _fail(colorization, token, reason_of(error))
    return _finish(colorization, token, picture)


def claim(colorization_id: int, *, task_id: str) -> str | None:
    """Take a colorization that nobody alive holds; gives the token that stands for the claim."""
    token = f"{task_id}/{uuid.uuid4().hex[:12]}"
    taken = Colorization.objects.filter(pk=colorization_id).claimable().update(
        state=WorkState.RUNNING, claim=token, claimed_at=timezone.now(), attempts=F("attempts") + 1, error=""
    )  # fmt: skip
    return token if taken else None


@contextmanager
def signs_of_life(colorization_id: int, token: str) -> Iterator[None]:
    """Renew the claim while the block runs, so that a slow worker is not taken for a dead one."""
    finished = threading.Event()

    def renew() -> None:
        try:
            while not finished.wait(settings.CLAIM_SECONDS / 4):
                Colorization.objects.filter(pk=colorization_id, claim=token).update(claimed_at=timezone.now())
        finally:
            connections.close_all()

    thread = threading.Thread(target=renew, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


@dataclass(frozen=True)
class Picture:
    """A painted picture, stored, with all that is to be remembered about its making."""

    file: str
    digest: str
    seconds: float
    share_clipped: float
    provenance: dict[str, Any]


def paint(colorization: Colorization) -> Picture:
    """Colour the photo and store the file; raises ColorizationFailed, ValueError or OSError."""
    photo, colorizer = colorization.photo, colorization.colorizer
    rgb8 = photo.read_rgb()
    if images.pixel_digest(rgb8) != photo.digest:
        raise ValueError(f"The stored file {photo.file.name} no longer holds the photo that was imported.")
    loaded = load(colorizer.pk, colorizer.digest)
    source = inference.Source(photo.digest, seed=colorizer.seed, family=photo.source_digest)
    started = time.perf_counter()
    result = inference.colorize_rgb(
        rgb8,
        loaded.predict,
        source,
        working_size=loaded.method.working_size(colorizer.settings),
        promises_colour=loaded.method.promises_colour,
    )
    seconds = time.perf_counter() - started
    data = images.encode_png(result.rgb8)
    digest = sha256(data)
    file = store_once(
        f"catalogue/{digest[:2]}/{digest}.png", data, is_intact=lambda stored: sha256(stored) == digest
    )
    return Picture(file, digest, seconds, result.share_clipped, _provenance(colorization, loaded))


@dataclass(frozen=True)
class Loaded:
    """A colorizer ready to paint."""

    method: Method
    predict: inference.Predict
    reference_digest: str


@lru_cache(maxsize=8)
def load(colorizer_id: int, digest: str) -> Loaded:
    """The colorizer's predictor, loaded once in each worker process; the digest keys the cache."""
    colorizer = Colorizer.objects.select_related("reference_set").get(pk=colorizer_id, digest=digest)
    method = methods.get(colorizer.method)
    reference = None
    if colorizer.reference_set is not None:
        reference = ReferenceSet(
            [
                ReferencePhoto(photo.digest, photo.read_rgb, photo.source_digest)
                for photo in colorizer.reference_set.photos.all()
            ]
        )
    weights = local_copy(colorizer.weights, colorizer.weights_digest) if colorizer.weights else None
    predict = method.load(
        weights, colorizer.settings, settings.COLORIZE_DEVICE, reference, variant=colorizer.variant
    )
    return Loaded(method, predict, reference.digest() if reference else "")


def _provenance(colorization: Colorization, loaded: Loaded) -> dict[str, Any]:
    colorizer = colorization.colorizer
    libraries = {name: version(name) for name in ("numpy", "pillow")}
    for name in ("torch", "onnxruntime"):
        if name in sys.modules:
            libraries[name] = version(name)
    return {
        "photo": colorization.photo.digest,
        "colorizer": colorizer.digest,
        "method": colorizer.method,
        "variant": colorizer.variant,
        "settings": colorizer.settings,
        "weights": colorizer.weights_digest,
        "reference": loaded.reference_digest,
        "seed": colorizer.seed,
        "code": settings.VERSION,
        "device": settings.COLORIZE_DEVICE,
        "python": platform.python_version(),
        "libraries": libraries,
        "worker": platform.node(),
    }


@transaction.atomic
def _finish(colorization: Colorization, token: str, picture: Picture) -> Outcome:
    kept = Colorization.objects.filter(pk=colorization.pk, state=WorkState.RUNNING, claim=token).update(
        state=WorkState.DONE,
        error="",
        file=picture.file,
        digest=picture.digest,
        seconds=picture.seconds,
        share_clipped=picture.share_clipped,
        provenance=picture.provenance,
        finished_at=timezone.now(),
    )
    if not kept:
        return Outcome.NOT_OURS
    colorization.refresh_from_db()
    transaction.on_commit(lambda: _announce(colorization))
    return Outcome.DONE


def _announce(colorization: Colorization) -> None:
    # A receiver's failure is logged by Django; it is not the picture's.
    colorization_done.send_robust(sender=Colorization, colorization=colorization)


def _fail(colorization: Colorization, token: str, reason: str) -> Outcome:
    Colorization.objects.filter(pk=colorization.pk, state=WorkState.RUNNING, claim=token).update(
        state=WorkState.FAILED, error=reason, finished_at=timezone.now()
    )
    return Outcome.FAILED


def reason_of(error: Exception) -> str:
    """An exception as a sentence for people."""
    if isinstance(error, inference.ColorizationFailed | ValueError) and str(error):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"A file is missing: {error.filename or error}."
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
