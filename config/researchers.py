"""The group of rights with which a colleague can do a whole study, and who can put people into it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

RESEARCHERS = "Researchers"
# Studies, their participations, reports and exclusions follow from owning or sharing a study. Deleting
# photos, sets and colorizers, on which other people's studies may rest, stays with administrators.
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    "colorizers": {
        "photoset": ("view", "add", "change"),
        "photo": ("view", "add", "change"),
        "photoimport": ("view", "add"),
        "colorizer": ("view", "add", "change"),
        "generationrun": ("view", "add"),
        "colorization": ("view",),
    },
    "evaluation": {"score": ("view",)},
}


def rights() -> list[str]:
    """The group's rights, such as `colorizers.add_photo`."""
    return [
        f"{app}.{verb}_{model}"
        for app, models in RIGHTS.items()
        for model, verbs in models.items()
        for verb in verbs
    ]


def make_group(using: str, **_signal: Any) -> None:
    """Make the group where there is none; one that an administrator has changed stays as it is."""
    group, is_new = Group.objects.using(using).get_or_create(name=RESEARCHERS)
    if is_new:
        wanted = Q()
        for right in rights():
            app, codename = right.split(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        group.permissions.set(Permission.objects.using(using).filter(wanted))


def name_of(right: str) -> str:
    """A right as the workbench lists it, such as “Can add photo”."""
    app, _, codename = right.partition(".")
    found = Permission.objects.filter(content_type__app_label=app, codename=codename).first()
    return found.name if found is not None else codename.replace("_", " ")


def administrators() -> QuerySet[Any]:
    """The people who can give rights."""
    return get_user_model().objects.filter(is_superuser=True, is_active=True).order_by("username")
