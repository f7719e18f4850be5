"""Metrics against people: each photo's score and fool rate, one small chart a condition and metric."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluation.report import Page
from evaluation.report.charts._canvas import SIDE, Palette, Part, Sheet, band_height, is_narrow, lines_of
from evaluation.report.photos import Panel

Block = tuple[str, list[Panel]]
TOP, HEAD, LINE, GAP, FOOT, SHAPE = 8, 15, 19, 20, 95, 0.58
PAPER_HEIGHT = SCREEN_HEIGHT = 0
CROWDED = 150
"""With more points than this they are drawn as a picture: a thousand circles make a heavy file."""


def has_content(page: Page) -> bool:
    """Whether the report knows scores and rates photo by photo."""
    return any(panels for _arm, panels in page.panels)


def words(page: Page, part: Part) -> str:
    """The chart in words, for those who do not see it."""
    label = f"{part.band}. " if part.band else ""
    said = [f"{title}, {panel.metric}: {panel.says}" for title, panels in part.rows for panel in panels]
    return f"{label}Fool rate of each photo against its scores. {'; '.join(said)}."


def rows(page: Page) -> list[Block]:
    """A block a condition that has scores."""
    return [(title, panels) for title, panels in page.panels if panels]


def height(page: Page, width: int, part: Part) -> float:
    """How much room the drawing takes."""
    return TOP + band_height(part.band, width) + sum(_heights(part.rows, width))


def draw(page: Page, width: int, palette: Palette, part: Part) -> Sheet:
    """A block a condition, a panel a metric; one scale of fool rates for all."""
    columns, side = _grid(width)
    highest = max(max(panel.rates) for _title, panels in rows(page) for panel in panels)
    sheet = Sheet(width, height(page, width, part), palette, part.band)
    top = float(TOP + band_height(part.band, width))
    for (title, panels), taken in zip(part.rows, _heights(part.rows, width), strict=True):
        y = top + 3
        for line in _title_lines(title, width):
            y += LINE
            sheet.text(SIDE, y, line, size=13, weight=700)
        y = top + HEAD + LINE * len(_title_lines(title, width))
        for number, panel in enumerate(panels):
            row, column = divmod(number, columns)
            left = SIDE + column * (side + GAP)
            _panel(sheet, panel, left, y + row * (side * SHAPE + FOOT), side, axis_end(highest))
        top += taken
    return sheet


def axis_end(highest: float) -> float:
    """Where an axis of rates ends: past the highest, and past the 50 % line; in tenths."""
    return min(1.0, max(0.6, -(-(highest + 0.02) // 0.1) / 10))


def _grid(width: float) -> tuple[int, float]:
    columns = 2 if is_narrow(width) else 3
    return columns, (width - 2 * SIDE - GAP * (columns - 1)) / columns


def _title_lines(title: str, width: float) -> list[str]:
    return lines_of(title, width - 2 * SIDE, 13)


def _heights(shown: Sequence[Block], width: float) -> list[float]:
    columns, side = _grid(width)
    return [
        HEAD + LINE * len(_title_lines(title, width)) + -(-len(panels) // columns) * (side * SHAPE + FOOT)
        for title, panels in shown
    ]


def _panel(sheet: Sheet, panel: Panel, left: float, top: float, side: float, most: float) -> None:
    palette, height = sheet.palette, side * SHAPE - 8
    sheet.text(left, top + 11, panel.metric, size=11, weight=700)
    sheet.text(left, top + 26, panel.short, size=10.5, color=palette.soft)
    sheet.text(left, top + 41, "fool rate, %", size=10, color=palette.soft)
    top += 50
    bottom = top + height
    for share in (share for share in (0.0, 0.25, 0.5, 0.75, 1.0) if share <= most):
        y = bottom - share / most * height
        colour, dashes = (palette.chance, {"dashes": (4, 3)}) if share == 0.5 else (palette.line, {})
        sheet.line([left + 26, left + side], [y, y], colour, 1, **dashes)
        sheet.text(left + 20, y + 4, f"{100 * share:.0f}", size=10, color=palette.soft, ha="right")
    low, high = panel.ends
    spread = (high - low) or 1.0
    x = left + 32 + (np.array(panel.scores) - low) / spread * (side - 38)
    sheet.axes.scatter(
        x, bottom - np.array(panel.rates) / most * height, s=24, color=palette.mark, alpha=0.6, linewidth=0,
        zorder=3, rasterized=len(x) > CROWDED,
    )  # fmt: skip
    sheet.text(left + 28, bottom + 17, f"{low:.{panel.digits}f}", size=10, color=palette.soft)
    axis = f"{panel.metric}, {panel.unit}" if panel.unit else panel.metric
    sheet.text(left + 28 + (side - 28) / 2, bottom + 32, axis, size=10, color=palette.soft, ha="center")
    sheet.text(left + side, bottom + 17, f"{high:.{panel.digits}f}", size=10, color=palette.soft, ha="right")
