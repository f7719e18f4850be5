from datetime import timedelta

import pytest
from django.utils import timezone

from studies.models import Participation, Response, Study
from studies.services import lifecycle
from studies.services.participations import begin_participation
from tests.builders import launched_study


def url(participation, path=""):
    return f"/p/{participation.code}/{path}"


def test_the_page_loads_the_runner_and_its_addresses(client, participation):
    page = client.get(url(participation)).content.decode()
    assert f'data-state-url="/p/{participation.code}/state/"' in page
    assert 'type="module"' in page
    assert 'name="csrf-token"' in page


def test_the_state_lists_open_trials_in_their_order(client, participation):
    state = client.get(url(participation, "state/")).json()
    assert [trial["number"] for trial in state["trials"]] == list(range(1, 13))
    assert state["progress"] == {"done": 0, "total": 12, "practice": 2}
    assert state["image_px"] == 64
    assert state["words"]["noun"]["many"] == "pairs"
    assert state["finished"] is False


def test_an_answered_trial_leaves_the_state_and_the_rest_stays(client, participation, trial, answer):
    before = client.get(url(participation, "state/")).json()["trials"]
    answer(trial)
    assert client.get(url(participation, "state/")).json()["trials"] == before[1:]


def test_asking_for_the_state_renews_the_lease(client, participation):
    Participation.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))
    client.get(url(participation, "state/"))
    assert Participation.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)


def test_the_state_of_a_closed_study_says_so_in_words(client, study, participation):
    lifecycle.close(study=study)
    reply = client.get(url(participation, "state/"))
    assert reply.status_code == 409
    assert "closed" in reply.json()["error"]
    assert client.get(url(participation)).status_code == 410


def test_the_last_page_has_code_and_score(client, participation, finish):
    finish(participation)
    page = client.get(url(participation)).content.decode()
    assert participation.completion_code in page
    assert "<strong>8</strong> of 8" in page
    state = client.get(url(participation, "state/")).json()
    assert state["finished"] is True
    assert state["trials"] == []


def test_the_score_is_kept_back_where_the_study_says_so(client, db, idle_queue, finish):
    participation = begin_participation(study=launched_study(show_score=False), source="person")
    finish(participation)
    assert "How you did" not in client.get(url(participation)).content.decode()


def test_an_answer_is_recorded_once(trial, answer):
    first, second = answer(trial), answer(trial, answer="right")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["received"] == second.json()["received"]
    assert Response.objects.get().answer == "left"


def test_practice_is_told_right_or_wrong(trial, answer):
    feedback = answer(trial, answer=trial.key).json()["feedback"]
    captions = {"left": "Real colours", "right": "Real colours"} | {trial.key: "Invented colours"}
    assert feedback == {"right": True, "captions": captions, "marked": [trial.key], "show_ms": 2400}


def test_what_is_told_is_told_in_the_language_of_the_participation(participation, trial, answer):
    Participation.objects.update(language="de")
    captions = answer(trial).json()["feedback"]["captions"]
    assert captions[trial.key] == "Erfundene Farben"


def test_the_questions_after_the_first_are_put_and_their_answers_kept(client, participation, trial, answer):
    offered = [{"value": value, "label": label, "keys": []} for value, label in (("1", "Left"), ("2", "ja"))]
    sure = {"name": "sure", "prompt": "How sure?", "answers": offered, "distinct": False}
    trial.spec = trial.spec | {"more": [sure]}
    trial.save(update_fields=["spec"])
    Participation.objects.update(language="de")
    state = client.get(url(participation, "state/")).json()
    labels = [choice["label"] for choice in state["trials"][0]["more"][0]["answers"]]
    assert labels == ["Links", "ja"]
    assert answer(trial).status_code == 400
    more = [{"name": "sure", "answer": "2", "rt_ms": 300}]
    assert answer(trial, more=more).status_code == 201
    assert Response.objects.get().more == more


def test_nothing_is_told_after_test_trials(participation, answer):
    replies = [answer(trial).json() for trial in participation.trials.order_by("number")]
    assert all(reply["feedback"] for reply in replies[:2])
    assert not any(reply["feedback"] for reply in replies[2:])
    assert [reply["finished"] for reply in replies] == [False] * 11 + [True]


def test_an_answer_that_ran_out_of_time_is_missing(trial, answer):
    settings = trial.participation.study.design_settings | {"answer_limit_ms": 5000}
    Study.objects.update(design_settings=settings)
    assert answer(trial, answer=None, rt_ms=None, input=None).status_code == 201
    assert Response.objects.get().answer == ""


def test_it_refuses_an_answer_the_trial_does_not_offer(trial, answer):
    reply = answer(trial, answer="maybe")
    assert reply.status_code == 400
    assert "left, right" in reply.json()["error"]
    assert not Response.objects.exists()


def test_an_answer_out_of_order_is_a_conflict(participation, answer):
    reply = answer(participation.trials.get(number=3))
    assert reply.status_code == 409
    assert "comes before" in reply.json()["error"]
    assert not Response.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"answer": "left", "rt_ms": NaN}'])
def test_what_is_no_answer_is_refused_in_words(client, trial, body):
    reply = client.post(f"/t/{trial.code}/response/", body, content_type="application/json")
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_an_answer_without_the_token_is_refused(trial):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    reply = client.post(f"/t/{trial.code}/response/", "{}", content_type="application/json")
    assert reply.status_code == 403


def test_device_facts_are_kept_a_page_load(client, participation):
    for width in (375, 1440):
        reply = client.post(
            url(participation, "device/"), {"screen": [width, 900]}, content_type="application/json"
        )
        assert reply.status_code == 201
    participation.refresh_from_db()
    assert [entry["screen"][0] for entry in participation.device] == [375, 1440]


def test_hostile_device_facts_are_refused(client, participation):
    reply = client.post(
        url(participation, "device/"), {"a": {"b": {"c": 1}}}, content_type="application/json"
    )
    assert reply.status_code == 400


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/p/{p}/", "post"),
        ("/p/{p}/state/", "post"),
        ("/p/{p}/state/", "head"),
        ("/p/{p}/device/", "get"),
        ("/t/{t}/response/", "get"),
        ("/t/{t}/response/", "put"),
        ("/i/{i}/", "head"),
        ("/i/{i}/", "post"),
    ],
)
def test_other_methods_are_refused(client, participation, trial, path, method):
    codes = {"p": participation.code, "t": trial.code, "i": trial.pictures.first().token}
    assert getattr(client, method)(path.format(**codes)).status_code == 405


@pytest.mark.parametrize("path", ["/p/{}/", "/p/{}/state/", "/t/{}/response/", "/i/{}/"])
def test_unknown_codes_are_not_found(client, db, path):
    reply = getattr(client, "post" if "response" in path else "get")(
        path.format("00000000-0000-4000-8000-000000000000"), headers={"content-type": "application/json"}
    )
    assert reply.status_code == 404


def test_nothing_is_kept_by_caches(client, participation, trial):
    picture = trial.pictures.first()
    for path in (url(participation), url(participation, "state/"), f"/i/{picture.token}/"):
        assert "no-store" in client.get(path)["Cache-Control"]
