import pytest

from studies.models import Participant, Participation
from studies.services import previews
from studies.services.participations import begin_participation
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_preview_with_a_repeated_trial_is_discarded_and_people_stay(idle_queue):
    study = builders.newly_launched_study()
    preview = begin_participation(study=study, source="preview")
    person = begin_participation(study=study, source="person")
    spoiled, repeated = preview.trials.order_by("number")[2:4]
    repeated.replaces = spoiled
    repeated.save()
    assert previews.discard_previews(study) == 1
    assert Participation.objects.get() == person
    assert Participant.objects.get() == person.participant
