"""Sections as the templates take them: charts and pictures with the addresses at which they are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.models import Population, Report
from evaluation.report import charts
from evaluation.report.section import Chart, Exhibit, Section, Table, definitions_of, numbered
from evaluation.report.wording import SIMULATED_BANDS

ChartAddress = Callable[[Chart, int, charts.Part, charts.Width, charts.Theme], str]
"""From a chart, the number of the part and the part itself, width and theme."""

PictureAddress = Callable[[str, str], str]
"""From "photo" or "colorization" and its digest; empty where there is no picture."""

MANY = 6
"""Tables of so many columns have the interval below the value."""


@dataclass(frozen=True)
class Drawing:
    """One part of a chart for each width and theme, with its words and its sizes in CSS pixels."""

    words: str
    wide_size: tuple[int, int]
    narrow_size: tuple[int, int]
    wide: str
    narrow: str
    wide_dark: str
    narrow_dark: str


@dataclass(frozen=True)
class Figure:
    """One chart: as many drawings, one below the other, as it takes."""

    chart: Chart
    number: str
    drawings: list[Drawing]


@dataclass(frozen=True)
class Grid:
    """One table with its number, and how it is laid out."""

    table: Table
    number: str

    @property
    def layout(self) -> str:
        """Classes of the style sheet."""
        if self.table.compact:
            return "compact"
        columns = len(self.table.columns)
        return "stacked" + (" few" if columns <= 4 else " many" if columns >= MANY else "")


@dataclass(frozen=True)
class Hung:
    """An exhibit with the address and words of each of its pictures."""

    exhibit: Exhibit
    pictures: list[tuple[str, str]]


@dataclass(frozen=True)
class Part:
    """One section with its figures, tables and pictures."""

    section: Section
    figures: list[Figure]
    grids: list[Grid]
    shelves: list[tuple[str, str, list[Hung]]]


def context_of(
    report: Report, sections: Sequence[Section], chart: ChartAddress, picture: PictureAddress
) -> dict[str, Any]:
    """What the templates need of a report."""
    return laid_out(sections, Population(report.population), chart, picture) | {
        "report": report,
        "told": report.results["study"],
    }


def laid_out(
    sections: Sequence[Section], population: Population, chart: ChartAddress, picture: PictureAddress
) -> dict[str, Any]:
    """What the templates need of sections, whichever reports they come from."""
    band = SIMULATED_BANDS.get(population, "")
    numbers = numbered(sections)
    answer, *parts = (_part(section, numbers, band, chart, picture) for section in sections)
    return {
        "population": population,
        "band": band,
        "answer": answer,
        "parts": parts,
        "definitions": definitions_of(sections),
        "has_methods": any(section.methods for section in sections),
    }


def _part(
    section: Section, numbers: dict[str, str], band: str, chart: ChartAddress, picture: PictureAddress
) -> Part:
    shelves = section.gallery.shelves if section.gallery else ()
    return Part(
        section,
        [_figure(one, numbers[one.name], band, chart) for one in section.charts],
        [Grid(table, numbers.get(table.name, "")) for table in section.tables],
        [(shelf.title, shelf.note, [_hung(one, picture) for one in shelf.exhibits]) for shelf in shelves],
    )


def _figure(chart: Chart, number: str, band: str, address: ChartAddress) -> Figure:
    parts = enumerate(charts.parts(chart, band))
    return Figure(chart, number, [_drawing(chart, place, part, address) for place, part in parts])


def _drawing(chart: Chart, number: int, part: charts.Part, address: ChartAddress) -> Drawing:
    return Drawing(
        words=charts.description(chart, part),
        wide_size=charts.size(chart, part, "wide"),
        narrow_size=charts.size(chart, part, "narrow"),
        wide=address(chart, number, part, "wide", "light"),
        narrow=address(chart, number, part, "narrow", "light"),
        wide_dark=address(chart, number, part, "wide", "dark"),
        narrow_dark=address(chart, number, part, "narrow", "dark"),
    )


def _hung(exhibit: Exhibit, address: PictureAddress) -> Hung:
    return Hung(
        exhibit, [(address(one.kind, one.digest) if one.digest else "", one.alt) for one in exhibit.pictures]
    )  # fmt: skip
