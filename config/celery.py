"""The Celery application: coloring, importing and scoring work."""

import logging
import os
import threading
import time
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from django.conf import settings

from config import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

logger = logging.getLogger(__name__)

app = Celery("foolrate")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def give_signs_of_life(**_: Any) -> None:
    """A supervisor replaces a process that hangs."""
    pulse.begin()


@worker_ready.connect
def sweep_again_and_again(**_: Any) -> None:
    """Work that a killed process left is looked for while a worker runs, from when its claims have lapsed."""
    threading.Thread(target=_sweep, name="sweeps", daemon=True).start()


def _sweep() -> None:
    every = settings.CLAIM_SECONDS + 1
    while True:
        time.sleep(every)
        try:
            app.send_task("config.tasks.sweep", expires=every, retry=False)
        except Exception as error:
            # Whatever it was (mostly a Redis that is away), the next sweep comes.
            logger.warning("No sweep could be sent, the next is tried in %d s: %s", every, error)
