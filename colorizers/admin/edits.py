"""A save that would undo somebody else's is refused, and nothing of what was typed is lost.

Each form carries what it was filled with (a digest per cell). If the stored row differs when the form comes
back, what somebody else changed and this form did not is taken over, what this form changed stays as typed,
and the page shows both before anything is written.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from colorizers.admin.cells import ROW, Cell, Rows, cells_of, digest, left_out, normal

SEEN, AT = "_seen", "@at"
# Sent with what a browser had kept: it is put into the form again, and not saved.
RESTORE = "_restore"


@dataclass(frozen=True)
class Difference:
    """A cell that somebody else changed: what is stored now, and what this form says."""

    label: str
    now: str
    typed: str
    kept: bool  # what was typed stands in the form; otherwise what is stored does
    link: str = ""


@dataclass
class Edit:
    """A form that came back, beside what is stored."""

    stored: dict[str, Cell]
    seen: dict[str, str]
    rows: Rows
    differences: list[Difference] = field(default_factory=list)
    who: list[str] = field(default_factory=list)
    only_oneself: bool = False  # in another window, as far as the history tells

    @property
    def stale(self) -> bool:
        """Whether something else is stored than the form was filled with, or it does not say with what."""
        now = {key: digest(cell.values) for key, cell in self.stored.items()}
        return now != self.seen if self.seen else self.touched

    @property
    def fixed(self) -> bool:
        """Whether something was typed into a field that nobody may change any more."""
        return any(one.typed and not one.kept for one in self.differences)

    @property
    def touched(self) -> bool:
        """Whether saving would change anything."""
        if any(self.rows.new.values()) or any(
            f"{prefix}-{index}-DELETE" in self.rows.post for (prefix, _), index in self.rows.stored.items()
        ):
            return True
        return any(
            typed is None or normal(typed) != cell.values
            for typed, cell in ((self.rows.typed(key), cell) for key, cell in self.stored.items())
        )


def token(stored: dict[str, Cell]) -> str:
    """What a form was filled with, to be sent back with it."""
    cells = [f"{key}:{digest(cell.values)}" for key, cell in stored.items()]
    return " ".join([*cells, f"{AT}:{int(timezone.now().timestamp())}"])


def read_token(text: str) -> dict[str, str]:
    return {key: value for key, _, value in (part.rpartition(":") for part in text.split())}


def merge(edit: Edit, formsets: list[Any]) -> QueryDict:
    """The form with what somebody else changed where this one changed nothing; notes the differences."""
    post = edit.rows.post.copy()
    chosen: dict[str, tuple[str, ...]] = {}
    for key, cell in edit.stored.items():
        typed, seen = edit.rows.typed(key), edit.seen.get(key)
        chosen[key] = cell.values if typed is None else typed
        if seen == digest(cell.values) or (not edit.seen and normal(chosen[key]) == cell.values):
            continue
        # A form that does not say what it was filled with may have changed any cell.
        mine = typed is not None and (not edit.seen or (seen is not None and digest(typed) != seen))
        if mine and typed is not None and normal(typed) != cell.values:
            edit.differences.append(
                Difference(cell.label, cell.words, cell.read(typed), True, f"#{cell.bound.id_for_label}")
            )
        else:
            chosen[key] = cell.values
            # A hidden field says which fields a form shows; nobody reads it.
            if not cell.bound.is_hidden and cell.values:
                edit.differences.append(Difference(cell.label, cell.words, "", False))
    _note_what_is_gone(edit)
    for key, values in chosen.items():
        if ROW not in key:
            post.setlist(key, list(values))
    for formset in formsets:
        _write_rows(post, edit, formset, chosen)
    return post


def _note_what_is_gone(edit: Edit) -> None:
    """Cells that the form had and the stored row has no more; what was typed there is shown to be kept."""
    for key, seen in edit.seen.items():
        typed = edit.rows.typed(key)
        if key not in edit.stored and typed is not None and digest(typed) != seen:
            edit.differences.append(
                Difference(key.split("__")[-1], "not in the form", ", ".join(typed), False)
            )


def _write_rows(post: QueryDict, edit: Edit, formset: Any, chosen: dict[str, tuple[str, ...]]) -> None:
    """The rows of a formset as they are stored now, and below them those that this form adds."""
    prefix, pk = formset.prefix, formset.model._meta.pk.name
    sent = {name: post.getlist(name) for name in post if name.startswith(f"{prefix}-")}
    for name in sent:
        if name.split("-")[1:2][0].isdigit():
            del post[name]
    names = [name for name in formset.empty_form.fields if name not in left_out(formset)]
    for index, row in enumerate(formset.initial_forms):
        key = str(row.instance.pk)
        post[f"{prefix}-{index}-{pk}"] = key
        post[f"{prefix}-{index}-{formset.fk.name}"] = str(formset.instance.pk)
        for name in names:
            cell = ROW.join([prefix, key, name])
            if cell in chosen:
                post.setlist(f"{prefix}-{index}-{name}", list(chosen[cell]))
        place = edit.rows.stored.get((prefix, key))
        if place is not None and f"{prefix}-{place}-DELETE" in sent:
            post[f"{prefix}-{index}-DELETE"] = "on"
    total = initial = len(formset.initial_forms)
    for place in [*edit.rows.new.get(prefix, []), *_taken_out(edit, formset, names)]:
        for name in names:
            post.setlist(f"{prefix}-{total}-{name}", sent.get(f"{prefix}-{place}-{name}", []))
        total += 1
    post[f"{prefix}-TOTAL_FORMS"], post[f"{prefix}-INITIAL_FORMS"] = str(total), str(initial)


def _taken_out(edit: Edit, formset: Any, names: list[str]) -> list[int]:
    """Rows that somebody else deleted and this form changed: they come back as new ones."""
    there = {str(row.instance.pk) for row in formset.initial_forms}
    found = []
    for (prefix, key), place in edit.rows.stored.items():
        cells = [ROW.join([prefix, key, name]) for name in names]
        changed = not edit.seen or any(
            cell in edit.seen and digest(edit.rows.typed(cell) or ()) != edit.seen[cell] for cell in cells
        )
        if prefix == formset.prefix and key not in there and changed:
            found.append(place)
    return found


class _Refused:
    """Put before a form: it is not valid, whatever it holds."""

    def clean(self: Any) -> Any:
        data = super().clean()  # type: ignore[misc]
        self.add_error(None, self.refusal)
        return data


OVERTAKEN = (
    "Not saved: somebody else changed this since you opened it. Nothing of what you typed is lost; look at "
    "what differs, and save once more."
)
OVERTAKEN_BY_ONESELF = OVERTAKEN.replace("somebody else", "you, in another window,")
UNSEEN = (
    "Not saved: the form did not say what it was filled with, so it may undo what somebody else changed. "
    "Nothing of what you typed is lost; look at what differs, and save once more."
)
RESTORED = "This is what you had typed. It is not saved yet."


class GuardedEdits:
    """For an admin whose form changes rows: refuses a save that would undo another one."""

    change_form_before_template = "admin/colorizers/edit_guard.html"

    def before_save(self, request: HttpRequest, obj: Any) -> None:
        """Called before a form that changes something is checked; undone if it is not saved."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        view: Any = super().changeform_view  # type: ignore[misc]
        admin: Any = self
        obj = admin.get_object(request, object_id) if object_id and request.method == "POST" else None
        if RESTORE in request.POST:
            request.refusal = RESTORED  # type: ignore[attr-defined]
        if obj is None or not admin.has_change_permission(request, obj):
            return view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]
        with transaction.atomic():
            # Nobody writes the row between the comparison and the save.
            list(obj.__class__._base_manager.select_for_update().filter(pk=obj.pk).values_list("pk"))
            obj = admin.get_object(request, object_id)
            if obj is not None:
                self._compare(request, obj)
            response: HttpResponse = view(request, object_id, form_url, extra_context)
            if response.status_code == 200:
                transaction.set_rollback(True)
        return response

    def _compare(self, request: Any, obj: models.Model) -> None:
        form, formsets = self._as_stored(request, obj)
        seen = read_token(request.POST.get(SEEN, ""))
        opened = seen.pop(AT, "")
        edit = Edit(cells_of(form, formsets), seen, Rows.of(request.POST, formsets))
        if edit.stale:
            entries = _since(obj, opened)
            edit.who = [_in_words(entry, request.user) for entry in entries]
            edit.only_oneself = bool(entries) and all(entry.user == request.user for entry in entries)
            overtaken = OVERTAKEN_BY_ONESELF if edit.only_oneself else OVERTAKEN
            request.refusal = overtaken if seen else UNSEEN
            request.POST = merge(edit, formsets)
        elif edit.touched:
            self.before_save(request, obj)
        request.edit = edit

    def _as_stored(self, request: HttpRequest, obj: models.Model) -> tuple[forms.BaseForm, list[Any]]:
        """The form and the formsets as somebody who opens the page now would get them."""
        admin: Any = self
        looking = copy.copy(request)
        looking.method, looking.POST = "GET", QueryDict()
        fields = flatten_fieldsets(admin.get_fieldsets(looking, obj))
        form = admin.get_form(looking, obj, change=True, fields=fields)(instance=obj)
        pairs = zip(*admin._create_formsets(looking, obj, change=True), strict=True)
        return form, [formset for formset, inline in pairs if inline.has_change_permission(looking, obj)]

    def get_form(self, request: Any, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)  # type: ignore[misc]
        refusal = getattr(request, "refusal", "")
        return type("Refused", (_Refused, form), {"refusal": refusal}) if refusal else form

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A save that changes nothing is no entry of the history."""
        return super().log_change(request, obj, message) if message else None  # type: ignore[misc]

    def render_change_form(self, request: Any, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        edit = getattr(request, "edit", None)
        context["unsaved"] = bool(context["errors"])
        if getattr(request, "refusal", "") and len(context["errors"]) == 1:
            # It says itself what to do; nothing in the fields is wrong.
            context["errors"] = None
        if edit is not None:
            context |= {"seen": token(edit.stored), "edit": edit}
        elif kwargs.get("change") and request.method == "GET":
            shown = [item.formset for item in context["inline_admin_formsets"] if item.has_change_permission]
            context["seen"] = token(cells_of(context["adminform"].form, shown))
        response: HttpResponse = super().render_change_form(  # type: ignore[misc]
            request, context, **kwargs
        )
        return response


def _since(obj: models.Model, opened: str) -> list[LogEntry]:
    """The entries of the history since the form was opened."""
    since = datetime.fromtimestamp(int(opened), UTC) if opened.isdigit() and len(opened) < 12 else None
    if since is None:
        return []
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        action_time__gte=since,
    ).select_related("user")[:5]
    return list(entries)


def _in_words(entry: LogEntry, reader: Any) -> str:
    who = "You, in another window" if entry.user == reader else str(entry.user)
    return f"{who}, {entry.action_time:%Y-%m-%d %H:%M} UTC: {entry.get_change_message()}"
