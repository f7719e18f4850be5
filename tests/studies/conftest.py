"""A live study and someone who has begun it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from studies.services.participations import begin_participation, note_page_load
from tests.builders import launched_study, shown_as_planned


@pytest.fixture
def study(db, idle_queue):
    return launched_study()


@pytest.fixture
def participation(study):
    return begin_participation(study=study, source="person")


@pytest.fixture
def trial(participation):
    """The first open trial."""
    return participation.trials.order_by("number").first()


@pytest.fixture
def later(monkeypatch):
    """Let time go by: `later(seconds)` puts the server's clock forward."""
    gone_by = timedelta()
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + gone_by)

    def wait(seconds):
        nonlocal gone_by
        gone_by += timedelta(seconds=seconds)

    return wait


@pytest.fixture
def answer(client, later):
    """Post an answer to a trial as the runner does, after the time that it takes to see it."""

    def post(trial, *, seconds=6, **changes):
        later(seconds)
        frames = shown_as_planned(trial.spec["frames"])
        payload = {"answer": "left", "rt_ms": 812.4, "input": "keyboard", "frames": frames, "events": []}
        return client.post(
            f"/t/{trial.code}/response/", json.dumps(payload | changes), content_type="application/json"
        )

    return post


@pytest.fixture
def finish(answer):
    """Load the page and answer everything that is open, each as the key says or not."""

    def go(participation, *, right=True, seconds=6):
        note_page_load(participation=participation, device={"user_agent": "a browser"})
        for trial in participation.trials.filter(response=None).order_by("number"):
            other = "right" if trial.key == "left" else "left"
            assert answer(trial, answer=trial.key if right else other, seconds=seconds).status_code == 201
        participation.refresh_from_db()

    return go
