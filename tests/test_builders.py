"""The builders are honest: a built study stands on real rows and files."""

import pytest

from colorizers.models import WorkState
from studies.models import Stimulus, StudyState
from tests import builders

pytestmark = pytest.mark.django_db


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
