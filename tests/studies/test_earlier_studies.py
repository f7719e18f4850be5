"""Studies that were launched before there were checks, voiding and questions."""

from importlib import import_module

import pytest
from django.apps import apps

from studies.models import ParticipationState, Response, Study
from studies.rules.voiding import voiding_rules
from studies.services import debriefing, participations
from studies.services.protocol import verify_protocol
from tests.builders import launched_study, make_study
from tests.studies.services.test_voiding import HIDDEN

LATER = (
    "languages", "translations", "eligibility", "screening", "debrief", "participant_quota", "arm_quota",
    "recruiter", "recruiter_settings", "linked_group", "voiding", "ethics",
)  # fmt: skip


def migrate():
    import_module("studies.migrations.0004_studies_launched_before").write_out(apps, None)


@pytest.fixture
def earlier(db, idle_queue):
    """A live study whose row and protocol are as an earlier release left them."""
    from colorizers.models import digest_of

    study = launched_study()
    protocol = study.protocol | {
        "study": {k: v for k, v in study.protocol["study"].items() if k not in LATER}
    }
    empty = {"screening": {}, "voiding": {}, "debrief": {}, "recruiter_settings": {}}
    Study.objects.update(protocol=protocol, digest=digest_of(protocol), **empty)
    migrate()
    study.refresh_from_db()
    return study


def test_nobody_is_checked_asked_or_repeated_who_would_not_have_been(earlier, answer, finish):
    participation = participations.begin_participation(study=earlier, source="person")
    assert participation.state == ParticipationState.STARTED
    for trial in participation.trials.filter(kind="practice").order_by("number"):
        answer(trial)
    answer(participation.trials.filter(response=None).order_by("number").first(), events=HIDDEN)
    finish(participation)
    assert not Response.objects.filter(voided=True).exists()
    assert not debriefing.is_due(participation)
    assert voiding_rules(earlier.voiding).repeat is False


def test_the_protocol_of_an_earlier_release_is_still_what_was_launched(earlier):
    assert verify_protocol(earlier) == []
    Study.objects.update(thanks="Other words.")
    earlier.refresh_from_db()
    assert "thanks" in verify_protocol(earlier)[0]


def test_a_draft_and_a_study_of_this_release_are_left_alone(db, idle_queue):
    draft, live = make_study("draft", screening={}, voiding={}), launched_study(voiding={"most_repeats": 3})
    migrate()
    for study in (draft, live):
        before = (study.screening, study.voiding, study.debrief)
        study.refresh_from_db()
        assert (study.screening, study.voiding, study.debrief) == before
