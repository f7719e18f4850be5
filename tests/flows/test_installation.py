"""A whole installation: what its logs keep, and what it does when its processes are killed."""

import os
import re
import signal

import httpx
import pytest

from studies.models import Response, Study
from tests.builders import launched_study
from tests.installation import Visitor, installation, until

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True)]

PERSON, SESSION = "5f3c9e1ab2d4c6e8f0a1b2c3", "64aa00bb11cc22dd33ee44ff"
ADDRESS = "203.0.113.77"
PROLIFIC = {"completed_code": "DONE"}


@pytest.fixture
def running(own_media, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    own_media.mkdir(parents=True, exist_ok=True)
    (data / "media").symlink_to(own_media, target_is_directory=True)
    # One web process on PostgreSQL, too: with two, the other one would answer.
    with installation(data, TRUSTED_PROXIES="1", HTTPS="0", WEB_PROCESSES="1") as found:
        yield found


def test_killed_processes_come_back_and_answers_are_taken_meanwhile(idle_queue, running):
    study = launched_study(voiding={"repeat": False})
    person = Visitor(running.address, f"/s/{study.slug}/")
    trials = iter(person.trials())
    acknowledged = []

    def answer() -> None:
        trial = next(trials)
        try:
            reply = person.answer(trial)
        except httpx.TransportError:  # a connection that died with the server; the runner asks again, too
            reply = person.answer(trial)
        assert reply.status_code in {200, 201}
        acknowledged.append(trial["code"])

    answer()
    for word in ("redis-server", "config.web.server", "celery"):
        (victim,) = running.processes(word)
        os.killpg(victim.pid, signal.SIGKILL)
        answer()
        answer()
        until(
            lambda word=word, dead=victim.pid: [p.pid for p in running.processes(word)] not in ([], [dead]),
            seconds=30,
            what=f"another {word}",
        )
    kept = [str(code) for code in Response.objects.values_list("trial__code", flat=True)]
    assert sorted(kept) == sorted(acknowledged)
    said = (running.data / "logs" / "console.log").read_text()
    for name in ("redis", "web", "worker"):
        assert f"The {name} ended (killed by SIGKILL); starting it again at once." in said


def test_the_logs_hold_nothing_that_leads_to_a_person(idle_queue, running):
    study = launched_study(recruiter="prolific", recruiter_settings=PROLIFIC)
    query = f"PROLIFIC_PID={PERSON}&STUDY_ID=61aa&SESSION_ID={SESSION}"
    with httpx.Client(headers={"X-Forwarded-For": ADDRESS}) as passer_by:
        for path in (
            f"/s/nowhere/?{query}",
            f"/s/{study.slug}/?PROLIFIC_PID={PERSON}",
            f"/nothing/{PERSON}/?{query}",
        ):
            assert passer_by.get(f"{running.address}{path}").status_code in {400, 404}
    person = Visitor(running.address, f"/s/{study.slug}/?{query}")
    trial = person.trials()[0]
    assert person.answer(trial).status_code == 201
    assert person.answer(trial, value="neither").status_code == 400
    # A row that breaks a page, so that a traceback is logged.
    Study.objects.filter(pk=study.pk).update(design="no-such-design")
    assert person.client.get(f"/p/{person.code}/state/?{query}").status_code == 500
    until(lambda: "Traceback" in running.said(), seconds=10, what="the traceback")
    said = running.said()
    assert re.search(r"access [0-9a-f]{6} POST /t/<uuid:code>/response/ 201 \d+ B \d+ ms", said)
    for secret in (
        PERSON,
        SESSION,
        person.code,
        person.code.replace("-", ""),
        trial["code"],
        ADDRESS,
        "PROLIFIC_PID",
    ):
        assert secret not in said, [line for line in said.splitlines() if secret in line][:3]
