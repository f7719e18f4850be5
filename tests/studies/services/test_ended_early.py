"""Whoever the design sends home early: counted as such, in nobody's place, and shown to researchers."""

import pytest
from django.urls import reverse

from studies.admin import presentation
from studies.services import payments, planning
from studies.services.participations import begin_participation
from tests.builders import launched_study

FEW = {"practice_trials": 0, "qualification_trials": 4, "test_trials": 4, "vigilance_share": 0}


@pytest.fixture
def study(db, idle_queue, every_design, ada):
    """Ada's live study of single images with room for one."""
    return launched_study(design="single", design_settings=FEW, participant_quota=1, owner=ada)


@pytest.fixture
def unqualified(study, answer):
    """Somebody who takes everything for the opposite of what it is."""
    participation = begin_participation(study=study, source="person")
    for trial in participation.trials.order_by("number"):
        assert answer(trial, answer="real" if trial.key == "fake" else "fake").status_code == 201
    participation.refresh_from_db()
    return participation


def test_it_is_over_without_a_test_trial(unqualified):
    assert (unqualified.state, unqualified.verdict) == ("finished", "failed_qualification")
    assert not unqualified.trials.exclude(kind="practice").exists()


def test_their_place_is_free_for_somebody_who_qualifies(unqualified, study):
    planning.check_quota(study, "person")
    begin_participation(study=study, source="person")
    with pytest.raises(planning.OverQuota):
        planning.check_quota(study, "person")


def test_the_panel_counts_them_apart_from_those_who_came_to_the_end(unqualified, study):
    assert "0 of 10 people finished, 1 ended early by the design" in presentation.of_panel(study)["people"]


def test_researchers_read_why(unqualified, client, ada):
    client.force_login(ada)
    listed = client.get(reverse("admin:studies_participation_changelist")).content.decode()
    assert "finished: failed qualification" in listed
    page = client.get(reverse("admin:studies_participation_change", args=[unqualified.pk])).content.decode()
    assert "failed qualification" in page


def test_whoever_pays_is_asked_to_look(unqualified):
    assert "failed qualification" in payments.due(unqualified)["doubts"]
