"""What a worker does: fetch, call one service, and come again for what others still hold."""

from typing import Any

from celery import Task, shared_task
from celery.signals import worker_init
from django.conf import settings
from django.db import OperationalError

from colorizers.services import (
    catalogue,
    delivering,
    devices,
    importing,
    painting,
)


@shared_task(bind=True, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=None)
def colorize_chunk(self: Task[Any, Any], run_id: int, ids: list[int]) -> None:
    busy = painting.colorize_chunk(run_id, ids, task_id=self.request.id or "")
    catalogue.settle_run(run_id)
    if busy:
        # Delivered twice: the other worker may finish them, or fall silent.
        raise self.retry(args=(run_id, busy), countdown=settings.CLAIM_SECONDS / 2)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=8)
def import_upload(import_id: int) -> None:
    if not importing.continue_upload(import_id):
        # In steps, so that no task outlives the time after which the queue takes its worker for dead.
        import_upload.delay(import_id)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=8)
def look_at_pictures(import_id: int) -> None:
    if not delivering.continue_upload(import_id):
        look_at_pictures.delay(import_id)


@worker_init.connect
def count_gpus(**_: Any) -> None:
    """Ask once, before the processes are forked that would each ask again."""
    if settings.COLORIZE_DEVICE in {"auto", "cuda"}:
        devices.gpus()
