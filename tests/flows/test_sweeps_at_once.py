"""Sweeps by real processes at the same moment, then a real worker: what they sent again is done once."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from colorizers.models import PhotoImport, PhotoSet, WorkState
from evaluation.models import Order, OrderKind, Population, Report
from studies.models import BlindingAudit, Study, StudyState
from studies.services import lifecycle
from tests.builders import DESIGN_SETTINGS, make_study
from tests.evaluation.cast import played_study
from tests.flows.test_worker_killed import ROOT, installation, wait_for, worker  # noqa: F401

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True), pytest.mark.database]

SWEEPS = 3
SWEEP = """
import sys
from config import tasks
tasks.empty_queues = lambda: ["cpu", "gpu"]  # each looks before any of the others has sent anything
print("ready", flush=True)
sys.stdin.readline()
tasks.sweep()
"""


def sweep_at_once(environment) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", SWEEP],
            cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(SWEEPS)
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        ends = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [code for _, code in ends] == [0] * SWEEPS, ends


def test_what_several_sweeps_send_again_is_done_once(ada, installation, worker):  # noqa: F811
    installation["BLINDING_AUDIT_PAIRS"] = "8"
    long_ago = timezone.now() - timedelta(minutes=5)
    # A report whose worker was killed, a launch whose process was killed, an import of a folder likewise.
    played = played_study(ada)
    played.crowd(4, {"l2": 0.3, "classes": 0.2})
    order = Order.objects.create(
        study=played.study, population=Population.PEOPLE, kind=OrderKind.REPORT, state=WorkState.RUNNING,
        seen_at=long_ago, attempt=1,
    )  # fmt: skip
    draft = make_study(vigilance=False, design_settings=DESIGN_SETTINGS | {"vigilance_share": 0})
    lifecycle.begin(study=draft, goal=lifecycle.LAUNCH)
    draft.preparation |= {"claim": "gone", "seen": long_ago.isoformat()}
    Study.objects.filter(pk=draft.pk).update(preparation=draft.preparation)
    lake = PhotoSet.objects.create(name="lake")
    imported = PhotoImport.objects.create(
        photo_set=lake, state=WorkState.RUNNING, total=9, claim="gone", claimed_at=long_ago
    )

    sweep_at_once(installation)
    imported.refresh_from_db()
    assert (imported.state, imported.files.count()) == (WorkState.FAILED, 0)
    assert imported.error.count("was interrupted") == 1

    with worker("one") as process:
        wait_for(
            lambda: (
                Order.objects.get().state == WorkState.DONE
                and Study.objects.get(pk=draft.pk).state == StudyState.LIVE
            ),
            seconds=180,
            what="the report and the launch",
        )
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)  # what was delivered more than once has had its turn
    order.refresh_from_db()
    assert order.report == Report.objects.get()
    assert order.attempt == 2  # taken once more, whatever the number of messages
    assert BlindingAudit.objects.filter(study=draft).count() == 1
