from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from studies.models import Participation, Response
from studies.rules.payloads import Answer
from studies.services import lifecycle
from studies.services.participations import begin_participation
from studies.services.responses import CODE_LETTERS, NotNow, record_response
from tests.builders import launched_study

pytestmark = pytest.mark.database


def an_answer(side="left"):
    return Answer(
        answer=side, rt_ms=812.4, input="mouse", frames=[], refresh_ms=16.7, layout="row", events=[],
        runner="1.0.0",
    )  # fmt: skip


def test_the_first_answer_stays(trial):
    first, created = record_response(trial=trial, answer=an_answer("left"))
    again, created_again = record_response(trial=trial, answer=an_answer("right"))
    assert (created, created_again) == (True, False)
    assert again.pk == first.pk
    assert Response.objects.get().answer == "left"


def test_trials_are_answered_in_their_order(participation):
    second = participation.trials.get(number=2)
    with pytest.raises(NotNow, match="Trial 1 comes before trial 2"):
        record_response(trial=second, answer=an_answer())


def test_the_last_answer_finishes(participation, finish):
    finish(participation)
    assert participation.state == "finished"
    assert participation.finished_at is not None
    assert len(participation.completion_code) == 10
    assert set(participation.completion_code) <= set(CODE_LETTERS)


def test_the_studys_own_code_is_used_where_it_has_one(db, idle_queue, finish):
    study = launched_study(completion_code="C0DE")
    participation = begin_participation(study=study, source="person")
    finish(participation)
    assert participation.completion_code == "C0DE"


def test_a_closed_study_takes_no_answers(study, trial):
    lifecycle.close(study=study)
    with pytest.raises(NotNow, match="closed"):
        record_response(trial=trial, answer=an_answer())


def test_a_repeated_answer_is_given_back_even_when_all_is_over(study, trial):
    record_response(trial=trial, answer=an_answer())
    lifecycle.close(study=study)
    assert record_response(trial=trial, answer=an_answer("right"))[1] is False


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_is_recorded(idle_queue):
    participation = begin_participation(study=launched_study(), source="person")
    pk = participation.trials.get(number=1).pk

    def post(side):
        from studies.models import Trial

        try:
            return record_response(trial=Trial.objects.get(pk=pk), answer=an_answer(side))[1]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=8) as pool:
        created = list(pool.map(post, ["left", "right"] * 8))
    assert sum(created) == 1
    assert Response.objects.count() == 1
    assert Participation.objects.get().state == "started"
