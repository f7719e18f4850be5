"""The planner's form: one plain field for each number of the question; shares are asked in per cent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django import forms

from evaluation.designs._pair.study_plan import Question, problems

ASKED = {item.name: item for item in dataclasses.fields(Question)}


def in_units(name: str, value: Any) -> Any:
    """A value of the question as people say it: shares times 100, rounded so that 0.07 is 7."""
    return round(100 * value, 6) if ASKED[name].metadata.get("unit") else value


def from_units(name: str, value: Any) -> Any:
    """What somebody said as the question holds it."""
    return value / 100 if value is not None and ASKED[name].metadata.get("unit") else value


class PlanForm(forms.Form):
    """Sent by GET, so that a plan has an address; what the address leaves out is as in `start`."""

    def __init__(self, asked: Mapping[str, str], start: Question) -> None:
        initial = {name: f"{in_units(name, getattr(start, name)):.12g}" for name in ASKED}
        initial["mixed"] = "all" if start.mixed else "one"
        known = {name: value for name, value in asked.items() if name in ASKED}
        super().__init__(initial | known if known else None, initial=initial)
        for name, item in ASKED.items():
            self.fields[name] = _field(item)

    def clean(self) -> dict[str, Any]:
        """Ranges, and what the numbers demand of each other; each complaint stands at its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        values = {name: from_units(name, value) for name, value in data.items()}
        for name, sentence in problems(values).items():
            self.add_error(name, sentence)
        return data

    def question(self) -> Question:
        """The question that was asked; only of a valid form."""
        return Question(**{name: from_units(name, self.cleaned_data[name]) for name in ASKED})


def _field(item: dataclasses.Field[Any]) -> forms.Field:
    known = item.metadata
    label = f"{known['label']}, {known['unit']}" if known.get("unit") else known["label"]
    common: dict[str, Any] = {"label": label, "help_text": known["help"]}
    if item.type == "bool":
        choices = [("all", "Everybody sees all conditions"), ("one", "Everybody sees one")]
        return forms.TypedChoiceField(choices=choices, coerce=lambda value: value == "all", **common)
    low, high = (in_units(item.name, known[end]) for end in ("low", "high"))
    attrs = {"min": f"{low:.12g}", "max": f"{high:.12g}", "inputmode": "decimal"}
    if item.type == "int":
        return forms.IntegerField(widget=forms.NumberInput(attrs | {"inputmode": "numeric"}), **common)
    return forms.FloatField(widget=forms.NumberInput(attrs | {"step": "any"}), **common)
