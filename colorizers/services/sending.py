"""Handing a task to the queue, or saying in words that the queue cannot be reached.

Tasks are sent by name: they call services, so that services import none of them.
"""

from typing import Any

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError


def send(task: str, *args: Any, task_id: str | None = None, queue: str | None = None) -> str:
    """Queue the task of this name; returns an empty text, or the sentence that says why it was not queued."""
    try:
        current_app.send_task(
            task,
            args,
            task_id=task_id,
            queue=queue,
            retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5},
        )
    except (OperationalError, OSError) as error:
        why = str(error).rstrip(".")
        return (
            f"The task queue (Redis at {_address()}) cannot be reached: {why}. Nothing is lost: it is sent "
            "when Redis and a worker answer again."
        )
    return ""


def _address() -> str:
    """The queue's address without its password."""
    scheme, _, rest = settings.REDIS_URL.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
