"""Who arrives from a recruiter: ids, repeats, groups, quotas, and nothing that a client could make up."""

import re
from urllib.parse import urlencode

import pytest
from django.core import signing
from django.test import Client

from studies.models import Participation, ParticipationState, PaymentReference
from studies.services import invitations, lifecycle, recruiting
from studies.simulation import signed
from tests.builders import launched_study

ADA = {"PROLIFIC_PID": "5f3c9a1b2d4e6f7a8b9c0d1e", "STUDY_ID": "60a1b2c3", "SESSION_ID": "61b2c3d4"}
BEN = ADA | {"PROLIFIC_PID": "6a6a6a6a6a6a6a6a6a6a6a6a", "SESSION_ID": "99999999"}
WORKER = {
    "workerId": "A1B2C3",
    "assignmentId": "3IXEICO7",
    "hitId": "3TMSXRD2",
    "turkSubmitTo": "https://workersandbox.mturk.com",
}
PROLIFIC = {
    "recruiter": "prolific",
    "recruiter_settings": {"completed_code": "C0MPL", "over_quota_code": "FULL"},
}


@pytest.fixture
def prolific(db, idle_queue):
    return launched_study(**PROLIFIC)


def visit(client, study, ids, **more):
    return client.get(f"/s/{study.slug}/?{urlencode(ids | more)}")


def field(page, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def begin(client, study, ids, **data):
    """Land with these ids and send the form as the page made it."""
    page = visit(client, study, ids)
    form = {name: field(page, name) for name in ("ticket", "arrival", "language")}
    return client.post(f"/s/{study.slug}/begin/", form | {"consent": "on"} | data)


def test_the_ids_are_hashed_and_sealed_and_nowhere_readable(client, prolific):
    begin(client, prolific, ADA)
    participation = Participation.objects.get()
    assert participation.recruiter == "prolific"
    assert len(participation.participant.recruiter_hash) == 64
    sealed = PaymentReference.objects.get().sealed
    stored = sealed + participation.participant.recruiter_hash + str(participation.device)
    assert not any(value in stored for value in ADA.values())
    assert recruiting.unsealed(participation) == ADA


def test_a_link_without_ids_says_what_was_expected_and_what_to_do(client, prolific):
    page = client.get(f"/s/{prolific.slug}/")
    assert page.status_code == 400
    words = page.content.decode()
    assert "PROLIFIC_PID" in words
    assert "Prolific again" in words
    assert 'name="consent"' not in words


def test_a_hostile_id_gets_a_page_and_no_participation(client, prolific):
    for value in ("<script>alert(1)</script>", "{{%PROLIFIC_PID%}}", "x" * 5000, "a\x00b", "' OR 1=1 --"):
        page = visit(client, prolific, ADA | {"PROLIFIC_PID": value})
        assert page.status_code == 400
        assert "<script>alert" not in page.content.decode()
    assert not Participation.objects.exists()


def test_a_draft_with_a_recruiter_keeps_its_secrets(client, prolific):
    type(prolific).objects.update(state="draft")
    page = client.get(f"/s/{prolific.slug}/")
    assert page.status_code == 404
    assert prolific.title not in page.content.decode()


def test_the_ids_of_the_form_are_those_that_the_page_signed(client, prolific):
    other = launched_study("other", **PROLIFIC)
    good = field(visit(client, prolific, ADA), "arrival")
    foreign = field(visit(client, other, ADA), "arrival")
    made_up = signing.dumps([prolific.slug, "someone", {}], key="another key of somebody else's", salt="x")
    for arrival in ("", "yes", good[:-1] + ("A" if good[-1] != "A" else "B"), foreign, made_up):
        reply = client.post(f"/s/{prolific.slug}/begin/", {"consent": "on", "arrival": arrival})
        assert reply.status_code == 400
        assert "link" in reply.content.decode()
    assert not Participation.objects.exists()


def test_a_form_that_was_open_for_too_long_asks_for_the_link_again(client, prolific, monkeypatch):
    arrival = field(visit(client, prolific, ADA), "arrival")
    monkeypatch.setattr(recruiting, "ARRIVAL_SECONDS", -1)
    reply = client.post(f"/s/{prolific.slug}/begin/", {"consent": "on", "arrival": arrival})
    assert reply.status_code == 400
    assert "open for too long" in reply.content.decode()


def test_ids_in_the_query_of_the_form_count_for_nothing(client, prolific):
    reply = client.post(f"/s/{prolific.slug}/begin/?{urlencode(ADA)}", {"consent": "on"} | ADA)
    assert reply.status_code == 400
    assert not Participation.objects.exists()


def test_a_second_browser_goes_on_where_the_person_was(client, prolific):
    first = begin(client, prolific, ADA)
    page = visit(Client(), prolific, ADA)
    assert "Welcome back" in page.content.decode()
    assert first["Location"] in page.content.decode()


def test_two_forms_in_two_browsers_are_one_participation(client, prolific):
    other = Client()
    form = {"consent": "on", "arrival": field(visit(client, prolific, ADA), "arrival")}
    form_of_other = {"consent": "on", "arrival": field(visit(other, prolific, ADA), "arrival")}
    first = client.post(f"/s/{prolific.slug}/begin/", form)
    assert other.post(f"/s/{prolific.slug}/begin/", form_of_other)["Location"] == first["Location"]
    assert Participation.objects.count() == 1


def test_a_shared_computer_is_no_repeat(client, prolific):
    begin(client, prolific, ADA)
    assert "Your consent" in visit(client, prolific, BEN).content.decode()
    begin(client, prolific, BEN)
    assert Participation.objects.count() == 2


def test_who_comes_back_with_a_new_submission_is_paid_for_that_one(client, prolific, finish):
    begin(client, prolific, ADA)
    participation = Participation.objects.get()
    visit(client, prolific, ADA | {"SESSION_ID": "second"})
    assert recruiting.unsealed(participation)["SESSION_ID"] == "second"
    finish(participation)
    visit(client, prolific, ADA | {"SESSION_ID": "third"})
    assert recruiting.unsealed(participation)["SESSION_ID"] == "second"


def test_who_has_finished_is_told_so_in_any_browser(client, prolific, finish):
    begin(client, prolific, ADA)
    finish(Participation.objects.get())
    assert "You have taken part already" in visit(Client(), prolific, ADA).content.decode()


def test_the_way_back_is_shown_when_the_last_answer_is_acknowledged(client, prolific, finish):
    page = begin(client, prolific, ADA)["Location"]
    assert "submissions/complete" not in client.get(page).content.decode()
    finish(Participation.objects.get())
    words = client.get(page).content.decode()
    assert 'href="https://app.prolific.com/submissions/complete?cc=C0MPL"' in words
    assert "C0MPL" in words


def test_failed_attention_goes_back_with_its_own_code(client, db, idle_queue, finish):
    codes = {"completed_code": "C0MPL", "failed_attention_code": "FA1LED"}
    study = launched_study(recruiter="prolific", recruiter_settings=codes)
    page = begin(client, study, ADA)["Location"]
    finish(Participation.objects.get(), right=False)
    words = client.get(page).content.decode()
    assert "FA1LED" in words
    assert "C0MPL" not in words


def test_nobody_takes_part_twice_in_a_group(client, prolific):
    studies = [launched_study(slug, linked_group="meadows", **PROLIFIC) for slug in ("one", "two")]
    begin(client, studies[0], ADA)
    other = Client()
    refusal = visit(other, studies[1], ADA)
    assert refusal.status_code == 409
    assert "another study of this series" in refusal.content.decode()
    assert "Your consent" in visit(other, prolific, ADA).content.decode(), "it is in no group"
    assert "Your consent" in visit(other, studies[1], BEN).content.decode()


def test_a_form_that_was_open_does_not_help_into_a_second_study_of_a_group(client, db, idle_queue):
    one, two = (launched_study(slug, linked_group="meadows", **PROLIFIC) for slug in ("one", "two"))
    waiting = field(visit(client, two, ADA), "arrival")
    begin(client, one, ADA)
    reply = client.post(f"/s/{two.slug}/begin/", {"consent": "on", "arrival": waiting})
    assert reply.status_code == 409
    assert Participation.objects.count() == 1


def test_who_was_screened_out_of_one_study_may_try_the_next(client, db, idle_queue):
    one, two = (launched_study(slug, linked_group="meadows", **PROLIFIC) for slug in ("one", "two"))
    begin(client, one, ADA)
    Participation.objects.update(state=ParticipationState.SCREENED_OUT)
    assert "Your consent" in visit(client, two, ADA).content.decode()


def test_with_open_links_a_group_is_kept_by_the_browser(client, db, idle_queue):
    one, two = (launched_study(slug, linked_group="meadows") for slug in ("one", "two"))
    begin(client, one, {})
    assert visit(client, two, {}).status_code == 409
    assert begin(client, two, {}).status_code == 409
    assert visit(Client(), two, {}).status_code == 200
    cookie = client.cookies["group-meadows"]
    assert cookie["path"] == "/s/"
    assert cookie["httponly"]


def test_a_look_back_at_a_study_that_screened_out_does_not_open_the_group_again(client, db, idle_queue):
    one, two, three = (launched_study(slug, linked_group="meadows") for slug in ("one", "two", "three"))
    begin(client, one, {})
    Participation.objects.update(state=ParticipationState.SCREENED_OUT)
    begin(client, two, {})
    visit(client, one, {})
    assert visit(client, three, {}).status_code == 409


def test_over_quota_leads_back_with_its_code(client, db, idle_queue):
    study = launched_study(participant_quota=1, **PROLIFIC)
    waiting = field(visit(client, study, BEN), "arrival")
    begin(client, study, ADA)
    page = visit(Client(), study, BEN)
    late = Client().post(f"/s/{study.slug}/begin/", {"consent": "on", "arrival": waiting})
    for reply in (page, late):
        assert reply.status_code == 409
        assert "cc=FULL" in reply.content.decode()
    assert "Welcome back" in visit(client, study, ADA).content.decode()
    assert Participation.objects.count() == 1


def test_each_statement_of_eligibility_must_be_ticked(client, db, idle_queue):
    study = launched_study(
        eligibility="I am 18 or older\n\n I see colours well ",
        languages=["en", "de"],
        translations={"de": {"eligibility": "Ich bin mindestens 18\nIch sehe Farben gut"}},
    )
    page = client.get(f"/s/{study.slug}/").content.decode()
    assert "I am 18 or older" in page
    reply = client.post(f"/s/{study.slug}/begin/", {"consent": "on", "eligible_0": "on"})
    assert reply.status_code == 400
    assert "Only people of whom this is true" in reply.content.decode()
    assert not Participation.objects.exists()
    assert "Ich sehe Farben gut" in client.get(f"/s/{study.slug}/?lang=de").content.decode()
    begin(client, study, {}, eligible_0="on", eligible_1="on", language="de")
    assert Participation.objects.get().language == "de"


def test_a_language_that_is_not_offered_is_not_taken(client, study):
    begin(client, study, {}, language="tlh")
    assert Participation.objects.get().language == "en"


def test_a_simulated_participant_needs_no_recruiter(client, prolific):
    statement = signed.sign(prolific, {"seed": 4})
    assert visit(client, prolific, {"simulation": statement}).status_code == 200
    assert visit(client, prolific, {"simulation": statement[:-2]}).status_code == 400
    client.post(f"/s/{prolific.slug}/begin/", {"consent": "on", "simulation": statement})
    assert Participation.objects.get().source == "simulated"
    assert not PaymentReference.objects.exists()


# --- single-use links ------------------------------------------------------------------------


@pytest.fixture
def by_invitation(db, idle_queue):
    return launched_study(recruiter="single_use")


def test_a_single_use_link_serves_one_participation(client, by_invitation):
    (invitation,) = invitations.make(by_invitation, 1)
    landing = client.get(f"/s/{by_invitation.slug}/i/{invitation.code}/?lang=en")
    assert "invitation=" in landing["Location"]
    assert "lang=en" in landing["Location"]
    first = begin(client, by_invitation, {"invitation": invitation.code})
    invitation.refresh_from_db()
    assert invitation.participation == Participation.objects.get()
    assert not PaymentReference.objects.exists(), "the invitation is id enough"
    again = visit(Client(), by_invitation, {"invitation": invitation.code})
    assert first["Location"] in again.content.decode()
    assert Participation.objects.count() == 1


def test_two_invitations_are_two_people_in_one_browser(client, by_invitation):
    for invitation in invitations.make(by_invitation, 2):
        begin(client, by_invitation, {"invitation": invitation.code})
    assert Participation.objects.count() == 2


def test_an_invitation_that_is_none_of_this_study_opens_nothing(client, by_invitation):
    other = launched_study("other", recruiter="single_use")
    (foreign,) = invitations.make(other, 1)
    for code in (foreign.code, "6f1c1d6e-7f0a-4f0b-9a53-2a4f6a0a7e11", "nonsense"):
        page = visit(client, by_invitation, {"invitation": code})
        assert page.status_code == 400
        assert "new one" in page.content.decode()
    assert visit(client, by_invitation, {}).status_code == 400


# --- Mechanical Turk -------------------------------------------------------------------------


@pytest.fixture
def hit(db, idle_queue):
    return launched_study(recruiter="mturk")


def test_a_preview_shows_the_study_and_says_to_accept_it_first(client, hit):
    page = visit(client, hit, {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "3TMS"})
    words = page.content.decode()
    assert page.status_code == 200
    assert "You will see pairs" in words
    assert "accept it at Mechanical Turk first" in words
    assert "<form" not in words


def test_only_amazon_may_frame_and_only_the_page_that_leads_out_of_the_frame(client, hit):
    page = visit(client, hit, WORKER)
    policy = page["Content-Security-Policy"]
    assert "frame-ancestors https://worker.mturk.com https://workersandbox.mturk.com" in policy
    assert "X-Frame-Options" not in page
    assert 'target="_blank"' in page.content.decode()
    own = visit(client, hit, WORKER, window="1")
    assert "frame-ancestors 'none'" in own["Content-Security-Policy"]
    assert own["X-Frame-Options"] == "DENY"
    assert "Your consent" in own.content.decode()


def test_a_worker_submits_to_amazon_from_either_window(client, hit, finish):
    form = {"consent": "on", "arrival": field(visit(client, hit, WORKER, window="1"), "arrival")}
    page = client.post(f"/s/{hit.slug}/begin/", form)["Location"]
    assert "Continue where I stopped" in visit(client, hit, WORKER).content.decode()
    finish(Participation.objects.get())
    for reply in (client.get(page), visit(Client(), hit, WORKER)):
        words = reply.content.decode()
        assert 'action="https://workersandbox.mturk.com/mturk/externalSubmit"' in words
        assert 'name="assignmentId" value="3IXEICO7"' in words
        assert "form-action 'self' https://workersandbox.mturk.com" in reply["Content-Security-Policy"]


def test_a_form_to_another_host_is_never_made(client, hit):
    page = visit(client, hit, WORKER | {"turkSubmitTo": "https://evil.example"}, window="1")
    assert page.status_code == 400
    assert "evil.example" not in page.content.decode()


def test_who_has_begun_finds_the_way_back_without_ids(client, prolific):
    begin(client, prolific, ADA)
    assert "Welcome back" in client.get(f"/s/{prolific.slug}/").content.decode()
    lifecycle.pause(study=prolific)
    assert "Welcome back" in visit(client, prolific, ADA).content.decode()
    assert visit(Client(), prolific, BEN).status_code == 503
