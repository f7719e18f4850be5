"""Participations in the workbench: labelled by source, seen by the study's researchers, never written."""

import pytest
from django.urls import reverse

from studies.models import Source
from studies.services import participations
from tests import builders
from tests.studies.services.test_voiding import HIDDEN

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def study(ada):
    """Ada's live study."""
    return builders.launched_study(owner=ada)


def page_of(participation) -> str:
    return reverse("admin:studies_participation_change", args=[participation.pk])


def test_simulated_participations_are_labelled(client, ada, study):
    for source in (Source.PERSON, Source.SIMULATED):
        participations.begin_participation(study=study, source=source)
    client.force_login(ada)
    page = client.get("/admin/studies/participation/").content.decode()
    assert "0 of 12" in page
    for label in ("person", "simulated"):
        assert label in page


def test_a_participation_shows_its_trials_in_their_order(client, ada, study):
    participation = participations.begin_participation(study=study, source=Source.PERSON)
    client.force_login(ada)
    page = client.get(page_of(participation))
    assert page.status_code == 200
    assert [row.trial.number for row in page.context["trials"]] == list(range(1, 13))


def test_a_finished_participation_says_how_attention_was_judged(client, ada, study, finish):
    participation = participations.begin_participation(study=study, source=Source.PERSON)
    finish(participation)
    client.force_login(ada)
    page = client.get(page_of(participation)).content.decode()
    assert "passed. A vigilance trial is passed if the recolouring of the vigilance control was found" in page


def test_a_spoiled_trial_is_labelled_with_what_spoiled_it_and_what_took_its_place(client, ada, study, answer):
    participation = participations.begin_participation(study=study, source=Source.PERSON)
    for number in range(1, 5):
        trial = participation.trials.get(number=number)
        again = 1 if number == 1 else 0
        answer(trial, answer=trial.key, events=HIDDEN if number == 3 else [], shown_before=again)
    client.force_login(ada)
    page = " ".join(client.get(page_of(participation)).content.decode().split())
    assert page.count("spoiled, not counted") == 1
    assert "page hidden" in page
    assert "in the place of 3" in page
    assert "not judged, shown before" in page
    assert page.count("as planned") == 1


def test_nothing_is_added_changed_or_deleted(client, root, study):
    participation = participations.begin_participation(study=study, source=Source.PERSON)
    client.force_login(root)
    assert client.get("/admin/studies/participation/add/").status_code == 403
    assert client.post(page_of(participation), {"completion_code": "X"}).status_code == 403
    delete = reverse("admin:studies_participation_delete", args=[participation.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_who_has_no_part_in_the_study_sees_none_of_it(client, ben, study):
    participation = participations.begin_participation(study=study, source=Source.PERSON)
    client.force_login(ben)
    listed = client.get("/admin/studies/participation/").content.decode()
    assert str(participation.code) not in listed
    assert study.title not in listed
    assert client.get(page_of(participation)).status_code in {302, 403, 404}
