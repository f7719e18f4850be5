"""The Celery application: coloring, importing and scoring work."""

import contextlib
import os
import threading
import time
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from django.conf import settings
from kombu.exceptions import KombuError
from redis import RedisError

from config.processes import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

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
        # Without Redis there is no worker to send; the next sweep comes.
        with contextlib.suppress(KombuError, RedisError, OSError):
            app.send_task("config.tasks.sweep", expires=every, retry=False)
