"""Many values of one row from the lowest to the highest, with their band.

Data: `up` (the axis), `across` (words below); rows with `title`, `values`, `raw` (small dots, or empty), and
`low` and `high`, empty where there is no band.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
from evaluation.report.charts._canvas import SIDE, Sheet
from evaluation.statistics.arrays import Json

__all__ = ["BOTTOM", "EMPTY", "PAPER_HEIGHT", "SCREEN_HEIGHT", "TOP", "draw", "heights"]
FEW = 40
"""A row of no more values shows each of them."""


def heights(data: Json, rows: Sequence[Json], width: float) -> list[float]:
    """How much room each row takes."""
    return _blocks.heights(rows, width, lambda row: HEIGHT + FOOT)


def draw(sheet: Sheet, data: Json, rows: Sequence[Json], top: float) -> None:
    """A block a row."""
    _blocks.draw_blocks(
        sheet, rows, top, lambda row: HEIGHT + FOOT, lambda row, y: _plot(sheet, data, row, y)
    )


def _plot(sheet: Sheet, data: Json, row: Json, top: float) -> None:
    palette, left, right = sheet.palette, SIDE + LEFT, sheet.width - SIDE
    axis, n = Axis(data["up"], top + HEIGHT, top), len(row["values"])
    axis.upwards(sheet, left, right, mark=1.2)
    x = left + (np.arange(n) + 0.5) / n * (right - left)
    if row["low"] and row["high"]:
        sheet.axes.fill_between(
            x, axis.all_at(row["low"]), axis.all_at(row["high"]),
            color=palette.mark_soft, linewidth=0, zorder=2, step="mid" if n < 200 else None,
        )  # fmt: skip
    if n <= FEW:
        sheet.axes.scatter(x, axis.all_at(row["values"]), s=36, color=palette.mark, linewidth=0, zorder=4)
    if row["raw"] and n <= 400:
        sheet.axes.scatter(
            x, axis.all_at(row["raw"]), s=10, color=palette.soft, linewidth=0, alpha=0.8, zorder=3,
            rasterized=n > 150,
        )  # fmt: skip
    sheet.line(list(x), axis.all_at(row["values"]), palette.mark, 2, zorder=4)
    words = f"{n:,} {data['across']}"
    sheet.text((left + right) / 2, top + HEIGHT + 18, words, size=10, color=palette.soft, ha="center")
