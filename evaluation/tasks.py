"""Work of the concluding side that a worker does."""

from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db import OperationalError

from colorizers.models import Colorization, WorkState


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def score_colorization(colorization_id: int) -> None:
    """Score one colorization; one that is gone, not done any more or without truth needs no scores."""
    from evaluation.services import scores

    colorization = (
        Colorization.objects.select_related("photo", "colorizer")
        .filter(pk=colorization_id, state=WorkState.DONE, photo__is_monochrome=False)
        .first()
    )
    if colorization is not None:
        scores.score_colorization(colorization)


@shared_task(bind=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=None)
def fulfil_order(self: Task[Any, Any], order_id: int) -> None:
    """Make the report or export that was ordered, in steps that no queue takes for a dead worker's."""
    from evaluation.services import (
        makers,
        orders,
    )

    outcome = orders.fulfil(order_id, makers.MAKERS)
    if outcome == orders.Outcome.UNFINISHED:
        fulfil_order.delay(order_id)
    elif outcome == orders.Outcome.BUSY:
        # Delivered twice: the other worker may finish it, or fall silent.
        raise self.retry(countdown=settings.CLAIM_SECONDS / 2)
