"""The charts of a report, each as SVG or PNG, for phones and desks, in light and dark."""

from __future__ import annotations

from types import ModuleType

from evaluation.charts import differences, fool_rates, metrics, photos
from evaluation.charts._canvas import PALETTES, WIDTHS, Sheet, Theme, Width, as_png, as_svg
from evaluation.presentation import Page

CHARTS: dict[str, ModuleType] = {
    "fool-rates": fool_rates,
    "differences": differences,
    "metrics": metrics,
    "photos": photos,
}

__all__ = ["CHARTS", "Theme", "Width", "description", "drawn", "png", "svg"]


def drawn(page: Page) -> list[str]:
    """The charts for which the report has something to draw."""
    return [name for name, chart in CHARTS.items() if chart.has_content(page)]


def svg(page: Page, name: str, width: Width = "wide", theme: Theme = "light") -> str:
    """One chart as an SVG document: equal reports, equal bytes."""
    return as_svg(lambda: _draw(page, name, width, theme), description(page, name))


def png(page: Page, name: str) -> bytes:
    """The wide chart as a PNG of three pixels a unit, on white."""
    return as_png(lambda: _draw(page, name, "wide", "light"))


def description(page: Page, name: str) -> str:
    """The chart in words, for those who do not see it."""
    text: str = CHARTS[name].words(page)
    return text


def _draw(page: Page, name: str, width: Width, theme: Theme) -> Sheet:
    sheet: Sheet = CHARTS[name].draw(page, WIDTHS[width], PALETTES[theme])
    return sheet
