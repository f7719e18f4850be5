"""Metrics against people: each photo's score and fool rate, one small chart a condition and metric."""

from __future__ import annotations

import numpy as np

from evaluation.charts._canvas import BAND_HEIGHT, SIDE, Palette, Sheet, lines_of
from evaluation.presentation import Page
from evaluation.presentation.photos import Panel

TOP, HEAD, GAP, FOOT, SHAPE = 8, 34, 20, 74, 0.7
CROWDED = 150
"""With more points than this they are drawn as a picture: a thousand circles make a heavy file."""


def has_content(page: Page) -> bool:
    """Whether the report knows scores and rates photo by photo."""
    return any(panels for _arm, panels in page.panels)


def words(page: Page) -> str:
    """The chart in words, for those who do not see it."""
    label = f"{page.band}. " if page.band else ""
    rows = [f"{title}, {panel.metric}: {panel.says}" for title, panels in page.panels for panel in panels]
    return f"{label}Fool rate of each photo against its scores. {'; '.join(rows)}."


def draw(page: Page, width: int, palette: Palette) -> Sheet:
    """A block a condition, a panel a metric."""
    columns = 3 if width > 500 else 2
    side = (width - 2 * SIDE - GAP * (columns - 1)) / columns
    blocks = [(title, panels) for title, panels in page.panels if panels]
    rows = [-(-len(panels) // columns) for _title, panels in blocks]
    top = TOP + (BAND_HEIGHT if page.band else 0)
    height = top + sum(HEAD + count * (side * SHAPE + FOOT) for count in rows)
    sheet = Sheet(width, height, palette, page.band)
    y = float(top)
    for (title, panels), count in zip(blocks, rows, strict=True):
        sheet.text(SIDE, y + 22, lines_of(title, 70 if columns == 3 else 36, 1)[0], size=13, weight=700)
        y += HEAD
        for number, panel in enumerate(panels):
            row, column = divmod(number, columns)
            left = SIDE + column * (side + GAP)
            _panel(sheet, panel, left, y + row * (side * SHAPE + FOOT), side)
        y += count * (side * SHAPE + FOOT)
    return sheet


def _panel(sheet: Sheet, panel: Panel, left: float, top: float, side: float) -> None:
    palette, height = sheet.palette, side * SHAPE - 8
    sheet.text(left, top + 11, panel.metric, size=11, weight=700)
    sheet.text(left, top + 26, panel.short, size=10.5, color=palette.soft)
    top += 38
    bottom = top + height
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * height
        colour, dashes = (palette.chance, {"dashes": (4, 3)}) if share == 0.5 else (palette.line, {})
        sheet.line([left + 26, left + side], [y, y], colour, 1, **dashes)
        sheet.text(left + 20, y + 4, f"{100 * share:.0f}", size=10, color=palette.soft, ha="right")
    low, high = panel.ends
    spread = (high - low) or 1.0
    x = left + 32 + (np.array(panel.scores) - low) / spread * (side - 38)
    sheet.axes.scatter(
        x, bottom - np.array(panel.rates) * height, s=24, color=palette.mark, alpha=0.6, linewidth=0,
        zorder=3, rasterized=len(x) > CROWDED,
    )  # fmt: skip
    sheet.text(left + 28, bottom + 17, f"{low:.{panel.digits}f}", size=10, color=palette.soft)
    sheet.text(left + side, bottom + 17, f"{high:.{panel.digits}f}", size=10, color=palette.soft, ha="right")
