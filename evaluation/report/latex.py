"""A report's tables for a paper, in LaTeX with the package booktabs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from evaluation.report.section import Cell, Section, Table, cell_of, plain
from evaluation.statistics.arrays import Json

BRIEF = 24
"""A remark of at most so many characters stands in its cell."""

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    # After the end of a row they would be an option of the row's end, and gone.
    "[": "{[}", "]": "{]}", "*": "{*}",
    # No-break spaces and the characters that older engines do not know.
    "\N{NO-BREAK SPACE}": "~", "\N{MULTIPLICATION SIGN}": r"$\times$", "\N{MINUS SIGN}": "$-$",
    "\N{EN DASH}": "--", "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}", "\N{PLUS-MINUS SIGN}": r"$\pm$",
    "\N{PRIME}": r"$'$", "\N{GREEK SMALL LETTER RHO}": r"$\rho$", "\N{SQUARE ROOT}": r"$\surd$",
    "\N{GREEK CAPITAL LETTER DELTA}": r"$\Delta$", "\N{MIDDLE DOT}": r"$\cdot$",
}  # fmt: skip


def tables(sections: Iterable[Section], study: Json, source: str = "", band: str = "") -> str:
    """Every table that has a caption, one after the other; the document needs only `booktabs`.

    `source` says in a comment which report it was, `band` in each caption that the answers are not those of
    people alone.
    """
    lines = [*(f"% {line}" for line in source.splitlines()), "% Needs \\usepackage{booktabs}"]
    for section in sections:
        for table in section.tables:
            if table.caption:
                lines += ["", f"% {section.title}", *_table(table, study, band)]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """A text as LaTeX prints it: nothing in it is a command; line breaks become spaces."""
    return "".join(_SPECIAL.get(letter, letter) for letter in re.sub(r"[ \t\r\n]+", " ", text))


def _table(table: Table, study: Json, band: str) -> list[str]:
    """A column with intervals takes two: the values to the right, the intervals to the left of the gap."""
    split = [_has_interval(table, place) for place in range(len(table.columns))]
    aligned = "".join(
        "rl" if two else heading.align[0] for heading, two in zip(table.columns, split, strict=True)
    )
    heads = [
        rf"\multicolumn{{2}}{{c}}{{{escaped(plain(heading.title))}}}"
        if two
        else escaped(plain(heading.title))
        for heading, two in zip(table.columns, split, strict=True)
    ]
    label = rf"\textbf{{{escaped(band)}.}} " if band else ""
    caption = " ".join(part for part in (plain(table.caption), plain(table.note)) if part)
    return [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{label}{escaped(caption)} Study: ``{escaped(study['title'])}''.}}",
        rf"\label{{tab:{_label(study['slug'])}-{table.name}}}",
        rf"\begin{{tabular}}{{{aligned}}}",
        r"\toprule",
        _line(heads),
        r"\midrule",
        *(_row(row, split) for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        *(rf"\par{{\footnotesize {escaped(remark)}}}" for remark in _remarks(table)),
        r"\end{table}",
    ]


def _remarks(table: Table) -> list[str]:
    """The remarks that are too long to stand in a cell."""
    return [
        f"{plain(cell_of(row[0]).text)}, {plain(heading.title)}: {note}."
        for row in table.rows
        for heading, cell in zip(table.columns[1:], row[1:], strict=False)
        if len(note := cell_of(cell).note) > BRIEF
    ]


def _has_interval(table: Table, place: int) -> bool:
    return any(len(row) > 1 and cell_of(row[place]).interval for row in table.rows)


def _row(row: Sequence[Cell | str], split: Sequence[bool]) -> str:
    cells = [cell_of(cell) for cell in row]
    if len(cells) == 1:
        return _line([rf"\multicolumn{{{len(split) + sum(split)}}}{{l}}{{{escaped(plain(cells[0].text))}}}"])
    found: list[str] = []
    for place, (cell, two) in enumerate(zip(cells, split, strict=True)):
        brief = f" ({cell.note})" if cell.note and (not place or len(cell.note) <= BRIEF) else ""
        found.append(escaped(plain(cell.text) + ("" if two else brief)))
        if two:
            found.append(escaped(f"{cell.interval}{brief}".strip()))
    return _line(found)


def _label(slug: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in slug)


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"
