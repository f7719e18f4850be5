"""What the admin pages of photos and of the catalogue share."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import Script
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from colorizers.admin.deletions import what_would_go
from colorizers.admin.edits import GuardedEdits
from colorizers.admin.searching import matching
from colorizers.models import Colorization, Photo

_KEY = re.compile(r"[0-9]{1,18}")


class PageOfRows(ChangeList):  # type: ignore[misc]
    """A list that reads no more of a table than its page shows."""

    result_list: Any

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows.defer(*self.model_admin.list_defer) if self.model_admin.list_defer else rows

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.model_admin.count_for_page(self.result_list)


class WorkbenchAdmin(GuardedEdits, ModelAdmin):  # type: ignore[misc]
    """Adds the style sheet of panels and pictures, and keeps pages quick however many rows there are."""

    list_per_page = 50
    list_defer: Sequence[str] = ()
    """Large columns that a list does not show; a row of the list does not have them read."""

    class Media:
        css = {"all": ["colorizers/workbench.css"]}
        js = [Script("colorizers/unsaved.js", type="module")]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PageOfRows]:
        return PageOfRows

    def count_for_page(self, rows: list[Any]) -> None:
        """Set on the rows of one page of the list what would be costly to count for all of them."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return matching(queryset, self.get_search_fields(request), search_term), False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return what_would_go(objs, request, self.admin_site)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and getattr(db_field, "unique", False):
            what, label = self.opts.verbose_name, str(field.label)
            # Django would name the column, whatever the form calls it.
            field.error_messages["unique"] = (
                f"Another {what} has this “{label}” already. Choose a different one."
            )
        return field

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        found = super().construct_change_message(request, form, formsets, add)
        request.nothing_changed = not add and not found  # type: ignore[attr-defined]
        return found

    def message_user(
        self, request: HttpRequest, message: Any, level: Any = messages.INFO, *args: Any, **kwargs: Any
    ) -> None:
        """As Django does, but never “changed successfully” where nothing was changed."""
        if level == messages.SUCCESS and getattr(request, "nothing_changed", False):
            message, level = "Nothing was changed.", messages.INFO
        super().message_user(request, message, level, *args, **kwargs)


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
