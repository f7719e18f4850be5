"""The builders are honest: a built study stands on real rows and files."""

from pathlib import Path

import pytest

from colorizers.models import Colorization, WorkState
from studies.models import Stimulus, Study, StudyState
from studies.services import stimuli
from studies.services.protocol import verify_protocol
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_built_study_has_photos_conditions_and_a_complete_catalogue():
    study = builders.make_study()
    assert study.photo_set.photos.count() == 14
    assert [c.slug for c in study.conditions.all()] == ["sepia", "luminance-table", "random"]
    for condition in study.conditions.all():
        done = condition.colorizer.colorizations.filter(state=WorkState.DONE)
        assert done.count() == 14


def test_colorizations_are_really_recoloured():
    photo_set = builders.make_photo_set(2)
    made = builders.fill_catalogue(photo_set, builders.make_colorizer("sepia"))
    for colorization in made:
        assert (colorization.read_rgb() != colorization.photo.read_rgb()).any()


def test_a_launched_study_is_live_with_all_its_stimuli():
    study = builders.launched_study()
    assert study.state == StudyState.LIVE
    assert Stimulus.objects.count() == 14 * 4


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_study_that_is_put_back_is_the_one_that_was_launched(time, settings):
    study = builders.launched_study(title="Twice")
    assert verify_protocol(study, files=True) == []
    rows = Colorization.objects.done().select_related("photo", "colorizer")
    assert len(rows) == 14 * 3
    assert all((row.read_rgb() != row.photo.read_rgb()).any() for row in rows)
    assert not stimuli.damaged(study)
    # What comes after it gets numbers of its own, and what a test does to it no other test sees.
    other = builders.newly_launched_study("other")
    assert Study.objects.count() == 2
    Path(settings.MEDIA_ROOT, stimuli.of(other)[0].file.name).write_bytes(b"spoiled")
    assert stimuli.damaged(other)
