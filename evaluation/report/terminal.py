"""A report as plain lines for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from evaluation.report.section import Cell, Section, Table, cell_of, numbered, plain

WIDTH = 100


def text(sections: Iterable[Section], band: str = "", *, brief: bool = False) -> str:
    """The sections one below the other; `brief` leaves out those that are folded. Charts are in words.

    A marked row begins with a star.
    """
    every = list(sections)
    numbers = numbered(every)
    lines = [band, ""] if band else []
    for place, section in enumerate(every):
        if brief and section.folded:
            continue
        if place:
            lines += ["", plain(section.title), "-" * len(plain(section.title))]
        for paragraph in (section.lead, *section.paragraphs):
            lines += _wrapped(paragraph)
        for table in section.tables:
            lines += ["", *_table(table, numbers.get(table.name, ""))]
        for fact in section.facts:
            lines += _wrapped(f"{fact.term}: {fact.text}", hang="  ")
        for shelf in section.gallery.shelves if section.gallery else ():
            lines += _wrapped(f"{shelf.title}: {shelf.note}".rstrip(": "))
            for exhibit in shelf.exhibits:
                lines += _wrapped(f"  {exhibit.lead} {exhibit.text}, {exhibit.credit}", hang="    ")
        caption = section.gallery.caption if section.gallery else ""
        for paragraph in (caption, section.methods, *section.remarks):
            lines += _wrapped(paragraph)
    return "\n".join(line.replace("\N{NO-BREAK SPACE}", " ") for line in lines) + "\n"


def _wrapped(words: str, hang: str = "") -> list[str]:
    return wrap(plain(words), WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)


def _table(table: Table, number: str) -> list[str]:
    heads = [plain(heading.title) for heading in table.columns]
    rows = [[_cell(cell, place) for place, cell in enumerate(row)] for row in table.rows]
    full = [row for row in rows if len(row) > 1]
    widths = [max(len(row[place]) for row in [heads, *full]) for place in range(len(heads))]
    lines = _wrapped(f"{number}. {table.caption}") if number else []
    lines.append(_line(heads, widths, table))
    for row, cells in zip(table.rows, rows, strict=True):
        line = _line(cells, widths, table)
        lines.append(f"*{line[1:]}" if cell_of(row[0]).strong else line)
    for row in table.rows:
        for heading, cell in zip(table.columns[1:], row[1:], strict=False):
            if note := cell_of(cell).note:
                lines += _wrapped(f"  {_cell(row[0], 0)}, {plain(heading.title)}: {note}", hang="    ")
    return lines + _wrapped(table.note)


def _cell(cell: Cell | str, place: int) -> str:
    found = cell_of(cell)
    # A remark beside a number would tear the columns apart, and stands below the table.
    return plain(f"{found.value} ({found.note})" if found.note and not place else found.value)


def _line(cells: Sequence[str], widths: Sequence[int], table: Table) -> str:
    if len(cells) < len(widths):
        return f"  {cells[0]}"
    padded = [
        words.ljust(width) if heading.align == "left" else words.rjust(width)
        for words, width, heading in zip(cells, widths, table.columns, strict=True)
    ]
    return ("  " + "  ".join(padded)).rstrip()
