"""Log lines without what belongs to people: addresses, codes, ids and what stands behind a question mark."""

from __future__ import annotations

import logging
import re

# A question mark that begins a query; what people type as a question is followed by a space.
QUERY = re.compile(r"(?<=[\w/…])\?[^\s\"'<>]+")
CODE = re.compile(
    r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b"  # of a participation, a trial, a picture, a task
    r"|\b[0-9a-f]{24}\b",  # as Prolific numbers people
    re.IGNORECASE,
)
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}[0-9a-f:]*[0-9a-f](?![\w:])|(?<![\w:])::1(?![\w:])", re.IGNORECASE
)
TIME = re.compile(r"\d{1,2}(?::\d{2}){1,2}")
HERE = {"127.0.0.1", "0.0.0.0", "::1"}  # noqa: S104 - compared, not bound


def discreet(text: str) -> str:
    """The text with everything that could lead to a person replaced by `…`."""
    text = QUERY.sub("?…", text)
    text = CODE.sub("…", text)
    text = IPV4.sub(_unless_here, text)
    return IPV6.sub(_unless_here, text)


def _unless_here(match: re.Match[str]) -> str:
    found = match.group()
    return found if found in HERE or TIME.fullmatch(found) else "…"


class Discreet(logging.Formatter):
    """Formats as any other, tracebacks included, and then takes out what belongs to people."""

    def format(self, record: logging.LogRecord) -> str:
        """One entry of the log."""
        return discreet(super().format(record))
