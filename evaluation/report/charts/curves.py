"""Lines over an axis: a rate by exposure, a level by trial, a psychometric curve.

Data: `across` and `up` (axes); rows with `title` and `lines`, each with `title`, `x`, `y`, and `low` and
`high`, empty where there is no band. At most four lines a row can be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from evaluation.report.charts import _blocks
from evaluation.report.charts._axis import Axis
from evaluation.report.charts._blocks import BOTTOM, EMPTY, HEIGHT, LEFT, PAPER_HEIGHT, SCREEN_HEIGHT, TOP
from evaluation.report.charts._canvas import SIDE, Sheet, lines_of
from evaluation.statistics.arrays import Json

__all__ = ["BOTTOM", "EMPTY", "PAPER_HEIGHT", "SCREEN_HEIGHT", "TOP", "draw", "heights"]
HEAD, FOOT, KEY = 26, 60, 18
FEW = 12
"""A line of no more points shows each of them."""
STROKES: tuple[dict[str, tuple[int, ...]], ...] = (
    {}, {"dashes": (6, 2)}, {"dashes": (2, 2)}, {"dashes": (8, 2, 2, 2)},
)  # fmt: skip


def heights(data: Json, rows: Sequence[Json], width: float) -> list[float]:
    """How much room each row takes."""
    return _blocks.heights(rows, width, _tall)


def draw(sheet: Sheet, data: Json, rows: Sequence[Json], top: float) -> None:
    """A block a row; what each stroke means stands above the plot."""
    _blocks.draw_blocks(sheet, rows, top, _tall, lambda row, y: _plot(sheet, data, row, y))


def _tall(row: Json) -> float:
    return HEAD + _keys(row) + HEIGHT + FOOT


def _keys(row: Json) -> float:
    return KEY * len(row["lines"]) if len(row["lines"]) > 1 else 0


def _plot(sheet: Sheet, data: Json, row: Json, top: float) -> None:
    palette, left, right = sheet.palette, SIDE + LEFT, sheet.width - SIDE
    sheet.text(SIDE, top + 9, data["up"]["title"], size=10, color=palette.soft)
    start = top + HEAD + _keys(row)
    up, across = Axis(data["up"], start + HEIGHT, start), Axis(data["across"], left, right)
    up.upwards(sheet, left, right)
    across.across(sheet, start, start + HEIGHT, size=10)
    sheet.text(
        (left + right) / 2, start + HEIGHT + 34, data["across"]["title"], size=10, color=palette.soft,
        ha="center",
    )  # fmt: skip
    for number, (line, stroke) in enumerate(zip(row["lines"], cycle(STROKES), strict=False)):
        xs, ys = across.all_at(line["x"]), up.all_at(line["y"])
        if line["low"] and line["high"]:
            sheet.axes.fill_between(
                xs, up.all_at(line["low"]), up.all_at(line["high"]),
                color=palette.mark_soft, linewidth=0, alpha=0.5, zorder=2,
            )  # fmt: skip
        sheet.line(xs, ys, palette.mark, 2, zorder=4, **stroke)
        if len(xs) <= FEW:
            sheet.axes.scatter(xs, ys, s=36, color=palette.mark, linewidth=0, zorder=4)
        if _keys(row):
            y = top + KEY * (number + 1) + 9
            sheet.line([left, left + 34], [y - 4, y - 4], palette.mark, 2, **stroke)
            (words,) = lines_of(line["title"], right - left - 44, 11, bold=False, most=1)
            sheet.text(left + 44, y, words, size=11)
