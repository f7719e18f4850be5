"""The charts of a report, each as SVG or PNG, for phones and desks, in light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from types import ModuleType
from typing import Any

from evaluation.charts import differences, fool_rates, metrics, photos
from evaluation.charts._canvas import PALETTES, WIDTHS, Sheet, Theme, Width, as_png, as_svg
from evaluation.presentation import Page

CHARTS: dict[str, ModuleType] = {
    "fool-rates": fool_rates,
    "differences": differences,
    "metrics": metrics,
    "photos": photos,
}

__all__ = ["CHARTS", "Theme", "Width", "description", "drawn", "png", "sheets", "size", "svg"]


def drawn(page: Page) -> list[str]:
    """The charts for which the report has something to draw."""
    return [name for name, chart in CHARTS.items() if chart.has_content(page)]


def size(page: Page, name: str, width: Width = "wide") -> tuple[int, int]:
    """Width and height of a chart in CSS pixels, without drawing it."""
    chart = CHARTS[name]
    return WIDTHS[width], ceil(chart.height(page, WIDTHS[width], chart.rows(page)))


def svg(page: Page, name: str, width: Width = "wide", theme: Theme = "light") -> str:
    """One chart as an SVG document: equal reports, equal bytes."""
    rows = CHARTS[name].rows(page)
    return as_svg(lambda: _draw(page, name, width, theme, rows), description(page, name))


def png(page: Page, name: str) -> bytes:
    """The wide chart as a PNG of three pixels a unit, on white."""
    rows = CHARTS[name].rows(page)
    return as_png(lambda: _draw(page, name, "wide", "light", rows))


def sheets(page: Page, name: str) -> list[bytes]:
    """The chart for paper: PNGs with one scale over all, each short enough to share a page with others."""
    return [
        as_png(lambda shown=shown: _draw(page, name, "paper", "light", shown))  # type: ignore[misc]
        for shown in _parts(page, name)
    ]


def _parts(page: Page, name: str) -> list[list[Any]]:
    """The rows of a chart in order, in as few parts as its height on paper allows, and these about alike."""
    chart = CHARTS[name]
    rows = list(chart.rows(page))
    for count in range(1, len(rows)):
        ends = [len(rows) * place // count for place in range(count + 1)]
        parts = [rows[start:end] for start, end in pairwise(ends)]
        if all(chart.height(page, WIDTHS["paper"], part) <= chart.PAPER_HEIGHT for part in parts):
            return parts
    return [[row] for row in rows] or [[]]


def description(page: Page, name: str) -> str:
    """The chart in words, for those who do not see it."""
    text: str = CHARTS[name].words(page)
    return text


def _draw(page: Page, name: str, width: Width, theme: Theme, rows: Sequence[Any]) -> Sheet:
    sheet: Sheet = CHARTS[name].draw(page, WIDTHS[width], PALETTES[theme], rows)
    return sheet
