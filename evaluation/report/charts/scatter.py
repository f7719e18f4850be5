"""Points of two values, several small plots a row.

Data: `up` (the axis of all plots); rows with `title` and `plots`, each with `title`, `short` (a number in
words), `across` (words below), `digits`, `x` and `y`. An axis across goes from the lowest x to the highest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluation.report.charts import _blocks
from evaluation.report.charts._axis import Axis
from evaluation.report.charts._blocks import BOTTOM, EMPTY, PAPER_HEIGHT, SCREEN_HEIGHT, TOP
from evaluation.report.charts._canvas import SIDE, Sheet, is_narrow
from evaluation.statistics.arrays import Json

__all__ = ["BOTTOM", "EMPTY", "PAPER_HEIGHT", "SCREEN_HEIGHT", "TOP", "draw", "heights"]
GAP, FOOT, SHAPE = 20, 95, 0.58
CROWDED = 150
"""With more points than this they are drawn as a picture: a thousand circles make a heavy file."""


def heights(data: Json, rows: Sequence[Json], width: float) -> list[float]:
    """How much room each row takes."""
    return _blocks.heights(rows, width, lambda row: _tall(row, width))


def draw(sheet: Sheet, data: Json, rows: Sequence[Json], top: float) -> None:
    """A block a row, its plots side by side."""
    columns, side = _grid(sheet.width)

    def plots(row: Json, y: float) -> None:
        for number, plot in enumerate(row["plots"]):
            line, column = divmod(number, columns)
            _plot(sheet, data, plot, SIDE + column * (side + GAP), y + line * (side * SHAPE + FOOT), side)

    _blocks.draw_blocks(sheet, rows, top, lambda row: _tall(row, sheet.width), plots)


def _tall(row: Json, width: float) -> float:
    columns, side = _grid(width)
    return -(-len(row["plots"]) // columns) * (side * SHAPE + FOOT)


def _grid(width: float) -> tuple[int, float]:
    columns = 2 if is_narrow(width) else 3
    return columns, (width - 2 * SIDE - GAP * (columns - 1)) / columns


def _plot(sheet: Sheet, data: Json, plot: Json, left: float, top: float, side: float) -> None:
    soft, height, digits = sheet.palette.soft, side * SHAPE - 8, plot["digits"]
    sheet.text(left, top + 11, plot["title"], size=11, weight=700)
    sheet.text(left, top + 26, plot["short"], size=10.5, color=soft)
    sheet.text(left, top + 41, data["up"]["title"], size=10, color=soft)
    top += 50
    bottom = top + height
    axis = Axis(data["up"], bottom, top)
    axis.upwards(sheet, left + 26, left + side)
    low, high = min(plot["x"]), max(plot["x"])
    x = left + 32 + (np.array(plot["x"]) - low) / ((high - low) or 1.0) * (side - 38)
    sheet.axes.scatter(
        x, axis.all_at(plot["y"]), s=24, color=sheet.palette.mark, alpha=0.6, linewidth=0, zorder=3,
        rasterized=len(x) > CROWDED,
    )  # fmt: skip
    sheet.text(left + 28, bottom + 17, f"{low:.{digits}f}", size=10, color=soft)
    sheet.text(left + 28 + (side - 28) / 2, bottom + 32, plot["across"], size=10, color=soft, ha="center")
    sheet.text(left + side, bottom + 17, f"{high:.{digits}f}", size=10, color=soft, ha="right")
