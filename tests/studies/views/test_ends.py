"""Every end is an outcome: its page with code and way back, for ever, and its row in the payment list."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from config import tasks
from studies.models import Ending, Participation, ParticipationState, PaymentReference, Response, Trial
from studies.recruiters._outcomes import OUTCOMES
from studies.services import endings, lifecycle, participations, payments, recruiting, withdrawal
from tests.builders import launched_study
from tests.studies.services.test_voiding import HIDDEN
from tests.studies.views.test_arrivals import ADA, BEN, WORKER, begin, field, visit

CODES = {f"{name}_code": f"C-{name}" for name in OUTCOMES}
PROLIFIC = {"recruiter": "prolific", "recruiter_settings": CODES}
BACK = "https://app.prolific.com/submissions/complete?cc=C-"


@pytest.fixture
def prolific(db, idle_queue):
    return launched_study(**PROLIFIC)


def table(study):
    """The payment list by the recruiter's id of the visit."""
    rows = csv.DictReader(io.StringIO("".join(payments.payment_lines(study))))
    visit = recruiting.recruiter_of(study).visit or "participant_id"
    return {row[visit]: row for row in rows}


def leads_back(reply, outcome):
    words = reply.content.decode()
    return f'href="{BACK}{outcome}"' in words and f">C-{outcome}<" in words


def move(study, to):
    if to == "full":
        type(study).objects.filter(pk=study.pk).update(participant_quota=1)
    else:
        getattr(lifecycle, to)(study=study)


# --- the last page stays ---------------------------------------------------------------------


@pytest.mark.parametrize("to", ["pause", "close", "full"])
@pytest.mark.parametrize("outcome", ["completed", "screened_out"])
def test_the_last_page_is_there_for_ever_by_both_ways(client, prolific, finish, to, outcome):
    page = begin(client, prolific, ADA)["Location"]
    participation = Participation.objects.get()
    finish(participation)
    if outcome == "screened_out":
        Participation.objects.update(state=ParticipationState.SCREENED_OUT)
        prolific.participations.create(
            participant=recruiting.participations._participant(None, "other"), state="finished"
        )
    move(prolific, to)
    assert leads_back(Client().get(page), outcome)
    assert leads_back(visit(Client(), prolific, ADA).client.get(page), outcome)
    arriving = Client().get(f"/s/{prolific.slug}/?{urlencode(ADA)}", follow=True)
    assert arriving.status_code == 200
    assert leads_back(arriving, outcome)


@pytest.mark.parametrize("to", ["pause", "close"])
def test_a_worker_submits_from_amazons_frame_though_the_study_is_over(client, db, idle_queue, finish, to):
    hit = launched_study(recruiter="mturk")
    begin(client, hit, WORKER | {"window": "1"})
    finish(Participation.objects.get())
    move(hit, to)
    frame = visit(Client(), hit, WORKER)
    assert "frame-ancestors https://worker.mturk.com" in frame["Content-Security-Policy"]
    assert "externalSubmit" in frame.content.decode()


def test_who_had_not_finished_when_the_study_was_closed_is_told_and_leads_back(client, prolific):
    page = begin(client, prolific, ADA)["Location"]
    lifecycle.close(study=prolific)
    for reply in (Client().get(page), Client().get(f"/s/{prolific.slug}/?{urlencode(ADA)}", follow=True)):
        assert reply.status_code == 410
        assert "The study is closed" in reply.content.decode()
        assert leads_back(reply, "timed_out")
    row = table(prolific)[ADA["SESSION_ID"]]
    assert (row["outcome"], row["completion_code"], row["decision"]) == (
        "timed_out", "C-timed_out", "review",
    )  # fmt: skip
    assert row["shown_at"]


def test_who_comes_to_a_closed_study_leads_back(client, prolific):
    lifecycle.close(study=prolific)
    reply = visit(client, prolific, ADA)
    assert reply.status_code == 410
    assert leads_back(reply, "over_quota")
    assert table(prolific)[ADA["SESSION_ID"]]["state"] == "not begun"


# --- every end -------------------------------------------------------------------------------


def test_who_does_not_consent_leads_back_and_stands_in_the_payment_list(client, prolific):
    page = visit(client, prolific, ADA)
    words = page.content.decode()
    assert re.search(r'<button[^>]*name="step" value="decline" formnovalidate>I do not consent', words)
    form = {name: field(page, name) for name in ("ticket", "arrival", "language")}
    reply = client.post(f"/s/{prolific.slug}/begin/", form | {"step": "decline"})
    assert reply.status_code == 200
    assert leads_back(reply, "no_consent")
    assert "encrypted" in reply.content.decode(), "it says what is kept"
    assert not Participation.objects.exists()
    row = table(prolific)[ADA["SESSION_ID"]]
    assert (row["outcome"], row["completion_code"], row["decision"]) == ("no_consent", "C-no_consent", "")
    begin(client, prolific, ADA)
    assert table(prolific)[ADA["SESSION_ID"]]["state"] == "started", "they changed their mind"


def test_without_a_recruiter_nothing_is_kept_of_who_does_not_consent(client, db, idle_queue):
    study = launched_study(recruiter_settings={"no_consent_code": "NO"})
    reply = client.post(f"/s/{study.slug}/begin/", {"step": "decline"})
    assert "NO" in reply.content.decode()
    assert not Ending.objects.exists()


def test_another_submission_of_somebody_who_finished_has_its_own_end(client, prolific, finish):
    page = begin(client, prolific, ADA)["Location"]
    finish(Participation.objects.get())
    reply = visit(Client(), prolific, ADA | {"SESSION_ID": "another"})
    assert leads_back(reply, "second_visit")
    assert page in reply.content.decode(), "and the way to the code that they earned"
    rows = table(prolific)
    assert rows["another"]["outcome"] == "second_visit"
    assert rows["another"]["decision"] == "review"
    assert rows[ADA["SESSION_ID"]]["decision"] == "approve"


def test_another_assignment_of_the_same_worker_is_not_submitted_for_the_first(client, db, idle_queue, finish):
    hit = launched_study(recruiter="mturk")
    begin(client, hit, WORKER | {"window": "1"})
    finish(Participation.objects.get())
    second = WORKER | {"assignmentId": "SECOND"}
    words = visit(Client(), hit, second).content.decode()
    assert "externalSubmit" not in words
    assert "please return it" in words
    assert table(hit)["SECOND"]["outcome"] == "second_visit"


def test_who_took_part_in_a_linked_study_leads_back(client, db, idle_queue):
    one, two = (launched_study(slug, linked_group="meadows", **PROLIFIC) for slug in ("one", "two"))
    begin(client, one, ADA)
    reply = visit(Client(), two, ADA)
    assert reply.status_code == 409
    assert leads_back(reply, "elsewhere")
    assert table(two)[ADA["SESSION_ID"]]["outcome"] == "elsewhere"


def test_a_participation_of_spoiled_trials_is_an_end_of_its_own(client, prolific, answer):
    page = begin(client, prolific, ADA)["Location"]
    participation = Participation.objects.get()
    while trial := participation.trials.filter(response=None).order_by("number").first():
        answer(trial, answer=trial.key, events=HIDDEN if trial.kind == "test" else [])
    assert leads_back(client.get(page), "spoiled")
    row = table(prolific)[ADA["SESSION_ID"]]
    assert (row["outcome"], row["decision"]) == ("spoiled", "review")
    assert "spoiled" in row["reason"]


def test_the_payment_list_says_what_the_person_was_shown(client, prolific, finish):
    page = begin(client, prolific, ADA)["Location"]
    finish(Participation.objects.get())
    assert table(prolific)[ADA["SESSION_ID"]]["shown_at"] == ""
    client.get(page)
    row = table(prolific)[ADA["SESSION_ID"]]
    assert row["shown_at"]
    shown = Ending.objects.get()
    assert (shown.outcome, shown.code, shown.way_back) == ("completed", "C-completed", "link")
    Ending.objects.update(code="AS-SHOWN")
    assert table(prolific)[ADA["SESSION_ID"]]["completion_code"] == "AS-SHOWN"


def test_a_preview_page_load_alone_is_no_reason_to_approve(client, prolific, finish):
    begin(client, prolific, ADA)
    participation = Participation.objects.get()
    finish(participation)
    Participation.objects.update(device=[])
    row = table(prolific)[ADA["SESSION_ID"]]
    assert (row["decision"], row["reason"]) == ("review", payments.NO_PAGE_LOADS)


# --- withdrawn -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pay", "says", "proposes"),
    [
        ("decide", "decide what you are paid", "review"),
        ("full", "paid in full", "approve"),
        ("nothing", "not paid", ""),
    ],
)
def test_a_withdrawal_says_before_and_after_what_becomes_of_the_pay(
    client, db, idle_queue, answer, pay, says, proposes
):
    study = launched_study(recruiter="prolific", recruiter_settings=CODES | {"pay_withdrawn": pay})
    page = begin(client, study, ADA)["Location"]
    participations.note_page_load(participation=Participation.objects.get(), device={"width": 900})
    assert answer(Trial.objects.order_by("number").first()).status_code == 201
    before = client.get(f"{page}withdraw/").content.decode()
    after = client.post(f"{page}withdraw/", follow=True)
    for words in (before, after.content.decode()):
        assert says in words
        assert "Prolific is kept, encrypted" in words
    assert leads_back(after, "withdrawn")
    row = table(study)[ADA["SESSION_ID"]]
    assert (row["PROLIFIC_PID"], row["decision"]) == (ADA["PROLIFIC_PID"], proposes)
    assert row["completion_code"] == "C-withdrawn"


def test_who_withdraws_after_the_end_keeps_code_and_pay(client, db, idle_queue, finish):
    study = launched_study(recruiter="prolific", recruiter_settings=CODES | {"bonus_per_right": 0.25})
    page = begin(client, study, ADA)["Location"]
    finish(Participation.objects.get())
    client.get(page)
    assert "does not change your pay" in client.get(f"{page}withdraw/").content.decode()
    assert leads_back(client.post(f"{page}withdraw/", follow=True), "completed")
    assert leads_back(Client().get(page, follow=True), "completed")
    row = table(study)[ADA["SESSION_ID"]]
    assert (row["state"], row["decision"], row["bonus"]) == ("withdrawn", "approve", "2.00")
    assert (row["right_answers"], row["attention"]) == ("", ""), "the answers are erased"


@pytest.mark.parametrize("reached", ["review", "reject", "spoiled"])
def test_a_withdrawal_after_the_end_changes_no_proposal(client, db, idle_queue, finish, reached):
    chosen = CODES | {"reject_failed_attention": True, "bonus_per_right": 0.25}
    study = launched_study(recruiter="prolific", recruiter_settings=chosen)
    page = begin(client, study, ADA)["Location"]
    participation = Participation.objects.get()
    finish(participation, right=reached != "reject")
    if reached == "review":
        Participation.objects.update(device=[])
    if reached == "spoiled":
        Response.objects.filter(trial__kind="test").update(voided=True)
    before = table(study)[ADA["SESSION_ID"]]
    assert before["decision"] == ("reject" if reached == "reject" else "review")
    client.post(f"{page}withdraw/")
    after = table(study)[ADA["SESSION_ID"]]
    for name in ("decision", "outcome", "bonus"):
        assert after[name] == before[name]
    assert after["reason"] == f"{payments.AFTER_THE_END}; {before['reason']}"
    assert list(payments.approve_lines(study)) == []


def test_who_consents_and_withdraws_at_once_is_not_approved_unseen(client, db, idle_queue):
    study = launched_study(recruiter="prolific", recruiter_settings=CODES | {"pay_withdrawn": "full"})
    begin(client, study, ADA)
    withdrawal.withdraw(Participation.objects.get())
    row = table(study)[ADA["SESSION_ID"]]
    assert row["decision"] == "review"
    assert payments.NOTHING_ANSWERED in row["reason"]
    assert list(payments.approve_lines(study)) == []


@pytest.mark.parametrize("withdraws", [False, True])
def test_another_submission_is_known_after_the_payment_is_done(client, prolific, finish, withdraws):
    begin(client, prolific, ADA)
    participation = Participation.objects.get()
    finish(participation)
    if withdraws:
        withdrawal.withdraw(participation)
        Ending.objects.update(keep_until=timezone.now() - timedelta(seconds=1))
        endings.forget_expired()
    else:
        payments.forget_ids(prolific)
    assert not PaymentReference.objects.exists()
    assert not Ending.objects.filter(visit_hash__contains=ADA["SESSION_ID"]).exists()
    another = visit(Client(), prolific, ADA | {"SESSION_ID": "another"})
    assert leads_back(another, "second_visit")
    assert not leads_back(another, "completed")
    same = Client().get(f"/s/{prolific.slug}/?{urlencode(ADA)}", follow=True)
    assert leads_back(same, "completed")


def test_what_is_kept_for_the_pay_goes_when_it_is_settled_or_the_time_is_up(client, prolific):
    page = begin(client, prolific, ADA)["Location"]
    client.post(f"{page}withdraw/")
    Ending.objects.update(keep_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    assert endings.forget_expired() == 0, "the workers' sweep has done it"
    assert not PaymentReference.objects.exists()
    assert leads_back(Client().get(page, follow=True), "withdrawn"), "the code says nothing of the person"
    visit_of_ben = visit(Client(), prolific, BEN)
    form = {"arrival": field(visit_of_ben, "arrival"), "step": "decline"}
    Client().post(f"/s/{prolific.slug}/begin/", form)
    assert payments.forget_ids(prolific) == 1
    assert not Ending.objects.exclude(participation__isnull=False).exists()


# --- places ----------------------------------------------------------------------------------


def test_beginners_who_do_not_answer_hold_a_place_for_minutes_only(client, db, idle_queue):
    study = launched_study(participant_quota=2, **PROLIFIC)
    pages = [
        begin(Client(), study, ADA | {"PROLIFIC_PID": f"p{n}", "SESSION_ID": f"s{n}"})["Location"]
        for n in range(2)
    ]
    later = visit(client, study, BEN)
    words = later.content.decode()
    assert later.status_code == 409
    assert later["Retry-After"] == "60"
    assert "All places are taken at the moment" in words
    assert leads_back(later, "over_quota"), "who does not want to wait"
    again = re.search(r'data-look-again="([^"]+)"', words)[1].replace("&amp;", "&")
    assert BEN["PROLIFIC_PID"] not in again
    assert "All places are taken" in client.get(again).content.decode()
    Participation.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    for page in pages:
        client.get(page)
        client.get(f"{page}state/")
    free = client.get(again)
    assert "Your consent" in free.content.decode(), "looking at a page keeps no place"
    form = {"consent": "on", "arrival": field(free, "arrival")}
    assert client.post(f"/s/{study.slug}/begin/", form).status_code == 302


def test_an_answer_keeps_the_place(client, db, idle_queue, answer):
    study = launched_study(participant_quota=1, **PROLIFIC)
    begin(Client(), study, ADA)
    answer(Trial.objects.order_by("number").first())
    held = Participation.objects.get().held_until
    assert held > timezone.now() + timedelta(minutes=25)


def test_who_lost_the_place_before_the_first_answer_does_not_come_in_over_the_quota(
    client, db, idle_queue, answer, finish
):
    study = launched_study(participant_quota=1, **PROLIFIC)
    page = begin(Client(), study, ADA)["Location"]
    late = Participation.objects.get()
    Participation.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert client.get(page).status_code == 200, "nobody has taken it yet"
    begin(Client(), study, BEN)
    assert "All places are taken" in client.get(page).content.decode()
    refused = answer(late.trials.order_by("number").first())
    assert refused.status_code == 409
    assert "Enough people" in refused.json()["error"]
    finish(Participation.objects.exclude(pk=late.pk).get())
    reply = client.get(page)
    assert "Enough people have taken part already" in reply.content.decode()
    assert leads_back(reply, "over_quota")
    assert client.get(f"{page}state/").status_code == 409


def test_who_has_answered_may_finish_and_the_surplus_is_counted(client, db, idle_queue, answer, finish):
    from studies.services import planning

    study = launched_study(participant_quota=1, **PROLIFIC)
    begin(Client(), study, ADA)
    slow = Participation.objects.get()
    answer(slow.trials.order_by("number").first())
    Participation.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    begin(Client(), study, BEN)
    finish(Participation.objects.exclude(pk=slow.pk).get())
    finish(slow)
    assert slow.state == ParticipationState.FINISHED
    assert planning.over_recruited(study) == 1
