"""Forms sent as a browser sends them: what the page shows goes back, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client

NO_VALUE = {"submit", "button", "reset", "image"}


@dataclass
class Control:
    """One control of a form: its name, kind and present value, and what may be chosen of it."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    required: bool = False


@dataclass
class Form:
    """A form of a page: where it goes, how, and its controls."""

    action: str
    method: str
    novalidate: bool
    controls: list[Control] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)
    has_button: bool = False

    def named(self, name: str) -> list[Control]:
        return [control for control in self.controls if control.name == name]

    def names(self) -> set[str]:
        return {control.name for control in self.controls}

    def filled(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """What is sent when a person has typed and chosen this; AssertionError for what no page offers."""
        unknown = set(typed) - {control.name for control in self.controls if control.kind != "hidden"}
        assert not unknown, f"The form has no {sorted(unknown)}, only {sorted(self.names())}"
        data: dict[str, Any] = {}
        for control in self.controls:
            if control.name in typed:
                self._put(data, control, typed[control.name])
            elif control.values:
                data.setdefault(control.name, []).extend(control.values)
        if not self.novalidate:
            empty = [c.name for c in self.controls if c.required and not any(_sent(data, c.name))]
            assert not empty, f"The browser would refuse: {empty} must be filled in"
        return {name: values[0] if len(values) == 1 else values for name, values in data.items()}

    def _put(self, data: dict[str, Any], control: Control, value: Any) -> None:
        values = [v for v in (value if isinstance(value, list | tuple) else [value]) if v is not False]
        if control.kind in {"checkbox", "radio", "select"}:
            wanted = ["on" if v is True and "on" in control.offered else v for v in values]
            wanted = [control.offered[0] if v is True else str(v) for v in wanted]
            offered = {v for twin in self.named(control.name) for v in twin.offered}
            assert set(wanted) <= offered, f"{control.name} offers {sorted(offered)}, not {wanted}"
            values = [v for v in wanted if v in control.offered]
        if values:
            data.setdefault(control.name, []).extend(values)


def _sent(data: Mapping[str, Any], name: str) -> list[Any]:
    return list(data.get(name, []))


class _Reader(HTMLParser):
    """Reads the forms of a page, with controls that stand outside and name their form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select: Control | None = None
        self._multiple = self._in_template = False
        self._text: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "template":
            self._in_template = True
        if self._in_template:
            return
        if tag == "form":
            method = (facts.get("method") or "get").lower()
            self._open = Form(facts.get("action") or "", method, "novalidate" in facts)
            self.forms.append(self._open)
            if facts.get("id"):
                self.by_id[facts["id"] or ""] = self._open
        owner = self.by_id.get(facts.get("form") or "", self._open)
        name = facts.get("name") or ""
        if tag == "option" and self._select is not None:
            value = facts.get("value") or ""
            self._select.offered.append(value)
            if "selected" in facts:
                self._select.values.append(value)
        if owner is None or "disabled" in facts:
            return
        if (tag, facts.get("type")) in {("button", None), ("button", "submit"), ("input", "submit")}:
            owner.has_button = True
        if not name:
            return
        kind = {"input": (facts.get("type") or "text").lower()}.get(tag, tag)
        if kind in NO_VALUE or (tag == "button" and facts.get("type", "submit") == "submit"):
            owner.buttons[name] = facts.get("value") or ""
        elif tag in {"input", "select", "textarea"}:
            control = Control(name, kind, required="required" in facts)
            owner.controls.append(control)
            self._begin(control, facts)

    def _begin(self, control: Control, facts: dict[str, str | None]) -> None:
        if control.kind == "select":
            self._select, self._multiple = control, "multiple" in facts
        elif control.kind == "textarea":
            self._text = control
            control.values = [""]
        elif control.kind in {"checkbox", "radio"}:
            value = facts.get("value")
            control.offered = ["on" if value is None else value]
            control.values = list(control.offered) if "checked" in facts else []
        elif control.kind != "file":
            control.values = [facts.get("value") or ""]

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.values[0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._in_template = False
        elif tag == "form":
            self._open = None
        elif tag == "textarea" and self._text is not None:
            self._text.values[0] = self._text.values[0].removeprefix("\n")
            self._text = None
        elif tag == "select" and self._select is not None:
            if not self._select.values and not self._multiple and self._select.offered:
                self._select.values = self._select.offered[:1]
            self._select = None


def forms_of(page: str) -> list[Form]:
    """The forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_with(page: str, name: str) -> Form:
    """The one form of a page that has a control or a button of this name."""
    found = [form for form in forms_of(page) if name in form.names() | form.buttons.keys()]
    assert len(found) == 1, f"{len(found)} forms have {name!r}"
    return found[0]


def submit(client: Client, address: str, *, button: str = "_save", rows: int = 0, **typed: Any) -> Any:
    """Open a page, fill in the form with this button, press it; the reply.

    `rows` more rows are added to the page's table of inline rows first, as its *Add* button does.
    """
    form = form_with(client.get(address).content.decode(), button)
    for _ in range(rows):
        add_row(form)
    data = form.filled(typed) | ({button: form.buttons[button]} if button in form.buttons else {})
    return client.post(urljoin(address, form.action or address), data)


def add_row(form: Form) -> None:
    """What the script of the admin does when *Add another* is pressed."""
    total = next(control for control in form.controls if control.name.endswith("-TOTAL_FORMS"))
    prefix, index = total.name.removesuffix("-TOTAL_FORMS"), total.values[0]
    for control in [c for c in form.controls if c.name.startswith(f"{prefix}-__prefix__-")]:
        name = control.name.replace("__prefix__", index)
        form.controls.append(Control(name, control.kind, list(control.values), control.offered))
    total.values = [str(int(index) + 1)]
