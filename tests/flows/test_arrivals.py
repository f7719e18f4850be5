"""Fifty people at once, in processes of their own: cells stay balanced and quotas are kept to the person."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from studies.models import Participation, Response, Trial
from tests.builders import launched_study
from tests.flows.test_worker_killed import database_url

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, PEOPLE = 5, 10


def arrive_at_once(study, *wishes) -> Counter:
    """What became of 50 people in 5 processes that were let go at the same moment."""
    command = [sys.executable, "-m", "tests.flows.arriving", study.slug, str(PEOPLE), *wishes]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"DATABASE_URL": database_url()}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=120)[0].splitlines() for process in processes]
    finally:
        for process in processes:
            process.kill()
    return Counter(outcome for lines in said for outcome in lines)


def cells(**which) -> Counter:
    return Counter(Trial.objects.filter(**which).values_list("photo_id", "condition__slug"))


def spread(counts: Counter) -> int:
    return max(counts.values()) - min(counts.values())


@pytest.mark.parametrize("allocation", ["mixed", "one_condition_per_participation"])
def test_cells_are_given_to_fifty_at_once_as_to_one_after_the_other(idle_queue, allocation):
    study = launched_study(allocation=allocation)
    assert arrive_at_once(study) == {"begun": 50}
    judged = cells(kind="test")
    assert (len(judged), judged.total()) == (24, 400)
    assert spread(judged) <= 1
    assert spread(Counter(condition for _, condition in judged.elements())) == 0
    corners = Counter(
        Trial.objects.filter(kind="test").values_list("photo_id", "condition__slug", "arrangement")
    )
    assert spread(corners) <= 3


def test_no_more_people_come_in_than_the_quota(idle_queue):
    study = launched_study(participant_quota=17)
    assert arrive_at_once(study) == {"begun": 17, "full": 33}
    assert Participation.objects.count() == 17
    assert spread(cells(kind="test")) <= 1


def test_no_more_people_come_into_an_arm_than_its_quota(idle_queue):
    study = launched_study(allocation="one_condition_per_participation", arm_quota=8)
    assert arrive_at_once(study) == {"begun": 16, "full": 34}
    arms = set(Trial.objects.filter(kind="test").values_list("participation", "condition__slug"))
    assert Counter(arm for _, arm in arms) == {"sepia": 8, "luminance-table": 8}


def test_spoiled_trials_of_fifty_at_once_are_each_repeated_once(idle_queue):
    study = launched_study(photos=20)
    assert arrive_at_once(study, "spoil") == {"begun": 50}
    assert Response.objects.filter(voided=True).count() == 50
    assert Trial.objects.filter(replaces__isnull=False).count() == 50
    valid = Trial.objects.filter(kind="test").exclude(response__voided=True)
    judged = Counter(valid.values_list("photo_id", "condition__slug"))
    assert set(Counter(condition for _, condition in judged.elements()).values()) == {200}
    # Not as even as before: what is given back last nobody arrives to take.
    assert spread(judged) <= 4
