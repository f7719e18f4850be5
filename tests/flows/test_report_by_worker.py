"""A report by a real worker over a real queue; where one fell silent another makes it, and makes it once."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from colorizers.models import WorkState
from evaluation.models import Order, OrderKind, Report
from tests.evaluation.cast import played_study
from tests.flows.test_worker_killed import ROOT, installation, wait_for, worker  # noqa: F401

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True), pytest.mark.database]

ORDER = """
from evaluation.services import orders
from evaluation.models import OrderKind, Population
from studies.models import Study
study = Study.objects.get()
orders.place_order(study=study, population=Population.PEOPLE, kind=OrderKind.REPORT)
"""


def state() -> str:
    return Order.objects.get().state


def test_an_order_whose_worker_fell_silent_is_made_by_the_next_one_once(ada, installation, worker):  # noqa: F811
    played_study(ada).crowd(4, {"l2": 0.3, "classes": 0.2})
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", ORDER],
        cwd=ROOT, env=installation, check=True, capture_output=True,
    )  # fmt: skip
    assert state() == WorkState.QUEUED
    # As a worker leaves it that was killed a while ago: taken, and silent since.
    long_ago = timezone.now() - timedelta(minutes=5)
    Order.objects.update(state=WorkState.RUNNING, seen_at=long_ago, stage="Reading the answers")

    with worker("second") as second:
        wait_for(lambda: state() == WorkState.DONE, seconds=120, what="the report")
        os.killpg(second.pid, signal.SIGTERM)
    order = Order.objects.get()
    assert order.report == Report.objects.get()
    assert (order.kind, order.error) == (OrderKind.REPORT, "")
