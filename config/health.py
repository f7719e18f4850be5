"""Whether this installation works: a page for supervisors, and one for all the services behind it."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import KombuError
from redis import RedisError

from config.celery import app
from config.processes import redis

OK = "ok"
NEEDED_MB = 200
# Asking the workers takes up to a second: nobody may make the site ask all the time.
ASKED_AGAIN_AFTER = 5


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when answers can be taken: the database answers, and the disk has room."""
    return _page({"database": _database(), "disk": _disk()})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything works, Redis and workers included; which is missing, without details."""
    known: dict[str, str] | None = cache.get("config.health.ready")
    if known is None:
        known = {"redis": _redis(), "workers": _workers()}
        cache.set("config.health.ready", known, ASKED_AGAIN_AFTER)
    return _page({"database": _database(), "disk": _disk(), **known})


def _page(found: dict[str, str]) -> JsonResponse:
    good = all(what == OK for what in found.values())
    return JsonResponse({"status": OK if good else "failing", **found}, status=200 if good else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "does not answer"
    return OK


def _disk() -> str:
    free = shutil.disk_usage(settings.FOOLRATE_DATA).free / 2**20
    return OK if free >= NEEDED_MB else f"full: less than {NEEDED_MB} MB are free"


def _redis() -> str:
    return OK if redis.answers(settings.REDIS_URL) else "does not answer"


def _workers() -> str:
    try:
        there = redis.answers(settings.REDIS_URL) and app.control.ping(timeout=1.0, limit=1)
        return OK if there else "none answers"
    except (KombuError, RedisError, OSError):
        return "none answers"
