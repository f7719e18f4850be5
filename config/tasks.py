"""What is done every few seconds while a worker runs: abandoned work is settled, expired facts are erased."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from kombu.exceptions import KombuError
from redis import RedisError

from colorizers.services import catalogue, delivering, importing
from config.celery import app
from evaluation.services import orders, scores
from studies.services import endings, lifecycle

QUEUES = ("cpu", "gpu")

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Settle what nobody works on; two sweeps at once do no harm.

    What waits is sent again only where the queue is empty: behind others it is not lost but late.
    """
    empty = empty_queues()
    recovered = catalogue.recover_abandoned(empty)
    if "cpu" in empty:
        recovered += importing.recover_abandoned_imports()
        recovered += delivering.recover_abandoned_imports()
        recovered += lifecycle.recover_abandoned()
        recovered += orders.recover_abandoned()
        recovered += scores.order_lost()
    # A date that has come is acted on whether or not anybody opens the payment list again.
    if forgotten := endings.forget_expired():
        logger.info("What payment needed of %d people was erased: its date has passed.", forgotten)
    if recovered:
        logger.info("%d pieces of work that nobody was at were sent again or settled.", recovered)


def empty_queues() -> list[str]:
    """The queues in which nothing waits; none if they cannot be asked."""
    try:
        with app.connection_for_write() as connection:
            channel: Any = connection.default_channel  # of the Redis transport: it knows its sizes
            return [queue for queue in QUEUES if not channel._size(queue)]
    except (KombuError, RedisError, OSError):
        return []
