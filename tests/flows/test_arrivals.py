"""Fifty people at once, in processes of their own: cells stay balanced and quotas are kept to the person."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from studies.models import Participation, Response, Trial
from studies.services.participations import begin_participation
from tests.builders import launched_study
from tests.flows.test_worker_killed import database_url

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True), pytest.mark.database]

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, PEOPLE = 5, 10


@pytest.fixture(scope="module")
def processes(django_db_setup, django_db_blocker) -> Iterator[list[subprocess.Popen]]:
    """Five that are ready to take people to a study of any test."""
    with django_db_blocker.unblock():
        environment = os.environ | {"DATABASE_URL": database_url()}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.flows.arriving"], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    yield started
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def arrive_at_once(processes, idle_queue) -> Callable[..., Counter]:
    """Lets so many people in each of 5 processes go at the same moment; gives what became of them."""

    def say(line: str) -> None:
        for process in processes:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()

    def arrive(study, *wishes, people=PEOPLE) -> Counter:
        say(f"{study.slug} {people} {' '.join(wishes)}")
        for process in processes:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        say("go")
        said = [Counter(json.loads(process.stdout.readline())) for process in processes]
        return sum(said, Counter())

    return arrive


def cells(**which) -> Counter:
    return Counter(Trial.objects.filter(**which).values_list("photo_id", "condition__slug"))


def spread(counts: Counter) -> int:
    return max(counts.values()) - min(counts.values())


@pytest.mark.parametrize("allocation", ["mixed", "one_condition_per_participation"])
def test_cells_are_given_to_fifty_at_once_as_to_one_after_the_other(arrive_at_once, allocation):
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


def test_no_more_people_come_in_than_the_quota(arrive_at_once):
    study = launched_study(participant_quota=17)
    assert arrive_at_once(study) == {"begun": 17, "full": 33}
    assert Participation.objects.count() == 17
    assert spread(cells(kind="test")) <= 1


def test_twenty_at_once_for_the_last_five_places_get_five(arrive_at_once):
    study = launched_study(participant_quota=12)
    for _ in range(7):
        participation = begin_participation(study=study, source="person")
        Participation.objects.filter(pk=participation.pk).update(state="finished", finished_at=timezone.now())
    assert arrive_at_once(study, people=4) == {"begun": 5, "full": 15}
    assert Participation.objects.count() == 12


def test_no_more_people_come_into_an_arm_than_its_quota(arrive_at_once):
    study = launched_study(allocation="one_condition_per_participation", arm_quota=8)
    assert arrive_at_once(study) == {"begun": 16, "full": 34}
    arms = set(Trial.objects.filter(kind="test").values_list("participation", "condition__slug"))
    assert Counter(arm for _, arm in arms) == {"sepia": 8, "luminance-table": 8}


def test_spoiled_trials_of_fifty_at_once_are_each_repeated_once(arrive_at_once):
    study = launched_study(photos=20)
    assert arrive_at_once(study, "spoil") == {"begun": 50}
    assert Response.objects.filter(voided=True).count() == 50
    assert Trial.objects.filter(replaces__isnull=False).count() == 50
    valid = Trial.objects.filter(kind="test").exclude(response__voided=True)
    judged = Counter(valid.values_list("photo_id", "condition__slug"))
    assert set(Counter(condition for _, condition in judged.elements()).values()) == {200}
    # Not as even as before: what is given back last nobody arrives to take.
    assert spread(judged) <= 4
