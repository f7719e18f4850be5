"""The charts of a report, each as SVG or PNG, for phones and desks, in light and dark."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from types import ModuleType

from evaluation.report import Page
from evaluation.report.charts import differences, fool_rates, metrics, photos
from evaluation.report.charts._canvas import PALETTES, WIDTHS, Part, Sheet, Theme, Width, as_png, as_svg

CHARTS: dict[str, ModuleType] = {
    "fool-rates": fool_rates,
    "differences": differences,
    "metrics": metrics,
    "photos": photos,
}

__all__ = ["CHARTS", "Part", "Theme", "Width", "description", "drawn", "parts", "png", "size", "svg", "whole"]


def drawn(page: Page) -> list[str]:
    """The charts for which the report has something to draw."""
    return [name for name, chart in CHARTS.items() if chart.has_content(page)]


def whole(page: Page, name: str) -> Part:
    """All of a chart in one drawing, as it is downloaded."""
    return Part(CHARTS[name].rows(page), page.band)


def parts(page: Page, name: str, width: Width = "wide") -> list[Part]:
    """A chart in as few drawings as a page of paper can hold, about alike; the first has the label.

    Phones and desks have the same parts; the PDF, which is "paper", has its own.
    """
    chart = CHARTS[name]
    most = chart.PAPER_HEIGHT if width == "paper" else chart.SCREEN_HEIGHT
    across = WIDTHS["paper" if width == "paper" else "wide"]
    rows = list(chart.rows(page))
    found: list[Part] = []
    for count in range(1, max(1, len(rows)) + 1):
        ends = [len(rows) * place // count for place in range(count + 1)]
        found = [Part(rows[start:end], "" if start else page.band) for start, end in pairwise(ends)]
        if all(chart.height(page, across, part) <= most for part in found):
            break
    return found


def size(page: Page, name: str, part: Part, width: Width = "wide") -> tuple[int, int]:
    """Width and height of a drawing in CSS pixels, without drawing it."""
    return WIDTHS[width], ceil(CHARTS[name].height(page, WIDTHS[width], part))


def svg(page: Page, name: str, part: Part, width: Width = "wide", theme: Theme = "light") -> str:
    """One drawing as an SVG document: equal reports, equal bytes."""
    return as_svg(lambda: _draw(page, name, part, width, theme), description(page, name, part))


def png(page: Page, name: str, part: Part, width: Width = "wide") -> bytes:
    """One drawing as a PNG of three pixels a unit, on white."""
    return as_png(lambda: _draw(page, name, part, width, "light"))


def description(page: Page, name: str, part: Part) -> str:
    """A drawing in words, for those who do not see it."""
    text: str = CHARTS[name].words(page, part)
    return text


def _draw(page: Page, name: str, part: Part, width: Width, theme: Theme) -> Sheet:
    sheet: Sheet = CHARTS[name].draw(page, WIDTHS[width], PALETTES[theme], part)
    return sheet
