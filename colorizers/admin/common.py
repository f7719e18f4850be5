"""What the admin pages of photos and of the catalogue share."""

import re
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from colorizers.admin.edits import GuardedEdits
from colorizers.models import Colorization, Photo

_KEY = re.compile(r"[0-9]{1,18}")


class WorkbenchAdmin(GuardedEdits, ModelAdmin):  # type: ignore[misc]
    """Adds the style sheet of panels and pictures."""

    list_per_page = 50

    class Media:
        css = {"all": ["colorizers/workbench.css"]}


class RecordAdmin(WorkbenchAdmin):
    """Rows that the system writes: to be read here, not written."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def is_key(text: str) -> bool:
    """Whether a text from an address or a form can be a row's number in any database."""
    return _KEY.fullmatch(text) is not None


def thumbnail(address: str, alt: str, *, link: str = "") -> SafeString:
    image = format_html('<img src="{}" alt="{}" loading="lazy">', address, alt)
    if link:
        return format_html('<a class="fr-thumb" href="{}">{}</a>', link, image)
    return format_html('<span class="fr-thumb">{}</span>', image)


def photo_thumbnail(photo: Photo) -> SafeString:
    return thumbnail(reverse("colorizers:photo_thumbnail", args=[photo.digest]), str(photo))


def colorization_thumbnail(colorization: Colorization) -> str:
    if not colorization.digest:
        return ""
    address = reverse("colorizers:colorization_thumbnail", args=[colorization.digest])
    return thumbnail(address, str(colorization))
