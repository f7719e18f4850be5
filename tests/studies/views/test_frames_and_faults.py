"""What goes wrong at the door: readable in a recruiter's frame, kindly said, and told to the researcher."""

import pytest
from django.test import Client

from studies import limits
from studies.models import ArrivalFault, Participation
from studies.recruiters._recruiter import is_unfilled
from studies.services import arrival_faults, lifecycle
from studies.views import landing
from tests.builders import launched_study
from tests.studies.views.test_arrivals import ADA, PROLIFIC, WORKER, visit

FRAME = "frame-ancestors https://worker.mturk.com https://workersandbox.mturk.com https://www.mturk.com"


@pytest.fixture
def hit(db, idle_queue):
    return launched_study(recruiter="mturk")


def is_readable_in_the_frame(reply):
    assert "X-Frame-Options" not in reply
    assert set(FRAME.split()) <= set(reply["Content-Security-Policy"].replace(";", " ").split())
    words = reply.content.decode()
    assert "studies/pages" in words, "it has the look of the participants' pages"
    assert 'class="brand"' not in words, "nothing leads out of the frame into the workbench"
    return words


def test_an_error_of_every_kind_can_be_read_in_amazons_frame(hit, monkeypatch):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    assert "cut off" in is_readable_in_the_frame(client.get("/s/no-such-study/?assignmentId=A"))
    unclear = visit(client, hit, WORKER | {"workerId": "a b"})
    assert "workerId" in is_readable_in_the_frame(unclear)
    refused = client.post(f"/s/{hit.slug}/begin/", {"consent": "on"})
    assert refused.status_code == 403
    assert "cookies" in is_readable_in_the_frame(refused)

    def breaks(*_):
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(landing, "_earlier", breaks)
        failed = visit(client, hit, WORKER)
    assert failed.status_code == 500
    assert "Something went wrong" in is_readable_in_the_frame(failed)

    def throttles(*_):
        raise limits.TooMany(limits.ADDRESS, 30)

    with monkeypatch.context() as busy:
        busy.setattr(limits, "count_address", throttles)
        throttled = visit(client, hit, WORKER)
    assert throttled.status_code == 429
    assert "in 30 seconds" in is_readable_in_the_frame(throttled)
    lifecycle.close(study=hit)
    closed = visit(client, hit, WORKER)
    assert closed.status_code == 410
    assert "please return it" in is_readable_in_the_frame(closed)


def test_a_page_with_the_consent_form_cannot_be_framed(hit):
    own = visit(Client(), hit, WORKER, window="1")
    again = own.client.post(f"/s/{hit.slug}/begin/", {"arrival": _arrival(own)})
    for page in (own, again):
        assert "Your consent" in page.content.decode()
        assert page["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def _arrival(page):
    from tests.studies.views.test_arrivals import field

    return field(page, "arrival")


@pytest.mark.parametrize(
    "value",
    [
        "{{%PROLIFIC_PID%}}", "{{PROLIFIC_PID}}", "{%PROLIFIC_PID%}", "${assignmentId}", "%SURVEY_CODE%",
        "${e://Field/PROLIFIC_PID}", "[ID]", "%7B%7B%25PROLIFIC_PID%25%7D%7D", "%%ID%%", "$participantId",
        "<ID>", "__ID__", "$PID$", "#PID#", "<<PID>>", "@@PID@@", "*|PID|*", "(PID)", ":pid", "{{%PID",
        "%257B%257BPID%257D%257D", "'{{PID}}'", "{{PID}}/", "undefined", "null", "None", "NaN", "TBD",
        "PROLIFIC_PID", "your_id_here", "participantId", "[object Object]", "INSERT-ID-HERE",
    ],
)  # fmt: skip
def test_a_template_that_was_not_filled_in_is_recognised(value):
    assert is_unfilled(value)


@pytest.mark.parametrize(
    "value",
    ["5f3c9a1b2d4e6f7a8b9c0d1e", "A1B2", "", "a b", "100%", "<b>x</b>", "x" * 200, "adam", "x", "12", "test"],
)
def test_what_is_no_template_is_not_taken_for_one(value):
    assert not is_unfilled(value)


def test_what_an_address_invents_is_neither_counted_nor_an_error(db, idle_queue):
    study, client = launched_study(), Client()
    made_up = {f"n{number}": "{{x}}" for number in range(90)} | {"a\0b": "{{x}}"}
    assert visit(client, study, made_up).status_code == 200
    assert not ArrivalFault.objects.exists()
    assert visit(client, study, {"prolific_pid": "{{\0}}"}).status_code == 200
    fault = ArrivalFault.objects.get()
    assert (fault.parameter, fault.example) == ("PROLIFIC_PID", "{{}}")


@pytest.mark.parametrize("word", ["undefined", "null", "PROLIFIC_PID", "your_id_here", "participantId"])
def test_an_id_that_everybody_has_leads_nobody_to_the_code_of_another(client, db, idle_queue, word):
    study = launched_study(**PROLIFIC)
    page = visit(client, study, ADA | {"PROLIFIC_PID": word})
    assert page.status_code == 400
    assert "has not filled in PROLIFIC_PID" in page.content.decode()
    assert visit(client, study, ADA | {"SESSION_ID": word}).status_code == 400
    assert not Participation.objects.exists()


def test_the_name_that_a_panel_gives_to_its_parameter_is_no_id(client, db, idle_queue):
    chosen = {"person_parameter": "kin", "visit_parameter": "", "completed_address": "https://a.example/"}
    study = launched_study(recruiter="panel", recruiter_settings=chosen)
    assert visit(client, study, {"kin": "KIN"}).status_code == 400
    assert visit(client, study, {"kin": "K1N"}).status_code == 200


def test_the_person_is_told_kindly_and_the_researcher_is_told(client, db, idle_queue, ada):
    study = launched_study(owner=ada, **PROLIFIC)
    for _ in range(2):
        page = visit(client, study, ADA | {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"})
        assert page.status_code == 400
        assert "has not filled in PROLIFIC_PID" in page.content.decode()
        assert "not your fault" in page.content.decode()
    visit(client, study, {})
    told = arrival_faults.sentences(study)
    assert any("2 visitors came by a link in which PROLIFIC_PID was not filled in" in text for text in told)
    assert any("without PROLIFIC_PID" in text for text in told)
    assert not Participation.objects.exists()
    ada.is_staff = ada.is_superuser = True
    ada.save()
    client.force_login(ada)
    assert "{{%PROLIFIC_PID%}}" in client.get(f"/admin/studies/study/{study.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("recruiter", "query"),
    [
        ("mturk", WORKER | {"turkSubmitTo": "${turkSubmitTo}"}),
        ("sona", {"survey_code": "%SURVEY_CODE%"}),
        ("single_use", {"invitation": "{{invitation}}"}),
        ("open", {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"}),
    ],
)
def test_every_recruiter_recognises_them(client, db, idle_queue, recruiter, query):
    credit = "https://x.sona-systems.com/c?survey_code={survey_code}"
    settings = {"completed_address": credit} if recruiter == "sona" else {}
    study = launched_study(recruiter=recruiter, recruiter_settings=settings)
    page = visit(client, study, query)
    assert ArrivalFault.objects.get().kind == "unfilled"
    assert page.status_code == (200 if recruiter == "open" else 400), "an open link needs no id"
