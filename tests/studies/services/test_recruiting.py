"""Ids of people: hashed for repeats, sealed for payment, gone when they are forgotten."""

import csv
import io

import pytest

from studies.models import Invitation, ParticipationState, PaymentReference, Study
from studies.recruiters._recruiter import Arrival
from studies.services import (
    endings,
    invitations,
    lifecycle,
    participations,
    payments,
    recruiting,
    withdrawal,
)
from tests.builders import launched_study
from tests.studies.services.test_voiding import HIDDEN

pytestmark = pytest.mark.database

SETTINGS = {
    "completed_code": "DONE",
    "bonus_per_right": 0.125,
    "currency": "EUR",
    "reject_failed_attention": True,
}


@pytest.fixture
def prolific(db, idle_queue):
    return launched_study(recruiter="prolific", recruiter_settings=SETTINGS)


def test_the_participant_link_asks_the_recruiter_for_the_ids(prolific):
    link = recruiting.participant_link(prolific)
    names = ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID")
    assert link.endswith("/s/meadow-study/?" + "&".join(f"{name}={{{{%{name}%}}}}" for name in names))


@pytest.mark.parametrize(
    ("recruiter", "end"),
    [("open", "/s/a/"), ("mturk", "/s/a/"), ("sona", "/s/a/?survey_code=%SURVEY_CODE%"), ("single_use", "")],
)
def test_each_recruiter_has_its_own_participant_link(recruiter, end):
    link = recruiting.participant_link(Study(slug="a", recruiter=recruiter))
    assert link.endswith(end)
    assert bool(link) == bool(end)


def come(study, person):
    ids = {"PROLIFIC_PID": person, "STUDY_ID": "s1", "SESSION_ID": f"of-{person}"}
    return recruiting.begin(study=study, arrival=Arrival(person=person, ids=ids))


def table(study):
    return list(csv.DictReader(io.StringIO("".join(payments.payment_lines(study)))))


def test_a_hash_tells_people_and_recruiters_apart_and_depends_on_the_key(settings):
    known = recruiting.hash_of("prolific", "eve")
    assert known == recruiting.hash_of("prolific", "eve")
    assert known not in {recruiting.hash_of("mturk", "eve"), recruiting.hash_of("prolific", "adam")}
    settings.PARTICIPANT_ID_KEY = "another key that is as long as a key must be"
    assert recruiting.hash_of("prolific", "eve") != known


def test_the_hash_is_hmac_sha256_under_a_key_of_its_own(settings):
    import hashlib
    import hmac

    settings.PARTICIPANT_ID_KEY = "k" * 40
    key = hmac.digest(b"k" * 40, b"recruiter hash", hashlib.sha256)
    assert recruiting.hash_of("sona", "7") == hmac.digest(key, b"sona\n7", hashlib.sha256).hex()


def test_what_was_sealed_under_another_key_stays_shut_and_says_so(prolific, settings):
    come(prolific, "eve")
    settings.PARTICIPANT_ID_KEY = "another key that is as long as a key must be"
    with pytest.raises(recruiting.CannotOpen, match="PARTICIPANT_ID_KEY"):
        table(prolific)


def test_a_lost_key_still_lets_people_go_back(prolific, settings, finish):
    participation = come(prolific, "eve")
    finish(participation)
    settings.PARTICIPANT_ID_KEY = "another key that is as long as a key must be"
    assert endings.leaving(participation).code == "DONE"


def test_the_payment_list_proposes_and_gives_reasons(prolific, finish):
    good, careless, running, gone, out = (
        come(prolific, name) for name in ("good", "careless", "running", "gone", "out")
    )
    finish(good)
    finish(careless, right=False)
    withdrawal.withdraw(gone)
    out.state = ParticipationState.SCREENED_OUT
    out.save()
    rows = {row["state"] + row["PROLIFIC_PID"]: row for row in table(prolific)}
    paid = rows["finishedgood"]
    assert (paid["decision"], paid["right_answers"], paid["bonus"], paid["currency"]) == (
        "approve", "8", "1.00", "EUR",
    )  # fmt: skip
    assert paid["SESSION_ID"] == "of-good"
    assert [row["attention"] for row in (paid, rows["finishedcareless"], rows["startedrunning"])] == [
        "passed", "failed", "",
    ]  # fmt: skip
    refused = rows["finishedcareless"]
    assert refused["decision"] == "reject"
    assert refused["outcome"] == "failed_attention"
    assert "75%" in refused["reason"]
    assert refused["bonus"] == ""
    assert rows["startedrunning"]["reason"] == "not finished"
    assert (rows["withdrawngone"]["decision"], rows["withdrawngone"]["reason"]) == ("review", "withdrew")
    assert rows["screened_outout"]["reason"].startswith("screened out")
    assert running.participant.recruiter_hash not in str(rows)


def test_whose_vigilance_trials_were_all_spoiled_is_not_judged_and_is_paid(prolific, answer):
    participation = come(prolific, "unlucky")
    participations.note_page_load(participation=participation, device={"user_agent": "a browser"})
    while trial := participation.trials.filter(response=None).order_by("number").first():
        answer(trial, answer=trial.key, events=HIDDEN if trial.kind == "vigilance" else [])
    participation.refresh_from_db()
    assert (participation.state, participation.attention_passed) == ("finished", None)
    (row,) = table(prolific)
    assert (row["outcome"], row["decision"], row["completion_code"]) == ("completed", "approve", "DONE")
    assert row["attention"] == "not judged: every vigilance trial was spoiled"


def test_a_study_without_vigilance_trials_says_so_in_its_payment_list(db, idle_queue, finish):
    settings = {"practice_trials": 0, "test_trials": 4, "vigilance_share": 0}
    study = launched_study(
        recruiter="prolific", recruiter_settings=SETTINGS, vigilance=False, design_settings=settings
    )
    finish(come(study, "eve"))
    assert table(study)[0]["attention"] == "no vigilance trials"


def test_previews_and_simulated_participants_are_not_paid(prolific):
    from studies.services.participations import begin_participation

    for source in ("preview", "simulated"):
        begin_participation(study=prolific, source=source)
    assert table(prolific) == []


def test_no_label_is_run_by_a_spreadsheet(db, idle_queue):
    study = launched_study(recruiter="single_use")
    (invitation,) = invitations.make(study, 1, labels=["=HYPERLINK(1)"])
    recruiting.begin(study=study, arrival=Arrival(str(invitation.code), {"invitation": str(invitation.code)}))
    (row,) = table(study)
    assert row["label"] == "'=HYPERLINK(1)"
    assert row["invitation"] == str(invitation.code)
    assert "'=HYPERLINK(1)" in "".join(invitations.lines(study.invitations.all()))
    payments.forget_ids(study)
    assert Invitation.objects.get().label == ""


def test_forgotten_ids_are_gone_and_the_repeat_is_still_known(prolific):
    first = come(prolific, "eve")
    assert payments.forget_ids(prolific) == 1
    assert not PaymentReference.objects.exists()
    assert table(prolific)[0]["PROLIFIC_PID"] == ""
    assert recruiting.known(prolific, Arrival(person="eve")) == first


def test_links_are_made_for_a_study_of_single_use_links_only(prolific):
    with pytest.raises(invitations.NotInvited, match="single_use"):
        invitations.make(prolific, 3)
    prolific.recruiter = "single_use"
    for count in (0, -1, invitations.MOST + 1):
        with pytest.raises(invitations.NotInvited, match="at a time"):
            invitations.make(prolific, count)


def test_a_launch_wants_the_code_of_the_recruiter(db, idle_queue):
    from studies.services import validation
    from tests.builders import make_study

    study = make_study(recruiter="prolific")
    problems = [str(finding) for finding in validation.check(study).problems]
    assert any("Prolific: completed_code is empty" in problem for problem in problems)


def test_a_visit_at_the_moment_of_a_withdrawal_leaves_no_other_ids_behind(prolific):
    participation = come(prolific, "eve")
    read_before = type(participation).objects.get(pk=participation.pk)
    withdrawal.withdraw(participation)
    recruiting.come_back(read_before, Arrival(person="eve", ids={"PROLIFIC_PID": "another visit"}))
    assert recruiting.unsealed(participation)["PROLIFIC_PID"] == "eve", "kept for the pay, and no other one"


def test_ids_that_were_forgotten_do_not_come_back_with_a_page_left_open(prolific):
    read_before = come(prolific, "eve")
    lifecycle.close(study=prolific)
    payments.forget_ids(prolific)
    recruiting.come_back(read_before, Arrival(person="eve", ids={"PROLIFIC_PID": "eve"}))
    assert not PaymentReference.objects.exists()


def test_the_payment_list_holds_the_code_that_the_person_was_shown(client, prolific, finish):
    good, out = come(prolific, "good"), come(prolific, "out")
    finish(good)
    shown = client.get(f"/p/{good.code}/").content.decode()
    out.state = ParticipationState.SCREENED_OUT
    out.save()
    codes = {row["PROLIFIC_PID"]: row["completion_code"] for row in table(prolific)}
    assert codes == {"good": "DONE", "out": ""}
    assert "cc=DONE" in shown


def test_a_person_of_whom_no_trial_counts_is_left_to_a_person_to_decide(prolific, answer):
    participation = come(prolific, "away")
    while trial := participation.trials.filter(response=None).order_by("number").first():
        answer(trial, events=[{"type": "visibility", "value": "hidden", "at": 5.0}])
    (row,) = table(prolific)
    assert (row["state"], row["decision"], row["bonus"]) == ("finished", "review", "")
    assert row["outcome"] == "spoiled"
    assert payments.NOTHING_COUNTS in row["reason"]
