"""The definitions of the page as plain text: there is one source of what a number means."""

from __future__ import annotations

from html.parser import HTMLParser

from django.template.loader import render_to_string

from evaluation.presentation import Page


def definitions(page: Page) -> list[tuple[str, str]]:
    """Term and meaning, in the order of the page."""
    parser = _Terms()
    parser.feed(render_to_string("evaluation/_definitions.html", {"page": page}))
    return [(" ".join(term.split()), " ".join(text.split())) for term, text in parser.found]


class _Terms(HTMLParser):
    """Collects the texts of dt and dd."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._where = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "dt":
            self.found.append(("", ""))
        self._where = tag if tag in {"dt", "dd"} else self._where

    def handle_endtag(self, tag: str) -> None:
        if tag in {"dt", "dd"}:
            self._where = ""

    def handle_data(self, data: str) -> None:
        if self._where:
            term, text = self.found[-1]
            self.found[-1] = (term + data, text) if self._where == "dt" else (term, text + data)
