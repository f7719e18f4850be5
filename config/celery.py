"""The Celery application: coloring, importing and scoring work."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from config.processes import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("foolrate")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def give_signs_of_life(**_: Any) -> None:
    """A supervisor replaces a process that hangs."""
    pulse.begin()
