"""What the rows themselves see to: who sees a study, and that a launched one stays as it was."""

import pytest

from colorizers.models import Fixed
from studies.models import Condition, PhotoRole, Study, StudyPhoto, StudyState
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CHANGES = {
    "slug": "other", "title": "Other", "question": "?", "information": "Other", "consent": "Other",
    "consent_version": "2", "thanks": "Other", "contact": "Other", "ethics": "Approved.",
    "design_settings": {"test_trials": 3},
    "allocation": "one_condition_per_participation", "allow_crops": True, "image_px": 80,
    "planned_participants": 3, "show_score": False, "completion_code": "X", "exclusion_rules": {}, "seed": 1,
    "languages": ["de"], "translations": {"de": {}}, "eligibility": "Of age", "screening": {"plates": 3},
    "debrief": {"comments": True}, "participant_quota": 3, "arm_quota": 2, "recruiter": "other",
    "recruiter_settings": {"a": 1}, "linked_group": "group", "voiding": {"repeat": False},
}  # fmt: skip


@pytest.fixture
def live():
    """A live study as far as the guards look; nothing was rendered for it."""
    study = builders.make_study(catalogue=False)
    for role, photo in zip(PhotoRole, study.photo_set.photos.all()[:2], strict=True):
        StudyPhoto.objects.create(study=study, photo=photo, role=role)
    Study.objects.filter(pk=study.pk).update(state=StudyState.LIVE)
    study.refresh_from_db()
    return study


@pytest.mark.parametrize("name", CHANGES)
def test_no_field_of_the_protocol_changes_in_a_live_study(live, name):
    setattr(live, name, CHANGES[name])
    with pytest.raises(Fixed, match=name):
        live.save()


def test_the_list_of_changes_covers_the_protocol():
    assert set(CHANGES) | {"design", "photo_set_id"} == set(Study.PROTOCOL_FIELDS)


def test_another_photo_set_is_refused(live):
    live.photo_set = builders.make_photo_set(1, name="other", first_seed=700)
    with pytest.raises(Fixed, match="photo_set_id"):
        live.save(update_fields=["photo_set"])


def test_who_may_see_a_live_study_can_still_change(live, ada, ben):
    live.owner = ada
    live.save()
    live.researchers.add(ben)
    assert set(Study.objects.visible_to(ben)) == {live}


def test_a_draft_may_change_in_everything():
    study = builders.make_study(catalogue=False)
    for name, value in CHANGES.items():
        setattr(study, name, value)
    study.save()


def test_a_study_that_is_being_prepared_does_not_change():
    study = builders.make_study(catalogue=False)
    Study.objects.filter(pk=study.pk).update(state=StudyState.PREPARING)
    study.title = "Other"
    with pytest.raises(Fixed, match="is being prepared"):
        study.save()


def test_no_condition_of_a_live_study_is_added_changed_or_deleted(live):
    condition = live.conditions.first()
    with pytest.raises(Fixed):
        Condition.objects.create(study=live, slug="new", colorizer=condition.colorizer)
    condition.title = "Better title"
    with pytest.raises(Fixed):
        condition.save()
    with pytest.raises(Fixed):
        live.conditions.all().delete()


def test_no_photo_of_a_live_study_changes_its_role(live):
    row = live.study_photos.filter(role=PhotoRole.PRACTICE).first()
    row.role = PhotoRole.TEST
    with pytest.raises(Fixed):
        row.save()
    with pytest.raises(Fixed):
        StudyPhoto.objects.filter(study=live).delete()


def test_a_live_study_is_not_deleted(live):
    with pytest.raises(Fixed, match="only drafts can be deleted"):
        live.delete()


def test_a_draft_is_deleted_with_its_conditions():
    builders.make_study(catalogue=False).delete()
    assert not Condition.objects.exists()


def test_researchers_see_what_they_own_or_share_and_the_administrator_sees_all(ada, ben, root):
    own = builders.make_study("own", catalogue=False, owner=ada)
    shared = builders.make_study("shared", catalogue=False, owner=ben)
    foreign = builders.make_study("foreign", catalogue=False, owner=ben)
    shared.researchers.add(ada)
    assert set(Study.objects.visible_to(ada)) == {own, shared}
    assert set(Study.objects.visible_to(ben)) == {shared, foreign}
    assert set(Study.objects.visible_to(root)) == {own, shared, foreign}


def test_who_has_no_part_in_the_workbench_sees_nothing(ada):
    builders.make_study(catalogue=False, owner=ada)
    ada.is_staff = False
    assert not Study.objects.visible_to(ada).exists()
