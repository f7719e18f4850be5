"""What is done every few seconds while a worker runs: what a killed process left goes on or is settled."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from kombu.exceptions import KombuError
from redis import RedisError

import colorizers.services
from config.celery import app
from evaluation.services import orders, scores
from studies.services import lifecycle

QUEUES = ("cpu", "gpu")

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Settle what nobody works on; two sweeps at once do no harm.

    What waits is sent again only where the queue is empty: behind others it is not lost but late.
    """
    empty = empty_queues()
    recovered = colorizers.services.recover_abandoned(empty)
    if "cpu" in empty:
        recovered += colorizers.services.recover_abandoned_imports()
        recovered += lifecycle.recover_abandoned()
        recovered += orders.recover_abandoned()
        recovered += scores.order_lost()
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
