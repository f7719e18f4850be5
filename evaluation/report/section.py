"""A report as plain data: sections of text, tables, charts, facts and pictures, to JSON and back. Pure.

Texts are plain. The one mark in them leads to a definition: `[words](#key)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, Literal, cast

from evaluation.statistics.arrays import Json

LONG_WORD = 14
_MARK = re.compile(r"\[([^\[\]]+)\]\(#([a-z0-9-]+)\)")


@dataclass(frozen=True)
class Heading:
    """The head of a column; `unit` stands below the title, `definition` is the key that it leads to.

    A `roomy` column is left out on a phone.
    """

    title: str
    definition: str = ""
    unit: str = ""
    align: Literal["left", "right"] = "right"
    roomy: bool = False

    @property
    def long(self) -> bool:
        """Whether it holds a word that may have to be broken."""
        return any(len(word) > LONG_WORD for word in self.title.split())


@dataclass(frozen=True)
class Cell:
    """A value with its interval and a remark; `strong` for the value that a reader came for."""

    text: str
    interval: str = ""
    note: str = ""
    strong: bool = False

    @property
    def value(self) -> str:
        """Value and interval in one line."""
        return f"{self.text} {self.interval}".strip()


Row = tuple[Cell | str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headings, the first column naming the row; a row of one cell divides the table.

    With a caption it has a number in the report. A row whose first cell is strong is marked. A `compact`
    table has a few short numbers a row, which stay beside each other on a phone.
    """

    name: str
    caption: str
    columns: tuple[Heading, ...]
    rows: tuple[Row, ...]
    note: str = ""
    compact: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawing of a generic kind (`report/charts/`) from `data`; `alt` begins its description in words."""

    name: str
    kind: str
    data: Json
    caption: str
    alt: str


@dataclass(frozen=True)
class Fact:
    """A term and what was found, in sentences; the term leads to its definition."""

    term: str
    text: str
    definition: str = ""


@dataclass(frozen=True)
class Picture:
    """A stored picture: a "photo" or a "colorization" by its digest, which may be empty, and its words."""

    kind: Literal["photo", "colorization"]
    digest: str
    alt: str


@dataclass(frozen=True)
class Exhibit:
    """Pictures side by side, with a number that counts, more about it, and where they come from."""

    pictures: tuple[Picture, ...]
    lead: str
    text: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Shelf:
    """A row of exhibits under a title, or the reason why there are none."""

    title: str
    exhibits: tuple[Exhibit, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Gallery:
    """Pictures to look at."""

    shelves: tuple[Shelf, ...]
    caption: str = ""


@dataclass(frozen=True)
class Definition:
    """What a term means; `key` names it within the report."""

    key: str
    term: str
    text: str


@dataclass(frozen=True)
class Section:
    """One part of a report. The first one is the answer: its `lead` is the report's headline.

    `methods` is a paragraph to be copied into a paper; a `folded` section opens on demand.
    """

    name: str
    title: str
    lead: str = ""
    paragraphs: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()
    gallery: Gallery | None = None
    methods: str = ""
    remarks: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
    folded: bool = field(default=True, kw_only=True)


_PARTS: dict[str, type] = {
    "charts": Chart, "tables": Table, "facts": Fact, "gallery": Gallery, "shelves": Shelf,
    "exhibits": Exhibit, "pictures": Picture, "definitions": Definition, "columns": Heading,
}  # fmt: skip


def as_json(part: Any) -> Any:
    """A section or a part of one as JSON has it; what is as usual is left out."""
    if is_dataclass(part):
        return {f.name: as_json(value) for f in fields(part) if (value := getattr(part, f.name)) != _usual(f)}
    if isinstance(part, tuple):
        return [as_json(item) for item in part]
    return part


def from_json(data: Json) -> Section:
    """The section that `as_json` wrote; names that this release does not know are passed over."""
    return cast(Section, _read(Section, data))


def numbered(sections: Iterable[Section]) -> dict[str, str]:
    """“Figure 2” or “Table 5” for the name of each chart and of each table with a caption, in their order."""
    found: dict[str, str] = {}
    figures = tables = 0
    for section in sections:
        for chart in section.charts:
            figures += 1
            found[chart.name] = f"Figure {figures}"
        for table in section.tables:
            if table.caption:
                tables += 1
                found[table.name] = f"Table {tables}"
    return found


def definitions_of(sections: Iterable[Section]) -> list[Definition]:
    """All definitions in the order of the sections, each key once."""
    found: dict[str, Definition] = {}
    for section in sections:
        for definition in section.definitions:
            found.setdefault(definition.key, definition)
    return list(found.values())


def pieces(text: str) -> list[tuple[str, str]]:
    """A text as runs of words, each with the key of the definition that it leads to, or ""."""
    split = _MARK.split(text)
    runs = [(split[place], "") for place in range(0, len(split), 3)]
    links = [(split[place], split[place + 1]) for place in range(1, len(split), 3)]
    mixed = [run for pair in zip(runs, [*links, ("", "")], strict=True) for run in pair]
    return [run for run in mixed if run[0]]


def plain(text: str) -> str:
    """The text without its marks."""
    return "".join(words for words, _key in pieces(text))


def cell_of(cell: Cell | str) -> Cell:
    """A cell, also where a row holds a mere text."""
    return Cell(cell) if isinstance(cell, str) else cell


def _usual(known: Any) -> Any:
    return None if known.default is MISSING else known.default


def _read(kind: type, data: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    return kind(**{name: _part(name, value) for name, value in data.items() if name in known})


def _part(name: str, value: Any) -> Any:
    if name == "rows":
        return tuple(
            tuple(cell if isinstance(cell, str) else _read(Cell, cell) for cell in row) for row in value
        )
    kind = _PARTS.get(name)
    if isinstance(value, list):
        return tuple(_read(kind, item) if kind else item for item in value)
    return _read(kind, value) if kind else value
