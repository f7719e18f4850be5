"""For other scripts here: an installation of their own with a live study, and people who answer in it."""

import http.client
import json
import logging
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
PHOTOS = 90
NO_LIMITS = dict.fromkeys(("LIMIT_ADDRESS", "LIMIT_BEGINNINGS", "LIMIT_VISITS", "LIMIT_PARTICIPATION"), "0")
STUDY = {
    "design_settings": {"practice_trials": 2, "test_trials": 60, "vigilance_share": 0.1},
    "planned_participants": 100_000,
    "voiding": {"repeat": False},
}


def use(data, database=""):
    """Make this process one of the installation with that data folder (and database): before anything of Django."""
    os.environ |= {
        "FOOLRATE_DATA": str(data), "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings",
        "REDIS_URL": "", "BLINDING_AUDIT_PAIRS": "0", "SECRET_KEY": "of-a-benchmark-" * 4, **NO_LIMITS,
    }  # fmt: skip
    data.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()


def launch(**fields):
    """A live study in a new database: 90 small photos, 60 test trials a person."""
    from django.core.management import call_command

    from tests.builders import make_photo_set, newly_launched_study

    print("preparing a study ...", file=sys.stderr, flush=True)
    call_command("migrate", verbosity=0)
    logging.disable(logging.WARNING)  # No worker hears of what is ordered here; nothing of it is needed.
    study = newly_launched_study(photo_set=make_photo_set(PHOTOS), **STUDY | fields)
    logging.disable(logging.NOTSET)
    return study


class Line:
    """A participant's connection, kept open: answers leave with as little work as possible."""

    def __init__(self, visitor):
        where = urlsplit(str(visitor.client.base_url))
        self._connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items())
        self._headers = {
            "Content-Type": "application/json", "Cookie": cookies, "Origin": f"http://{where.netloc}",
            "X-CSRFToken": visitor.client.headers["X-CSRFToken"],
        }  # fmt: skip

    def answer(self, trial):
        """The status that the answer to this trial got."""
        body = {
            "answer": trial["answers"][0]["value"], "rt_ms": 700.0, "input": "keyboard", "frames": [],
            "refresh_ms": 16.7, "layout": "row", "events": [], "runner": "1.0.0", "shown_before": 0,
        }  # fmt: skip
        self._connection.request("POST", f"/t/{trial['code']}/response/", json.dumps(body), self._headers)
        reply = self._connection.getresponse()
        reply.read()
        return reply.status
