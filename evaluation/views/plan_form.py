"""The planner's form: one plain field for each number of the question; shares are asked in per cent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from evaluation.designs._asked import Asked, Item, items, problems


class PlanForm(forms.Form):
    """Sent by GET, so that a plan has an address; what the address leaves out is as in `start`."""

    def __init__(self, asked: Mapping[str, str], start: Asked) -> None:
        self.kind, self.items = type(start), items(type(start))
        initial = {item.name: item.text(getattr(start, item.name)) for item in self.items}
        known = {name: value for name, value in asked.items() if name in initial}
        super().__init__(initial | known if known else None, initial=initial)
        for item in self.items:
            self.fields[item.name] = _field(item)

    def clean(self) -> dict[str, Any]:
        """Ranges, and what the numbers demand of each other; each complaint stands at its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, sentence in problems(self.kind, self._values(data)).items():
            self.add_error(name, sentence)
        return data

    def question(self) -> Asked:
        """The question that was asked; only of a valid form."""
        return self.kind(**self._values(self.cleaned_data))

    def _values(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {item.name: item.meant(data[item.name]) for item in self.items if item.name in data}


def _field(item: Item) -> forms.Field:
    common: dict[str, Any] = {"label": item.title, "help_text": item.help}
    if item.choices:
        return forms.ChoiceField(choices=list(item.choices.items()), **common)
    attrs = {"min": f"{item.times * item.low:.12g}", "max": f"{item.times * item.high:.12g}"}
    if item.kind is int:
        return forms.IntegerField(widget=forms.NumberInput(attrs | {"inputmode": "numeric"}), **common)
    attrs |= {"step": "any", "inputmode": "decimal"}
    return forms.FloatField(widget=forms.NumberInput(attrs), **common)
