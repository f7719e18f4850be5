"""Scores: every metric of a colorization, on the pixels as participants see them."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

import numpy as np
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from kombu.exceptions import OperationalError
from PIL import Image
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from colorizers.models import Colorization, Photo, PhotoSet, WorkState
from colorizers.pictures.colour import RGB8
from colorizers.pictures.images import render_stimulus
from evaluation import metrics
from evaluation.models import Score
from evaluation.reading.files.measuring import measure_pair
from studies.models import Condition, Study

LOST_SECONDS = 600  # after which a picture without scores is ordered again

USUAL_PX = 256
"""Side at which every colorization is scored, so that scores of different studies compare."""

logger = logging.getLogger(__name__)


class NoTruth(ValueError):
    """The colorization is of a photograph without colour, with which no colours can be compared."""


class NotYetPainted(ValueError):
    """The colorization has no picture that could be scored."""


def served_size(photo: Photo, image_px: int) -> int:
    """Side of the square in which a photo is compared: `image_px`, or less where the photo is smaller."""
    return min(image_px, photo.width, photo.height)


def sizes_for(colorization: Colorization) -> list[int]:
    """The sides at which a colorization needs scores: the usual one, and that of each study that shows it."""
    wanted = Condition.objects.filter(colorizer=colorization.colorizer_id).values_list(
        "study__image_px", flat=True
    )
    return sorted({served_size(colorization.photo, px) for px in (USUAL_PX, *wanted)})


def score_colorization(colorization: Colorization) -> int:
    """Compute and store what scores are missing; gives how many pictures were measured.

    Doing it twice, also at once in two workers, leaves one row a metric and size. Raises NoTruth for a
    photograph without colour, and NotYetPainted.
    """
    if colorization.photo.is_monochrome:
        raise NoTruth(f"“{colorization}” cannot be scored: the true colours of the photo are unknown.")
    if colorization.state != WorkState.DONE:
        raise NotYetPainted(
            f"“{colorization}” is {colorization.get_state_display()}: it has no picture to score."
        )
    there = _complete_sizes(Colorization.objects.filter(pk=colorization.pk))[colorization.pk]
    missing = [px for px in sizes_for(colorization) if px not in there]
    if not missing:
        return 0
    real, fake = _pixels(colorization.photo.file), _pixels(colorization.file)
    for px in missing:
        _store(colorization, px, measure_pair(render_stimulus(real, px), render_stimulus(fake, px)))
    return len(missing)


def colorizations_to_score(
    photo_set: PhotoSet | None = None, study: Study | None = None
) -> Iterator[Colorization]:
    """Finished colorizations that lack a score, of one photo set, of what one study shows, or of all."""
    done = Colorization.objects.filter(state=WorkState.DONE, photo__is_monochrome=False).order_by("pk")
    if photo_set is not None:
        done = done.filter(photo__photo_sets=photo_set)
    if study is not None:
        done = done.filter(
            photo__in=study.study_photos.values("photo"), colorizer__in=study.conditions.values("colorizer")
        )
    there = _complete_sizes(done)
    sizes: dict[int, set[int]] = defaultdict(lambda: {USUAL_PX})
    for colorizer, px in Condition.objects.values_list("colorizer", "study__image_px").distinct():
        sizes[colorizer].add(px)
    for colorization in done.select_related("photo", "colorizer"):
        needed = {served_size(colorization.photo, px) for px in sizes[colorization.colorizer_id]}
        if needed - there[colorization.pk]:
            yield colorization


def order_scores(colorizations: Iterable[Colorization]) -> int:
    """Have a worker score these; gives how many were ordered, 0 where no queue can be reached.

    Scores are never urgent: `manage.py score` computes whatever an order lost.
    """
    waiting = [colorization for colorization in colorizations if not colorization.photo.is_monochrome]
    if not waiting or not _queue_answers():
        return 0
    for ordered, colorization in enumerate(waiting):
        try:
            current_app.send_task("evaluation.tasks.score_colorization", (colorization.pk,))
        except OperationalError as error:
            logger.warning("The queue was lost after %d orders of scores: %s", ordered, error)
            return ordered
    return len(waiting)


def order_lost() -> int:
    """Order the scores whose order was lost; seldom, as a picture that cannot be scored stays without."""
    now = timezone.now()
    if not cache.add("evaluation.scores.order_lost", 1, timeout=LOST_SECONDS):
        return 0
    lately = Colorization.objects.filter(
        state=WorkState.DONE,
        photo__is_monochrome=False,
        finished_at__range=(now - timedelta(days=7), now - timedelta(seconds=LOST_SECONDS)),
        scores=None,
    )
    return order_scores(lately.select_related("photo")[:500])


def _queue_answers() -> bool:
    """Whether the queue can be reached; asked first, as giving up an order takes Celery several seconds."""
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, retry=Retry(NoBackoff(), retries=0)
        ) as queue:
            queue.ping()
    except RedisError as error:
        logger.warning("Scores were not ordered, the queue cannot be reached: %s", error)
        return False
    return True


def _complete_sizes(colorizations: QuerySet[Colorization]) -> dict[int, set[int]]:
    """The sides at which every metric is there, by colorization."""
    sizes: dict[int, set[int]] = defaultdict(set)
    counted = (
        Score.objects.filter(colorization__in=colorizations.order_by(), metric__in=metrics.names())
        .values_list("colorization", "image_px")
        .annotate(n=Count("pk"))
    )
    for colorization, px, n in counted:
        if n == len(metrics.names()):
            sizes[colorization].add(px)
    return sizes


def _store(colorization: Colorization, image_px: int, values: dict[str, float]) -> None:
    if any(math.isnan(value) for value in values.values()):
        raise ArithmeticError(f"A metric of “{colorization}” is not a number: {values}")
    rows = [
        Score(
            colorization=colorization,
            metric=metric,
            image_px=image_px,
            value=value if math.isfinite(value) else None,
        )
        for metric, value in sorted(values.items())
    ]
    Score.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["colorization", "metric", "image_px"],
        update_fields=["value"],
    )


def _pixels(file: FieldFile) -> RGB8:
    with file.open("rb") as stream, Image.open(stream) as image:
        return np.asarray(image.convert("RGB"))
