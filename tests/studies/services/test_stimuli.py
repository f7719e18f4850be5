"""Stimuli: rendered the same way, of one size, kept, and repaired when a file is lost."""

import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from studies.models import Stimulus
from studies.services import stimuli
from tests import builders

pytestmark = pytest.mark.django_db


def test_every_file_of_a_study_has_the_same_length_and_dimensions():
    study = builders.newly_launched_study()
    files = [stimulus.file.open("rb").read() for stimulus in stimuli.of(study)]
    assert len(files) == 14 * 4
    assert len({len(data) for data in files}) == 1
    assert {Image.open(io.BytesIO(data)).size for data in files} == {(64, 64)}


def test_real_and_recoloured_pictures_of_a_photo_differ_in_their_bytes():
    study = builders.newly_launched_study()
    photo = study.photo_set.photos.first()
    assert stimuli.of(study).filter(photo=photo).values("digest").distinct().count() == 4


def test_two_studies_share_their_stimuli():
    builders.newly_launched_study("first")
    before = Stimulus.objects.count()
    builders.newly_launched_study("second")
    assert Stimulus.objects.count() == before


def test_a_lost_file_is_rendered_again():
    study = builders.newly_launched_study()
    stimulus = stimuli.of(study).first()
    default_storage.delete(stimulus.file.name)
    assert stimuli.damaged(study) == [stimulus]
    face = stimuli.Face(stimulus.photo_id, stimulus.colorization and stimulus.colorization.colorizer_id)
    assert stimuli.ensure(face, 64) == stimulus
    assert stimuli.damaged(study) == []


def test_a_changed_file_is_put_right():
    study = builders.newly_launched_study()
    stimulus = stimuli.of(study).filter(colorization=None).first()
    with default_storage.open(stimulus.file.name, "wb") as file:
        file.write(b"torso")
    assert not stimuli.is_sound(stimulus)
    stimuli.ensure(stimuli.Face(stimulus.photo_id, None), 64)
    assert stimuli.is_sound(stimulus)


def test_a_picture_that_changed_since_it_was_shown_is_refused():
    study = builders.newly_launched_study()
    first, second = stimuli.of(study).filter(colorization=None)[:2]
    default_storage.delete(first.file.name)
    first.photo.file.name, second.photo.file.name = second.photo.file.name, first.photo.file.name
    first.photo.save()
    with pytest.raises(stimuli.Unpresentable, match="no longer gives the picture"):
        stimuli.ensure(stimuli.Face(first.photo_id, None), 64)


def test_a_photo_without_its_colorization_has_no_stimulus():
    study = builders.make_study(catalogue=False)
    face = stimuli.faces(study)[1]
    with pytest.raises(stimuli.Unpresentable, match="gone from the catalogue"):
        stimuli.ensure(face, 64)


def test_the_faces_of_a_study_are_counted_as_missing_until_they_are_made():
    study = builders.make_study()
    faces = stimuli.faces(study)
    assert len(faces) == stimuli.missing(study) == 14 * 4
    stimuli.ensure(faces[0], 64)
    assert stimuli.missing(study) == 14 * 4 - 1
