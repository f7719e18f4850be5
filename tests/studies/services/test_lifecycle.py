"""A study's way: draft, preparing, live, paused, closed; each step only from where it may be taken."""

import pytest
from django.contrib.admin.models import LogEntry

from colorizers.models import Fixed
from studies import tasks
from studies.models import Source, Study, StudyState, Trial
from studies.services import lifecycle, participations, stimuli, study_files
from studies.services.protocol import verify_protocol
from studies.services.readiness import NotReady
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_launch_opens_the_study_and_freezes_photos_and_protocol(ada):
    study = builders.make_study(owner=ada)
    lifecycle.launch(study=study, by=ada)
    assert study.state == StudyState.LIVE
    assert study.launched_at is not None
    assert len(study.digest) == 64
    assert study.photo_set.frozen_at is not None
    assert study.preparation["done"] == study.preparation["total"] == 56
    assert verify_protocol(study, files=True) == []
    assert "Launched with protocol" in LogEntry.objects.get().change_message


def test_the_protocol_writes_out_every_default():
    study = builders.newly_launched_study(exclusion_rules={})
    assert study.design_settings["exposure_ms"] == 1000
    assert study.protocol["study"]["exclusion_rules"]["rt_min_ms"] == 200
    assert study.protocol["inference"] == {"rule": "bell_mccaffrey_two_way"}
    assert study.protocol["photos"]["practice"]
    assert set(study.protocol["colorizers"]) == {"sepia", "luminance-table", "random"}


def test_equal_studies_have_equal_protocols_whatever_their_age():
    first = builders.newly_launched_study("first")
    second = builders.newly_launched_study("second")
    assert first.digest != second.digest
    first.protocol["study"]["slug"] = "second"
    assert first.protocol == second.protocol


def test_a_study_that_is_not_ready_stays_a_draft():
    study = builders.make_study(title="")
    with pytest.raises(NotReady, match="The title is empty"):
        lifecycle.launch(study=study)
    study.refresh_from_db()
    assert study.is_draft
    assert study.photo_set.frozen_at is None


def test_an_error_while_rendering_makes_it_a_draft_again_with_the_reason():
    study = builders.make_study()
    photo = study.photo_set.photos.first()
    photo.file.storage.delete(photo.file.name)
    with pytest.raises(OSError, match=r"No such file"):
        lifecycle.launch(study=study)
    study.refresh_from_db()
    assert study.is_draft
    assert "No such file" in study.preparation["error"]


def test_a_photo_that_joins_during_the_preparation_stops_the_launch():
    study = builders.make_study()

    def add_a_photo(done: int, total: int) -> None:
        if done == 3:
            study.photo_set.photos.add(builders.make_photo(500))

    with pytest.raises(NotReady, match="photos changed while it was being prepared"):
        lifecycle.launch(study=study, watch=add_a_photo)


def test_a_preparation_goes_on_where_it_was_interrupted(monkeypatch):
    study = builders.make_study()
    lifecycle.begin(study=study, goal=lifecycle.LAUNCH)
    assert lifecycle.continue_preparation(study.pk, seconds=0) is False
    study.refresh_from_db()
    assert study.preparation["done"] == 1
    made = []
    ensure = stimuli.ensure
    monkeypatch.setattr(stimuli, "ensure", lambda face, px: made.append(face) or ensure(face, px))
    assert lifecycle.continue_preparation(study.pk) is True
    assert len(made) == 55
    study.refresh_from_db()
    assert study.state == StudyState.LIVE


def test_a_preparation_whose_worker_died_is_taken_up_by_the_next_one(monkeypatch, settings):
    sent = []
    monkeypatch.setattr(lifecycle, "send", lambda task, pk: sent.append(pk) or "")
    study = builders.make_study()
    lifecycle.begin(study=study, goal=lifecycle.LAUNCH)
    assert lifecycle.recover_abandoned() == 0
    settings.CLAIM_SECONDS = 0
    assert lifecycle.recover_abandoned() == 1
    assert sent == [study.pk]
    # Signs of life would wait for the transaction of this test.
    settings.CLAIM_SECONDS = 120
    tasks.prepare_study(study.pk)
    assert lifecycle.recover_abandoned() == 0


def test_a_second_delivery_of_the_task_changes_nothing():
    study = builders.newly_launched_study()
    tasks.prepare_study(study.pk)
    again = Study.objects.get(pk=study.pk)
    assert (again.digest, again.launched_at) == (study.digest, study.launched_at)


def test_a_task_that_fails_leaves_a_draft_with_the_reason():
    study = builders.make_study()
    lifecycle.begin(study=study, goal=lifecycle.LAUNCH)
    photo = study.photo_set.photos.first()
    photo.file.storage.delete(photo.file.name)
    with pytest.raises(OSError, match=r"No such file"):
        tasks.prepare_study(study.pk)
    study.refresh_from_db()
    assert study.is_draft
    assert study.preparation["error"]


def test_a_queue_that_cannot_be_reached_is_said_and_the_preparation_is_sent_when_it_is_back(
    monkeypatch, settings, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(lifecycle, "send", lambda *args: "The task queue cannot be reached.")
    study = builders.make_study()
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.order(study=study, goal=lifecycle.LAUNCH)
    assert study.state == StudyState.PREPARING
    assert study.preparation["error"] == "The task queue cannot be reached."
    sent = []
    monkeypatch.setattr(lifecycle, "send", lambda task, pk: sent.append((task, pk)) or "")
    settings.CLAIM_SECONDS = 0
    assert lifecycle.recover_abandoned() == 1
    # Signs of life would wait for the transaction of this test.
    settings.CLAIM_SECONDS = 120
    for task, pk in sent:
        builders.run_now(task, pk)
    study.refresh_from_db()
    assert (study.state, study.preparation["error"]) == (StudyState.LIVE, "")


def test_a_task_that_is_delivered_twice_makes_one_audit(monkeypatch):
    study, audits = builders.make_study(), []

    def audit(study, watch):
        audits.append(study.pk)
        tasks.prepare_study(study.pk)  # as another worker, while this one is at it

    monkeypatch.setattr(lifecycle.blinding_audits, "at_launch", audit)
    lifecycle.begin(study=study, goal=lifecycle.LAUNCH)
    tasks.prepare_study(study.pk)
    study.refresh_from_db()
    assert (audits, study.state) == ([study.pk], StudyState.LIVE)


def test_a_preparation_for_the_preview_leaves_a_draft_that_can_be_previewed():
    study = builders.make_study()
    assert not lifecycle.is_prepared(study)
    lifecycle.prepare(study=study)
    assert study.is_draft
    assert lifecycle.is_prepared(study)
    assert study.photo_set.frozen_at is None
    assert participations.begin_participation(study=study, source=Source.PREVIEW).trials.exists()


def test_a_changed_draft_has_to_be_prepared_again():
    study = builders.make_study()
    lifecycle.prepare(study=study)
    study.image_px = 70
    study.save()
    assert not lifecycle.is_prepared(study)


def test_a_launch_discards_the_previews_of_the_draft():
    study = builders.make_study()
    lifecycle.prepare(study=study)
    participations.begin_participation(study=study, source=Source.PREVIEW)
    lifecycle.launch(study=study)
    assert not Trial.objects.exists()


def test_a_cancelled_preparation_is_a_draft_and_the_worker_stops():
    study = builders.make_study()
    lifecycle.begin(study=study, goal=lifecycle.LAUNCH)
    lifecycle.cancel_preparation(study=study)
    assert study.is_draft
    assert lifecycle.continue_preparation(study.pk) is True
    study.refresh_from_db()
    assert study.is_draft
    with pytest.raises(lifecycle.WrongState, match="no preparation to cancel"):
        lifecycle.cancel_preparation(study=study)


STEPS = {"pause": lifecycle.pause, "reopen": lifecycle.reopen, "close": lifecycle.close}
ALLOWED = {
    ("pause", "live"): "paused",
    ("reopen", "paused"): "live",
    ("close", "live"): "closed",
    ("close", "paused"): "closed",
}


@pytest.mark.parametrize("state", StudyState.values)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_only_from_where_it_may_be(step, state, ada):
    study = builders.make_study(catalogue=False, owner=ada)
    Study.objects.filter(pk=study.pk).update(state=state)
    if (step, state) in ALLOWED:
        STEPS[step](study=study, by=ada)
        assert study.state == ALLOWED[step, state]
        assert (study.closed_at is not None) == (study.state == StudyState.CLOSED)
        assert LogEntry.objects.filter(user=ada, object_id=str(study.pk)).count() == 1
    else:
        with pytest.raises(lifecycle.WrongState):
            STEPS[step](study=study, by=ada)
        assert study.state == state


@pytest.mark.parametrize("state", ["preparing", "live", "paused", "closed"])
def test_only_a_draft_is_launched(state):
    study = builders.make_study(catalogue=False)
    Study.objects.filter(pk=study.pk).update(state=state)
    with pytest.raises(lifecycle.WrongState, match="Only a draft can be launched"):
        lifecycle.launch(study=study)


def test_steps_without_a_person_are_logged_for_the_owner(ada):
    study = builders.newly_launched_study(owner=ada)
    lifecycle.pause(study=study)
    assert list(LogEntry.objects.values_list("user__username", flat=True)) == ["ada", "ada"]


def test_a_changed_stimulus_file_shows_in_the_verification():
    study = builders.newly_launched_study()
    stimulus = stimuli.of(study).first()
    stimulus.file.storage.delete(stimulus.file.name)
    assert verify_protocol(study) == []
    assert verify_protocol(study, files=True) == [f"The file {stimulus.file.name} is gone or changed."]


def test_a_row_that_was_changed_behind_the_guards_shows_in_the_verification():
    study = builders.newly_launched_study()
    Study.objects.filter(pk=study.pk).update(consent="I agree to more.")
    study.refresh_from_db()
    [difference] = verify_protocol(study)
    assert difference == "The protocol's part 'study' is not what was launched (consent)."
    study.protocol["study"]["consent"] = "I agree to more."
    assert verify_protocol(study) == ["The stored protocol does not match its digest."]


def test_a_draft_has_no_protocol_to_verify():
    assert "was never launched" in verify_protocol(builders.make_study(catalogue=False))[0]


def test_the_file_of_a_live_study_makes_a_copy_under_another_name():
    text = study_files.export_study(builders.newly_launched_study())
    copy, is_new = study_files.create_study(text.replace('"meadow-study"', '"second-try"'))
    assert is_new
    lifecycle.launch(study=copy)
    assert copy.state == StudyState.LIVE


def test_a_frozen_photo_set_takes_no_more_photos():
    study = builders.newly_launched_study()
    with pytest.raises(Fixed, match="frozen"):
        study.photo_set.photos.add(builders.make_photo(500))
