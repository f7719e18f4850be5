"""People who arrive, spoil trials, come back and withdraw at the same moment never lock each other up."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random

import pytest
from django.db import connections

from studies.models import Participation, Response, Trial
from studies.recruiters._recruiter import Arrival
from studies.rules.payloads import Answer
from studies.services import lifecycle, participations, recruiting, screening, withdrawal
from studies.services.responses import NotNow, record_response
from tests.builders import launched_study

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

PEOPLE, STEPS = 6, 40
HIDDEN = [{"type": "visibility", "value": "hidden", "at": 1.0}]
TOUCH = screening.DisplayFacts(fits=True, touch_only=False, facts={})


def one_step(study, person, chance):
    ids = {"PROLIFIC_PID": f"p{person}", "SESSION_ID": str(chance.randrange(1000))}
    arrival = Arrival(person=f"p{person}", ids=ids)
    participation = recruiting.begin(study=study, arrival=arrival)
    what = chance.choice(["check", "go", "answer", "answer", "answer", "see", "withdraw", "close"])
    if what == "check":
        screening.record_display(participation=participation, display=TOUCH)
    elif what == "go":
        screening.go_on(participation)
    elif what == "answer":
        trial = Trial.objects.filter(participation=participation, response=None).order_by("number").first()
        if trial:
            answer = Answer(trial.key, 800.0, "mouse", [], 16.7, "row", HIDDEN, "1")
            # Somebody else was faster, or has withdrawn in the person's name.
            with suppress(NotNow):
                record_response(trial=trial, answer=answer)
    elif what == "see":
        participations.note_page_load(participation=participation, device={"a": 1})
    elif what == "withdraw" and chance.random() < 0.1:
        withdrawal.withdraw(participation)
    elif what == "close" and chance.random() < 0.2:
        lifecycle.pause(study=study)
        lifecycle.reopen(study=study)


def test_nobody_waits_for_ever_and_nothing_is_left_of_who_withdrew(idle_queue):
    study = launched_study(
        recruiter="prolific", recruiter_settings={"completed_code": "A"}, linked_group="g", photos=20,
        screening={"colour_vision": "off", "display": "record"},
    )  # fmt: skip

    def run(number):
        chance, faults = Random(number), []
        try:
            for _ in range(STEPS):
                try:
                    one_step(study, number % PEOPLE, chance)
                except (participations.StudyNotOpen, lifecycle.WrongState):
                    pass
                except Exception as error:
                    faults.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()
        return faults

    with ThreadPoolExecutor(max_workers=2 * PEOPLE) as pool:
        faults = [fault for found in pool.map(run, range(2 * PEOPLE)) for fault in found]
    assert faults == []
    assert Participation.objects.count() == PEOPLE
    gone = Participation.objects.filter(state="withdrawn")
    assert not Response.objects.filter(trial__participation__in=gone).exists()
    assert {str(one.device) + str(one.debrief) + str(one.screening) for one in gone} <= {"[]{}{}"}
    # What paying needs of them stays, under seal and for a time that is set.
    assert not gone.filter(ending=None).exists()
    assert not gone.filter(ending__keep_until=None).exists()
