"""Forms of the workbench as a browser sends them: read from the page, every field of it."""

from html.parser import HTMLParser
from typing import Any

from django.urls import reverse


class Sent(HTMLParser):
    """What a browser would send of a page's main form."""

    def __init__(self, page: str, form_id: str) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self.form_id, self.inside = form_id, False
        self.select = self.textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        facts = dict(attrs)
        if tag == "form":
            self.inside = facts.get("id") == self.form_id
        name = facts.get("name", "")
        if not self.inside or not (name or tag == "option"):
            return
        if tag == "input" and facts.get("type") in {"checkbox", "radio"}:
            if "checked" in facts:
                self.data.setdefault(name, []).append(facts.get("value", "on"))
        elif tag == "input" and facts.get("type") not in {"submit", "file", "button"}:
            self.data.setdefault(name, []).append(facts.get("value") or "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in facts:
            self.data.setdefault(self.select, []).append(facts.get("value") or "")
        elif tag == "textarea":
            self.textarea = name
            self.data[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.data[self.textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if self.textarea:
            text = self.data[self.textarea][0].removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self.data[self.textarea] = [text]
            self.textarea = ""
        if tag == "select":
            self.select = ""
        if tag == "form":
            self.inside = False


def opened(client, row) -> tuple[str, dict[str, Any]]:
    """The address of a row's page, and what its form would send as it stands."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return address, sent(client.get(address), row)


def sent(reply, row) -> dict[str, Any]:
    return Sent(reply.content.decode(), f"{row._meta.model_name}_form").data
