"""A report's sections on sheets of paper, in their order."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image

from evaluation.models import Report
from evaluation.report import charts
from evaluation.report.pdf.sheets import MARK, Sheets
from evaluation.report.section import (
    Cell,
    Chart,
    Exhibit,
    Gallery,
    Section,
    Table,
    cell_of,
    definitions_of,
    numbered,
    plain,
)
from evaluation.report.wording import SIMULATED_BANDS

MANY = 6
"""Tables of so many columns are set smaller, with the interval below the value."""


def document(report: Report, sections: Sequence[Section], pictures: Mapping[str, bytes]) -> bytes:
    """The whole report; its date is the report's own, so that equal reports have equal bytes.

    `pictures` are JPEGs by digest.
    """
    study = report.results["study"]
    sheets = Sheets(
        title=f"Report: {study['title']}",
        footer=f"Foolrate · {study['slug']} · data {report.data_digest[:16]} · report {report.code}",
        made=report.created_at,
        band=SIMULATED_BANDS.get(report.population, ""),
    )
    on_paper = _OnPaper(sheets, numbered(sections), pictures)
    on_paper.head(report, sections[0])
    for place, section in enumerate(sections):
        on_paper.section(section, heading=bool(place))
    on_paper.foot(report, sections)
    return bytes(sheets.output())


class _OnPaper:
    """Sections and their parts by the means of the sheets."""

    def __init__(self, sheets: Sheets, numbers: dict[str, str], pictures: Mapping[str, bytes]) -> None:
        self.sheets, self.numbers, self.pictures = sheets, numbers, pictures

    def head(self, report: Report, answer: Section) -> None:
        """Whose report it is, the study, and the answer in a sentence."""
        study, sheets = report.results["study"], self.sheets
        sheets.band()
        made = f"{report.created_at:%d %B %Y, %H:%M} UTC"
        sheets.paragraph(f"Report on {report.get_population_display()} · {made}", 8, soft=True)
        sheets.heading(study["title"], 19)
        sheets.paragraph(study["question"], 11, soft=True)
        sheets.paragraph(plain(answer.lead), 11, style="B")
        for paragraph in answer.paragraphs:
            sheets.paragraph(plain(paragraph), 8.5, soft=True)

    def section(self, section: Section, *, heading: bool) -> None:
        """One section; that of the answer has its words in the head."""
        sheets, title = self.sheets, plain(section.title) if heading else ""
        begins = not section.lead and not section.paragraphs
        charted = bool(section.charts) and begins
        tabled = bool(section.tables) and begins and not charted
        if title and not charted and not tabled:
            sheets.heading(title, room=60 if section.tables else 30)
        if heading:
            for paragraph in (section.lead, *section.paragraphs):
                sheets.paragraph(plain(paragraph))
        for place, chart in enumerate(section.charts):
            self.chart(chart, title if charted and not place else "")
        for place, table in enumerate(section.tables):
            self.table(table, title if tabled and not place else "")
        for fact in section.facts:
            sheets.fact(fact.term, plain(fact.text), leads_to=fact.definition)
        if section.gallery:
            self.gallery(section.gallery)
        sheets.paragraph(section.methods)
        for remark in section.remarks:
            sheets.paragraph(plain(remark), 8, soft=True)

    def chart(self, chart: Chart, heading: str) -> None:
        """A chart in parts that fit a page, under the section's heading where it begins one."""
        drawings = []
        for part in charts.parts(chart, self.sheets.label, "paper"):
            data = charts.png(chart, part, "paper")
            with Image.open(io.BytesIO(data)) as image:
                ratio = image.height / image.width
            drawings.append((data, ratio, charts.description(chart, part)))
        caption = f"{self.numbers[chart.name]}. {plain(chart.caption)}"
        self.sheets.pictures(drawings, caption, heading=heading)

    def table(self, table: Table, heading: str) -> None:
        """A table under its number and caption, and the section's heading where it begins one."""
        caption = f"{self.numbers[table.name]}. {plain(table.caption)}" if table.caption else ""
        many = len(table.columns) >= MANY
        self.sheets.grid(
            [(plain(heading.title), heading.definition) for heading in table.columns],
            [[_words(cell, "\n" if many else " ") for cell in row] for row in table.rows],
            [heading.align == "left" for heading in table.columns],
            6.8 if many else 7.5,
            caption=caption,
            heading=heading,
        )
        self.sheets.paragraph(plain(table.note), 7.5, soft=True)

    def gallery(self, gallery: Gallery) -> None:
        """Shelf by shelf."""
        for shelf in gallery.shelves:
            if shelf.exhibits:
                self.sheets.exhibits(shelf.title, [self._exhibit(one) for one in shelf.exhibits])
            else:
                self.sheets.paragraph(f"{shelf.title}: {shelf.note}", 8.5)
        self.sheets.paragraph(plain(gallery.caption), 8, soft=True)

    def foot(self, report: Report, sections: Sequence[Section]) -> None:
        """The definitions, and what the report rests on."""
        sheets = self.sheets
        sheets.heading("Definitions")
        for definition in definitions_of(sections):
            sheets.fact(definition.term, definition.text, place=definition.key)
        sheets.paragraph(
            f"Frozen {report.created_at:%Y-%m-%d %H:%M:%S} UTC · analysis code {report.code_version} · data "
            f"{report.data_digest} · report {report.code}. Equal data and equal code give equal numbers, bit "
            f"for bit.",
            7.5, soft=True,
        )  # fmt: skip
        if sheets.unwritten:
            sheets.paragraph(
                f"This file's font has no signs for the characters that stand here as {MARK}: the report's "
                "page and its HTML file show them.",
                8,
                soft=True,
            )

    def _exhibit(self, exhibit: Exhibit) -> tuple[list[bytes | None], str]:
        words = (f"{exhibit.lead} {exhibit.text}", exhibit.credit.replace(" · ", "\n"))
        return [self.pictures.get(one.digest) for one in exhibit.pictures], "\n".join(filter(None, words))


def _words(cell: Cell | str, between: str) -> str:
    found = cell_of(cell)
    value = between.join(filter(None, (plain(found.text), found.interval)))
    return "\n".join(filter(None, (value, found.note)))
