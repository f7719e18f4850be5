"""A bar for each of a few classes in order: how often each rating was given.

Data: `up` (the axis); rows with `title` and `bars`, each with `title`, `value` and the `label` above it.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.report.charts import _blocks
from evaluation.report.charts._axis import Axis
from evaluation.report.charts._blocks import (
    BOTTOM,
    EMPTY,
    FOOT,
    HEIGHT,
    LEFT,
    PAPER_HEIGHT,
    SCREEN_HEIGHT,
    TOP,
)
from evaluation.report.charts._canvas import SIDE, Sheet, lines_of, text_width
from evaluation.statistics.arrays import Json

__all__ = ["BOTTOM", "EMPTY", "PAPER_HEIGHT", "SCREEN_HEIGHT", "TOP", "draw", "heights"]
HEAD = 30


def heights(data: Json, rows: Sequence[Json], width: float) -> list[float]:
    """How much room each row takes."""
    return _blocks.heights(rows, width, lambda row: HEAD + HEIGHT + FOOT)


def draw(sheet: Sheet, data: Json, rows: Sequence[Json], top: float) -> None:
    """A block a row."""
    _blocks.draw_blocks(
        sheet, rows, top, lambda row: HEAD + HEIGHT + FOOT, lambda row, y: _plot(sheet, data, row, y)
    )


def _plot(sheet: Sheet, data: Json, row: Json, top: float) -> None:
    left, right = SIDE + LEFT, sheet.width - SIDE
    sheet.text(SIDE, top + 9, data["up"]["title"], size=10, color=sheet.palette.soft)
    top += HEAD
    axis = Axis(data["up"], top + HEIGHT, top)
    axis.upwards(sheet, left, right)
    place = (right - left) / len(row["bars"])
    for number, bar in enumerate(row["bars"]):
        x, y = left + place * (number + 0.5), axis.at(bar["value"])
        half = min(place * 0.36, 40)
        sheet.axes.fill_between([x - half, x + half], y, top + HEIGHT, color=sheet.palette.mark, linewidth=0,
                                zorder=3)  # fmt: skip
        if text_width(bar["label"], 10) < place - 2:
            sheet.text(x, y - 5, bar["label"], size=10, ha="center")
        (words,) = lines_of(bar["title"], place - 2, 10, bold=False, most=1)
        sheet.text(x, top + HEIGHT + 17, words, size=10, color=sheet.palette.soft, ha="center")
