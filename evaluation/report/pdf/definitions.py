"""The definitions of the page as plain text: there is one source of what a number means."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.template.loader import render_to_string

from evaluation.report import Page


def definitions(page: Page) -> list[tuple[str, str, str]]:
    """Place, term and meaning, in the order of the page."""
    parser = _Terms()
    parser.feed(render_to_string("evaluation/_definitions.html", {"page": page}))
    return [(place, _on_one_line(term), _on_one_line(text)) for place, term, text in parser.found]


def _on_one_line(text: str) -> str:
    """Without the line breaks of the template; no-break spaces stay."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


class _Terms(HTMLParser):
    """Collects the texts of dt and dd."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, str]] = []
        self._where = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "dt":
            self.found.append((dict(attrs).get("id") or "", "", ""))
        self._where = tag if tag in {"dt", "dd"} else self._where

    def handle_endtag(self, tag: str) -> None:
        if tag in {"dt", "dd"}:
            self._where = ""

    def handle_data(self, data: str) -> None:
        if self._where:
            place, term, text = self.found[-1]
            if self._where == "dt":
                self.found[-1] = (place, term + data, text)
            else:
                self.found[-1] = (place, term, text + data)
