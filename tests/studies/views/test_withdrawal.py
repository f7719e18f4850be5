"""A participant takes everything back: by their own link, until the study is closed."""

import json

import pytest

from studies.models import Participation, ParticipationState, Response
from studies.recruiters._recruiter import Arrival
from studies.services import invitations, lifecycle, participations, recruiting, withdrawal
from studies.services.exports import trial_rows
from tests.builders import launched_study

pytestmark = pytest.mark.database


def page(participation):
    return f"/p/{participation.code}/withdraw/"


@pytest.fixture
def taken(participation, finish):
    """A finished participation with everything that can be known of a person."""
    finish(participation)
    recruiting.seal(participation, {"PROLIFIC_PID": "somebody"})
    participation.device = [{"screen": "1920x1080"}]
    participation.debrief = {"comments": "I am Eve"}
    participation.screening = {"plates": [1, 2]}
    participation.save()
    return participation


@pytest.mark.parametrize("due", ["display", "plates", "trials", "questions", "thanks"])
def test_every_page_of_a_participation_leads_to_it(client, db, idle_queue, finish, due):
    checks = {"colour_vision": "record" if due == "plates" else "off"}
    checks["display"] = "record" if due == "display" else "off"
    study = launched_study(screening=checks, debrief={"comments": due == "questions"})
    participation = participations.begin_participation(study=study, source="person")
    if due in {"questions", "thanks"}:
        finish(participation)
    words = client.get(f"/p/{participation.code}/").content.decode()
    assert page(participation) in words
    assert {
        "display": "Your screen", "plates": "Which digit", "trials": "data-withdraw-url",
        "questions": "A last question?", "thanks": "completion-code",
    }[due] in words  # fmt: skip


def test_it_asks_first_and_changes_nothing(client, taken):
    words = client.get(page(taken)).content.decode()
    assert "Withdraw and erase my answers" in words
    taken.refresh_from_db()
    assert taken.state == ParticipationState.FINISHED
    assert Response.objects.exists()


def test_it_erases_all_that_is_known_of_the_person(client, taken):
    for _ in range(2):
        reply = client.post(page(taken), follow=True)
        words = reply.content.decode()
        assert "Your answers are erased" in words
        # What waited on the device for the line goes too.
        assert f'data-state-url="/p/{taken.code}/state/"' in words
        assert "studies/withdrawn" in words
    taken.refresh_from_db()
    assert taken.state == ParticipationState.WITHDRAWN
    assert (taken.device, taken.debrief, taken.screening) == ([], {}, {})
    assert taken.attention_passed is None
    assert not Response.objects.exists()
    # Apart from everything else, what paying needs: who it was, under seal, and how it had ended.
    assert recruiting.unsealed(taken) == {"PROLIFIC_PID": "somebody"}
    assert taken.ending.outcome == "completed"


def test_a_single_use_link_stays_used_and_forgets_for_whom_it_was(client, db, idle_queue):
    (link,) = invitations.make(launched_study(recruiter="single_use"), 1, labels=["Eve"])
    participation = recruiting.begin(study=link.study, arrival=Arrival(person=str(link.code)))
    client.post(page(participation))
    link.refresh_from_db()
    assert (link.participation, link.label) == (participation, "")


def test_who_withdrew_is_counted_and_is_in_no_table(client, taken, study):
    client.post(page(taken))
    assert study.participations.filter(state=ParticipationState.WITHDRAWN).count() == 1
    assert list(trial_rows(study)) == []


def test_another_participation_keeps_its_answers(client, taken, study, finish):
    other = participations.begin_participation(study=study, source="person")
    finish(other)
    client.post(page(other))
    assert Response.objects.filter(trial__participation=taken).exists()
    assert not Response.objects.filter(trial__participation=other).exists()
    taken.refresh_from_db()
    assert taken.state == ParticipationState.FINISHED


@pytest.mark.parametrize("code", ["1", "taken", "6f1c1d6e-7f0a-4f0b-9a53-2a4f6a0a7e11"])
def test_nothing_but_the_participations_own_code_opens_the_link(client, taken, code):
    code = str(taken.participant.code) if code == "taken" else code
    assert client.post(f"/p/{code}/withdraw/").status_code == 404
    assert Response.objects.exists()


def test_a_form_from_elsewhere_withdraws_nobody(taken):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(page(taken)).status_code == 403
    assert Response.objects.exists()


def test_a_closed_study_gives_nothing_back(client, taken, study):
    lifecycle.close(study=study)
    for reply in (client.get(page(taken)), client.post(page(taken))):
        assert reply.status_code == 410
        assert "The study is closed" in reply.content.decode()
    assert Response.objects.exists()


def test_a_running_page_is_told_and_leaves_nothing_behind(client, participation, trial, answer):
    client.post(page(participation))
    state = client.get(f"/p/{participation.code}/state/")
    late = answer(trial)
    for reply in (state, late):
        assert reply.status_code == 409
        assert "You have withdrawn" in reply.json()["error"]
    facts = {"screen": {"width": 1, "height": 1}, "user_agent": "late"}
    client.post(f"/p/{participation.code}/device/", json.dumps(facts), content_type="application/json")
    participation.refresh_from_db()
    assert participation.device == []
    assert not Response.objects.exists()


def test_who_withdrew_does_not_begin_again(client, study):
    client.post(f"/s/{study.slug}/begin/", {"consent": "on"})
    participation = Participation.objects.get()
    client.post(page(participation))
    again = client.get(f"/s/{study.slug}/")
    assert again["Location"] == f"/p/{participation.code}/"
    assert "You have withdrawn" in client.get(again["Location"], follow=True).content.decode()
    client.post(f"/s/{study.slug}/begin/", {"consent": "on"})
    assert Participation.objects.count() == 1


def test_no_other_method_is_taken(client, taken):
    assert client.delete(page(taken)).status_code == 405


def test_who_withdraws_while_the_trials_are_being_planned_stays_withdrawn(db, idle_queue, monkeypatch):
    study = launched_study(screening={"colour_vision": "off", "display": "record"})
    participation = participations.begin_participation(study=study, source="person")

    def meanwhile(*_):
        withdrawal.withdraw(Participation.objects.get(pk=participation.pk))

    monkeypatch.setattr(participations.planning, "check_quota", meanwhile)
    participations.start_trials(participation)
    participation.refresh_from_db()
    assert participation.state == ParticipationState.WITHDRAWN
    assert not participation.trials.exists()


def test_a_page_left_open_keeps_no_time_of_who_withdrew(client, taken):
    client.post(page(taken))
    taken.refresh_from_db()
    client.get(f"/p/{taken.code}/state/")
    seen = taken.last_seen_at
    taken.refresh_from_db()
    assert taken.last_seen_at == seen
