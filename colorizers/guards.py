"""What keeps a frozen photo set frozen, whichever way somebody tries to change it."""

from typing import Any

from django.db.models.signals import m2m_changed, post_save, pre_delete

from colorizers.models import Photo, PhotoSet

_LOADED = "_loaded_with_its_photos"
_CHANGES = {"pre_add", "pre_remove", "pre_clear"}


def refuse_to_change_a_frozen_set(
    *, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any
) -> None:
    if action not in _CHANGES or hasattr(instance, _LOADED):
        return
    if not reverse:
        touched = PhotoSet.objects.filter(pk=instance.pk)
    elif pk_set is None:
        touched = PhotoSet.objects.filter(photos=instance)
    else:
        touched = PhotoSet.objects.filter(pk__in=pk_set)
    for photo_set in touched.exclude(frozen_at=None):
        photo_set.check_open()


def let_loaddata_give_it_its_photos(*, instance: PhotoSet, raw: bool, **_: Any) -> None:
    """A set that comes from a dump is frozen before its photos are put in; only that object may."""
    if raw:
        setattr(instance, _LOADED, True)


def refuse_to_delete_from_a_frozen_set(*, instance: Photo, **_: Any) -> None:
    for photo_set in instance.photo_sets.exclude(frozen_at=None):
        photo_set.check_open()


def connect() -> None:
    m2m_changed.connect(refuse_to_change_a_frozen_set, sender=PhotoSet.photos.through)
    post_save.connect(let_loaddata_give_it_its_photos, sender=PhotoSet)
    pre_delete.connect(refuse_to_delete_from_a_frozen_set, sender=Photo)
