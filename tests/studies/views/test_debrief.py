"""After the last trial: a few voluntary questions, then thanks."""

import re

import pytest

from studies.services.participations import begin_participation
from tests.builders import launched_study
from tests.studies.services.test_voiding import HIDDEN

QUESTIONS = {"comments": True, "demographics": True}
ANSWERS = {
    "comments": "The sky was odd.",
    "age_group": "25_34",
    "gender": "own_words",
    "gender_words": "agender",
}


@pytest.fixture
def asked(db, idle_queue, finish):
    """A finished participation in a study that asks afterwards."""

    def make(source="person", **fields):
        participation = begin_participation(
            study=launched_study(**{"debrief": QUESTIONS} | fields), source=source
        )
        finish(participation)
        return participation

    return make


def page(client, participation):
    return client.get(f"/p/{participation.code}/").content.decode()


def send(client, participation, **form):
    reply = client.post(f"/p/{participation.code}/debrief/", {"step": "send"} | form)
    participation.refresh_from_db()
    return reply


def test_the_questions_come_before_the_thanks_and_are_kept(client, asked):
    participation = asked()
    assert "completion-code" not in page(client, participation)
    assert send(client, participation, **ANSWERS).status_code == 302
    kept = participation.debrief
    assert {name: kept[name] for name in ANSWERS} == ANSWERS
    assert kept["skipped"] is False
    assert "completion-code" in page(client, participation)


def test_they_are_asked_once(client, asked):
    participation = asked()
    send(client, participation, comments="first")
    send(client, participation, comments="second")
    assert participation.debrief["comments"] == "first"


def test_skipping_is_an_answer(client, asked):
    participation = asked()
    send(client, participation, step="skip", comments="not sent")
    assert participation.debrief["skipped"] is True
    assert "comments" not in participation.debrief
    assert "completion-code" in page(client, participation)


def test_a_study_without_questions_goes_straight_to_the_thanks(client, asked):
    assert "completion-code" in page(client, asked(debrief={"comments": False}))


def test_only_what_the_study_asks_is_kept(client, asked):
    participation = asked(debrief={"comments": True})
    send(client, participation, **ANSWERS)
    assert set(participation.debrief) == {"comments", "at", "skipped"}


def test_an_answer_that_is_not_offered_is_refused(client, asked):
    participation = asked()
    assert send(client, participation, age_group="seven").status_code == 400
    assert participation.debrief == {}


def test_nobody_is_asked_before_the_last_trial(client, participation):
    send(client, participation, comments="early")
    assert participation.debrief == {}


def test_the_score_says_what_it_does_not_count(client, asked):
    participation = asked(debrief={"comments": False})
    text = " ".join(page(client, participation).split())
    assert "<strong>8</strong> of 8 answers right" in text
    assert re.findall(r"<li>([^<]+)</li>", text) == ["for practice: 2", "to check the procedure: 2"]


def test_the_score_says_what_was_spoiled_and_what_was_too_late(client, db, idle_queue, answer):
    settings = {"practice_trials": 0, "test_trials": 8, "vigilance_share": 0.2, "answer_limit_ms": 900}
    study = launched_study(design_settings=settings, voiding={"repeat": False}, debrief={"comments": False})
    participation = begin_participation(study=study, source="person")
    hidden, late, *rest = participation.trials.filter(kind="test").order_by("number")
    changes = {hidden.pk: {"events": HIDDEN}, late.pk: {"answer": None, "rt_ms": None, "input": None}}
    for trial in participation.trials.order_by("number"):
        answer(trial, **{"answer": trial.key} | changes.get(trial.pk, {}))
    text = " ".join(page(client, participation).split())
    assert f"<strong>{len(rest)}</strong> of {len(rest)} answers right" in text
    assert re.findall(r"<li>([^<]+)</li>", text) == [
        "to check the procedure: 2",
        "not shown exactly as planned: 1",
        "without an answer in time: 1",
    ]


def test_the_button_that_copies_the_code_speaks_the_participants_language(client, participation, finish):
    participation.language = "de"
    participation.save()
    finish(participation)
    page = client.get(f"/p/{participation.code}/").content.decode()
    for words in ("Kopiert", "Der Code wurde kopiert.", "bitte markieren Sie den Code"):
        assert words in page
