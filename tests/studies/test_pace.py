"""Answers that come sooner than their pictures could have been shown: recorded, left out, never just paid."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from evaluation.models import Population
from evaluation.services.reports import make_report
from studies.models import Response
from studies.rules import pace, strict_view
from studies.services import payments, responses
from studies.services.exports import trial_rows
from studies.services.participations import begin_participation
from tests.builders import launched_study

NOON = datetime(2026, 5, 1, 12)
FRAMES = [{"duration_ms": ms} for ms in (900, 1000, 600, 1000, None)]
LEAST = timedelta(milliseconds=0.9 * 3500)
RULES = {"vigilance_pass": 0.75, "rt_min_ms": 200, "rt_max_ms": 30000, "too_soon_share": 0.05}


def proposal(study, participation):
    rows = csv.DictReader(io.StringIO("".join(payments.payment_lines(study))))
    return next(row for row in rows if row["participant_id"] == str(participation.participant.code))


def test_a_trial_cannot_be_seen_before_the_one_before_it_and_before_its_pictures_are_handed_out():
    assert pace.possible_from(FRAMES, before=NOON, opened=None) == NOON + LEAST
    fetched = NOON + timedelta(seconds=20)
    assert pace.possible_from(FRAMES, before=NOON, opened=fetched) == fetched + LEAST
    seen = NOON + timedelta(seconds=30)
    assert pace.possible_from(FRAMES, before=seen, opened=fetched) == seen + LEAST


def test_a_script_that_answers_at_once_is_recorded_and_not_proposed_for_payment(participation, study, finish):
    finish(participation, seconds=0)
    assert responses.too_soon(participation) == 12
    row = proposal(study, participation)
    assert row["decision"] == "review"
    assert "12 answers came sooner than their pictures could be shown" in row["reason"]
    assert [row["too_soon"] for row in trial_rows(study)] == [1] * 12


def test_waiting_first_does_not_help_a_script(participation, later, finish):
    later(3600)
    finish(participation, seconds=0)
    # The first eight may have been fetched in that hour, as the server hands out eight ahead.
    assert responses.too_soon(participation) == 4


def test_a_person_on_a_bad_line_is_not_suspected(participation, study, answer, later, finish):
    """Eight trials are seen without a connection, and their answers arrive all at once."""
    later(60)
    for trial in participation.trials.order_by("number")[:8]:
        answer(trial, answer=trial.key, seconds=0.1)
    assert responses.too_soon(participation) == 0
    finish(participation)
    assert responses.too_soon(participation) == 0
    assert proposal(study, participation)["decision"] == "approve"


@pytest.mark.parametrize("source", ["simulated", "preview"])
def test_the_simulated_and_previews_have_no_pace(study, finish, source):
    finish(begin_participation(study=study, source=source), seconds=0)
    assert not Response.objects.exclude(possible_from=None).exists()


def test_the_strict_view_leaves_them_out_by_a_rule_of_the_study(db, idle_queue, finish):
    study = launched_study(exclusion_rules=RULES)
    person, script = (begin_participation(study=study, source="person") for _ in range(2))
    finish(person)
    finish(script, seconds=0)
    results = make_report(study=study, population=Population.PEOPLE).results
    steps = {step["step"]: step for step in results["filters"]}
    assert steps["T3"]["participants_dropped"] == 1
    assert (steps["T3"]["rows_in"], steps["T3"]["rows_out"]) == (16, 8)
    by_view = {view["code"]: view["participants"] for view in results["views"]}
    assert (by_view["default"], by_view["T3"], by_view["strict"]) == (2, 1, 1)


def test_a_study_that_was_launched_before_the_rule_goes_on_without_it():
    earlier = {name: value for name, value in RULES.items() if name != "too_soon_share"}
    assert strict_view.rules_in_force(earlier, launched=True).too_soon_share == 1
    assert strict_view.rules_in_force(earlier, launched=False).too_soon_share == 0.05
