"""What keeps a frozen photo set frozen, whichever way somebody tries to change it."""

from typing import Any

from django.db.models.signals import m2m_changed, pre_delete

from colorizers.models import Photo, PhotoSet

_CHANGES = {"pre_add", "pre_remove", "pre_clear"}


def refuse_to_change_a_frozen_set(
    *, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any
) -> None:
    if action not in _CHANGES:
        return
    if not reverse:
        touched = PhotoSet.objects.filter(pk=instance.pk)
    elif pk_set is None:
        touched = PhotoSet.objects.filter(photos=instance)
    else:
        touched = PhotoSet.objects.filter(pk__in=pk_set)
    for photo_set in touched.exclude(frozen_at=None):
        photo_set.check_open()


def refuse_to_delete_from_a_frozen_set(*, instance: Photo, **_: Any) -> None:
    for photo_set in instance.photo_sets.exclude(frozen_at=None):
        photo_set.check_open()


def connect() -> None:
    m2m_changed.connect(refuse_to_change_a_frozen_set, sender=PhotoSet.photos.through)
    pre_delete.connect(refuse_to_delete_from_a_frozen_set, sender=Photo)
