"""The Celery application: coloring, importing and scoring work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("foolrate")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
