"""Answers that were taken in earnest by mistake, each once a fault."""

import json
from uuid import uuid4

import pytest

from studies.models import Participation, Study
from studies.rules.exposure import exposure_faults
from studies.rules.payloads import BadPayload, parse_answer
from studies.services import lifecycle
from tests import builders

pytestmark = pytest.mark.database

GOOD = {"answer": "left", "rt_ms": 500.0, "frames": [], "events": [], "layout": "row", "runner": "1.0.0"}


def parsed(**changes):
    return parse_answer(json.dumps(GOOD | changes).encode(), offered=["left", "right"])


@pytest.mark.parametrize(
    "changes",
    [{"refresh_ms": 5e-324}, {"layout": "=1+1"}, {"runner": "=1+1"}],
    ids=["a refresh period that nothing has", "a layout of its own", "a version that is a formula"],
)
def test_what_the_runner_never_sends_is_refused(changes):
    with pytest.raises(BadPayload):
        parsed(**changes)


def test_no_answer_is_refused_where_the_study_sets_no_limit():
    body = json.dumps(GOOD | {"answer": None, "rt_ms": None}).encode()
    assert parse_answer(body, offered=["left"], may_be_missing=True).answer == ""
    with pytest.raises(BadPayload, match="no answer limit"):
        parse_answer(body, offered=["left"], may_be_missing=False)


def test_stored_oddities_never_stop_an_analysis():
    frame = {"index": 1, "planned_ms": 1e13} | dict.fromkeys(
        ("onset_now", "offset_now", "onset_stamp", "offset_stamp"), 0.0
    )
    events = [{"type": "focus", "value": ["lost"]}, {"type": "visibility", "value": {"hidden": 1}}]
    assert len(exposure_faults([frame], events, 1e-300)) == 1


@pytest.fixture
def study(db):
    return builders.launched_study("sky")


def test_a_form_is_refused_in_words_not_with_an_error_page(client, study):
    client.post(f"/s/{study.slug}/begin/", {"consent": "on"})
    code = Participation.objects.get().code
    reply = client.post(f"/p/{code}/device/", {"csrfmiddlewaretoken": "x"})
    assert reply.status_code == 415


def test_two_clicks_on_begin_are_one_participation(client, study):
    ticket = str(uuid4())
    for _ in range(2):
        client.cookies.clear()
        client.post(f"/s/{study.slug}/begin/", {"consent": "on", "ticket": ticket})
    assert Participation.objects.count() == 1


def test_the_form_brings_a_new_ticket_each_time_it_is_shown(client, study):
    pages = [client.get(f"/s/{study.slug}/").content.decode() for _ in range(2)]
    tickets = [page.split('name="ticket" value="')[1][:36] for page in pages]
    assert len(set(tickets)) == 2


def test_the_server_says_when_a_page_was_loaded(client, study):
    client.post(f"/s/{study.slug}/begin/", {"consent": "on"})
    participation = Participation.objects.get()
    client.post(f"/p/{participation.code}/device/", {"at": "1999"}, content_type="application/json")
    participation.refresh_from_db()
    assert participation.device[0]["at"] != "1999"


def test_a_row_read_earlier_does_not_bring_a_closed_study_back(study):
    stale = Study.objects.get(pk=study.pk)
    lifecycle.close(study=study)
    stale.save()
    assert Study.objects.get(pk=study.pk).state == "closed"


@pytest.mark.parametrize("address", ["/s/a%00b/", "/studies/a%00b/report/", "/catalogue/a%00b/"])
def test_an_address_with_a_nul_leads_nowhere(client, root, address):
    client.force_login(root)
    assert client.get(address).status_code == 404
