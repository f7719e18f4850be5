"""Stimuli: rendered and sent the same way, kept, and repaired when a file is lost."""

import hashlib
import io
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from colorizers.pictures.stimulus_files import decode_stimulus, stored_png
from studies.blinding.envelope import envelope
from studies.blinding.masking import unmask
from studies.models import Stimulus, Trial, TrialPicture
from studies.services import stimuli
from studies.services.blinding_audits import audit
from studies.services.participations import begin_participation
from studies.services.protocol import verify_protocol
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_every_file_of_a_study_differs_in_its_pixels_only():
    study = builders.newly_launched_study()
    files = [stimulus.file.open("rb").read() for stimulus in stimuli.of(study)]
    assert len(files) == 14 * 4
    assert len({tuple(envelope(data).items()) for data in files}) == 1
    assert {Image.open(io.BytesIO(data)).size for data in files} == {(64, 64)}


def test_all_arms_of_a_photo_are_sent_in_the_length_of_the_largest():
    study = builders.newly_launched_study()
    sent = stimuli.sent_lengths(study)
    assert len(sent) == 14
    for photo, length in sent.items():
        largest = max(stimuli.of(study).filter(photo=photo).values_list("file_bytes", flat=True))
        assert largest + 4 <= length < largest + 4 + 1024
        assert stimuli.sent_length(study, photo) == length


def as_an_earlier_release_left_it(stimulus):
    """The stimulus with the uncompressed file that was made for it before pictures were compressed."""
    with stimulus.file.open("rb") as file:
        data = stored_png(decode_stimulus(file.read()))
    assert hashlib.sha256(data).hexdigest() == stimulus.digest
    name = f"stimuli/{stimulus.digest[:2]}/{stimulus.digest}.png"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))
    Stimulus.objects.filter(pk=stimulus.pk).update(file=name, file_bytes=len(data))


def test_what_an_earlier_release_launched_stays_as_it_was_launched():
    study = builders.newly_launched_study()
    for stimulus in stimuli.of(study):
        as_an_earlier_release_left_it(stimulus)
    assert verify_protocol(study, files=True) == []
    assert len(set(stimuli.sent_lengths(study).values())) == 1


def test_what_an_earlier_release_planned_is_still_shown(client):
    study = builders.newly_launched_study()
    code = begin_participation(study=study, source="person").code
    TrialPicture.objects.update(sent_bytes=None)
    trial = client.get(f"/p/{code}/state/").json()["trials"][0]
    addresses = [picture["src"] for frame in trial["frames"] for picture in frame.get("images", [])]
    bodies = [client.get(src).content for src in addresses]
    photo = Trial.objects.get(code=trial["code"]).photo_id
    assert [len(body) for body in bodies] == [stimuli.sent_length(study, photo)] * 2
    assert all(
        unmask(body, UUID(src[3:39])).startswith(b"RIFF") for body, src in zip(bodies, addresses, strict=True)
    )


def test_one_picture_that_outgrew_the_plan_is_sent_in_the_length_of_its_companion(client):
    study = builders.newly_launched_study()
    code = begin_participation(study=study, source="person").code
    trial = client.get(f"/p/{code}/state/").json()["trials"][0]
    addresses = [picture["src"] for frame in trial["frames"] for picture in frame.get("images", [])]
    small, large = sorted(
        TrialPicture.objects.filter(trial__code=trial["code"]), key=lambda row: row.stimulus.file_bytes
    )
    as_an_earlier_release_left_it(large.stimulus)
    planned = small.sent_bytes
    lengths = {len(client.get(src).content) for src in addresses}
    assert lengths == {stimuli.sent_length(study, small.trial.photo_id)}
    assert lengths.pop() > planned


def test_a_new_study_compresses_what_it_shares_with_an_earlier_one_for_all_arms_at_once():
    study = builders.newly_launched_study("earlier")
    earlier = list(stimuli.of(study))
    for stimulus in earlier:
        as_an_earlier_release_left_it(stimulus)
    photo = earlier[0].photo_id
    stimuli.ensure(stimuli.Picture(photo, None), 64)
    kinds = {stimulus.file.name[-4:] for stimulus in stimuli.of(study).filter(photo=photo)}
    others = {stimulus.file.name[-4:] for stimulus in stimuli.of(study).exclude(photo=photo)}
    assert (kinds, others) == ({"webp"}, {".png"})
    assert verify_protocol(study, files=True) == []
    assert audit(study, pairs=20).result["certain"] == []
    assert not default_storage.exists(f"stimuli/{earlier[0].digest[:2]}/{earlier[0].digest}.png")


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
    picture = stimuli.Picture(stimulus.photo_id, stimulus.colorization and stimulus.colorization.colorizer_id)
    assert stimuli.ensure(picture, 64) == stimulus
    assert stimuli.damaged(study) == []


def test_a_changed_file_is_put_right():
    study = builders.newly_launched_study()
    stimulus = stimuli.of(study).filter(colorization=None).first()
    with default_storage.open(stimulus.file.name, "wb") as file:
        file.write(b"torso")
    assert not stimuli.is_sound(stimulus)
    stimuli.ensure(stimuli.Picture(stimulus.photo_id, None), 64)
    assert stimuli.is_sound(stimulus)


def test_a_file_that_says_more_than_its_pixels_is_put_right():
    study = builders.newly_launched_study()
    stimulus = stimuli.of(study).filter(colorization=None).first()
    with default_storage.open(stimulus.file.name, "rb") as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
    with default_storage.open(stimulus.file.name, "wb") as file:
        image.save(file, "WEBP", lossless=True, exact=True, exif=b"Exif\0\0painter")
    stimulus.file_bytes = default_storage.size(stimulus.file.name)
    stimulus.save()
    assert not stimuli.is_sound(stimulus)
    assert stimuli.is_sound(stimuli.ensure(stimuli.Picture(stimulus.photo_id, None), 64))


def test_a_picture_that_changed_since_it_was_shown_is_refused():
    study = builders.newly_launched_study()
    first, second = stimuli.of(study).filter(colorization=None)[:2]
    default_storage.delete(first.file.name)
    first.photo.file.name, second.photo.file.name = second.photo.file.name, first.photo.file.name
    first.photo.save()
    with pytest.raises(stimuli.Unpresentable, match="no longer gives the picture"):
        stimuli.ensure(stimuli.Picture(first.photo_id, None), 64)


def test_a_photo_without_its_colorization_has_no_stimulus():
    study = builders.make_study(catalogue=False)
    picture = stimuli.pictures(study)[1]
    with pytest.raises(stimuli.Unpresentable, match="gone from the catalogue"):
        stimuli.ensure(picture, 64)


def test_the_faces_of_a_study_are_counted_as_missing_until_they_are_made():
    study = builders.make_study()
    pictures = stimuli.pictures(study)
    assert len(pictures) == stimuli.missing(study) == 14 * 4
    stimuli.ensure(pictures[0], 64)
    assert stimuli.missing(study) == 14 * 4 - 1
