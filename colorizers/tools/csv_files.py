"""CSV that every program reads alike: one line per row, no control characters, no formulas. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

BREAK = "⏎"
"""Stands for a line break within a cell: a row is one line to every reader, also to `wc` and `grep`."""

_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# What remains of the control characters, and halves of surrogate pairs, which no file can hold.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff]")
# A spreadsheet runs a cell that begins so, also behind blanks and signs without width, and in full width.
# One that splits at semicolons would see a cell of its own behind each of them.
_FORMULA = re.compile('(^|;)(?=[\\s"\ufeff\u200b-\u200f\u2060-\u2064]*[=+\\-@＝＋－＠])')
_UNSAFE = re.compile(f"{_CONTROLS.pattern}|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|{_FORMULA.pattern}")


class Writable(Protocol):
    """Anything that takes text, as a file does."""

    def write(self, text: str, /) -> object: ...


def cell(value: Any) -> Any:
    """A text as it stands in a file; any other value unchanged.

    Line breaks become ⏎, tabs a blank, other control characters U+FFFD, and what a spreadsheet would run as a
    formula gets an apostrophe in front.
    """
    if not isinstance(value, str) or not _UNSAFE.search(value):
        return value
    text = _CONTROLS.sub("\ufffd", _BREAKS.sub(BREAK, value).replace("\t", " "))
    return _FORMULA.sub(r"\1'", text)


class CsvFile:
    """Writes rows to an open text file (newline="")."""

    def __init__(self, file: Writable) -> None:
        self._writer = csv.writer(file, lineterminator="\n")

    def write(self, row: Iterable[Any]) -> None:
        """Add one row."""
        self._writer.writerow([cell(value) for value in row])

    def write_all(self, rows: Iterable[Iterable[Any]]) -> None:
        """Add several rows."""
        for row in rows:
            self.write(row)


def csv_lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """Rows as lines, the header first, one by one: a large table need not fit into memory."""
    lines: list[str] = []
    file = CsvFile(_Collector(lines))
    file.write(columns)
    yield lines.pop()
    for row in rows:
        file.write(row.get(name) for name in columns)
        yield lines.pop()


class _Collector:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, text: str, /) -> None:
        self._lines.append(text)
