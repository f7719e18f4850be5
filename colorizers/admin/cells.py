"""What a form of the workbench holds, cell by cell, as a browser would send it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

ROW = "/"  # between the parts of a cell's key: conditions/12/title


@dataclass(frozen=True)
class Cell:
    """One value of a form: its label, what a browser sends for it, and the same in words."""

    label: str
    values: tuple[str, ...]
    bound: BoundField

    @property
    def words(self) -> str:
        return self.read(self.values)

    def read(self, values: Iterable[str]) -> str:
        """Values of this cell in words: of a choice its label, of a switch yes or no."""
        widget = _widget(self.bound)
        if isinstance(widget, forms.CheckboxInput):
            return "yes" if any(values) else "no"
        choices = dict(_choices(widget.choices)) if isinstance(widget, forms.widgets.ChoiceWidget) else {}
        return ", ".join(choices.get(value, value) for value in values if value)


def normal(values: Iterable[str]) -> tuple[str, ...]:
    """Values without what differs between browsers: line ends, order, nothing sent or an empty text."""
    return tuple(sorted(value.replace("\r\n", "\n") for value in values if value))


def digest(values: Iterable[str]) -> str:
    text = "\x00".join(normal(values))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def cells_of(form: forms.BaseForm, formsets: Iterable[Any]) -> dict[str, Cell]:
    """The cells of a form that was not sent yet, and of the stored rows below it."""
    found = {name: cell for bound in form for name, cell in _cells(bound, bound.html_name, "")}
    for formset in formsets:
        for row in formset.initial_forms:
            start = ROW.join([formset.prefix, str(row.instance.pk), ""])
            of = f"{formset.model._meta.verbose_name} “{row.instance}”: "
            for bound in row:
                if bound.name not in left_out(formset):
                    found.update(_cells(bound, start + bound.name, of))
    return found


def left_out(formset: Any) -> set[str]:
    """The fields of a row that say which row it is, and are typed by nobody."""
    return {formset.model._meta.pk.name, formset.fk.name, "DELETE"}


def _cells(bound: BoundField, name: str, of: str) -> Iterator[tuple[str, Cell]]:
    widget: Any = _widget(bound)
    value = bound.value()
    # A browser sends no stored file back, and nothing for a field that is shown only.
    if bound.field.disabled or isinstance(widget, forms.FileInput):
        return
    label = of + (str(bound.label) if of else str(bound.label)[:1].upper() + str(bound.label)[1:])
    if isinstance(widget, forms.MultiWidget):
        values: Any = value if isinstance(value, list | tuple) else widget.decompress(value)
        parts: Any = widget
        for suffix, part, given in zip(parts.widgets_names, parts.widgets, values, strict=True):
            yield name + suffix, Cell(label, _sent(part, given), bound)
    else:
        yield name, Cell(label, _sent(widget, value), bound)


def _widget(bound: BoundField) -> forms.Widget:
    """The field's widget without the admin's links beside it."""
    widget: Any = bound.field.widget
    inner: forms.Widget = getattr(widget, "widget", widget)
    return inner


def _sent(widget: forms.Widget, value: Any) -> tuple[str, ...]:
    if isinstance(widget, forms.CheckboxInput):
        return ("on",) if widget.check_test(value) else ()
    shown = widget.format_value(value)
    values: Sequence[Any] = shown if isinstance(shown, list | tuple) else [shown]
    return normal("" if item is None else str(item) for item in values)


def _choices(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _choices(label)
        else:
            yield str(value), str(label)


@dataclass(frozen=True)
class Rows:
    """Where a sent form has the rows of each formset: by their keys, and those that are new."""

    post: QueryDict
    stored: Mapping[tuple[str, str], int]
    new: Mapping[str, list[int]]

    @classmethod
    def of(cls, post: QueryDict, formsets: Iterable[Any]) -> Rows:
        stored: dict[tuple[str, str], int] = {}
        new: dict[str, list[int]] = {}
        for formset in formsets:
            prefix, pk = formset.prefix, formset.model._meta.pk.name
            total = post.get(f"{prefix}-TOTAL_FORMS", "")
            count = min(int(total), formset.absolute_max) if total.isascii() and total.isdigit() else 0
            for index in range(count):
                key = post.get(f"{prefix}-{index}-{pk}", "")
                if key:
                    stored[prefix, key] = index
                else:
                    new.setdefault(prefix, []).append(index)
        return cls(post, stored, new)

    def typed(self, key: str) -> tuple[str, ...] | None:
        """What was sent for a cell; None if the sent form has no such row."""
        if ROW not in key:
            return tuple(self.post.getlist(key))
        prefix, pk, name = key.split(ROW)
        index = self.stored.get((prefix, pk))
        return None if index is None else tuple(self.post.getlist(f"{prefix}-{index}-{name}"))
