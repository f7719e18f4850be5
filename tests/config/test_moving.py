"""An installation moves to another database as docs/moving.md says."""

import pytest
from django.apps import apps
from django.core.management import call_command

from studies.models import Participation, Source
from studies.services.participations import begin_participation
from tests.builders import launched_study

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True), pytest.mark.database]


def rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_what_is_dumped_can_be_loaded_into_an_empty_database(idle_queue, root, tmp_path):
    study = launched_study()
    begin_participation(study=study, source=Source.PERSON)
    begun = Participation.objects.get().consented_at.replace(microsecond=123_456)
    Participation.objects.update(consented_at=begun)
    file, before, digest = tmp_path / "all.json", rows(), study.digest
    call_command("dumpdata", natural_foreign=True, natural_primary=True, output=str(file), verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("loaddata", str(file), verbosity=0)
    assert rows() == before
    participation = Participation.objects.get()
    assert (participation.study.digest, participation.consented_at) == (digest, begun)
    assert participation.trials.exists()
