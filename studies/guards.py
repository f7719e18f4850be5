"""What keeps the protocol of a launched study as it is, whichever way somebody tries to change it."""

from typing import Any

from django.db.models.signals import pre_delete, pre_save

from colorizers.models import Fixed
from studies.models import Condition, Study, StudyPhoto, StudyState


def refuse_to_change_a_condition(*, instance: Condition, raw: bool = False, **_: Any) -> None:
    if raw:
        return
    study = Study.objects.filter(pk=instance.study_id).first()
    if study is not None and not study.is_draft:
        raise Fixed(f"The conditions cannot change: {study.why_fixed()}")


def refuse_to_change_a_photo_of_a_study(*, instance: StudyPhoto, raw: bool = False, **_: Any) -> None:
    # While it is prepared, a study deals out the roles of its photos.
    dealing = {StudyState.DRAFT, StudyState.PREPARING}
    study = Study.objects.filter(pk=instance.study_id).first()
    if not raw and study is not None and study.state not in dealing:
        raise Fixed(f"The roles of its photos cannot change: {study.why_fixed()}")


def refuse_to_delete_a_study(*, instance: Study, **_: Any) -> None:
    instance.check_deletable()


def connect() -> None:
    pre_delete.connect(refuse_to_delete_a_study, sender=Study)
    for signal in (pre_save, pre_delete):
        signal.connect(refuse_to_change_a_condition, sender=Condition)
        signal.connect(refuse_to_change_a_photo_of_a_study, sender=StudyPhoto)
