"""Charts of one block a row: a title over a plot of its own, all plots with the same axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evaluation.report.charts._canvas import SIDE, Sheet, lines_of
from evaluation.statistics.arrays import Json

TOP, BOTTOM, EMPTY = 8, 0, 0
PAPER_HEIGHT = SCREEN_HEIGHT = 0
HEAD, LINE, LEFT, HEIGHT, FOOT = 15, 19, 34, 170, 44


def heights(rows: Sequence[Json], width: float, tall: Callable[[Json], float]) -> list[float]:
    """How much room each block takes, when its plot and what is below takes `tall`."""
    return [_head(row, width) + tall(row) for row in rows]


def draw_blocks(
    sheet: Sheet,
    rows: Sequence[Json],
    top: float,
    tall: Callable[[Json], float],
    plot: Callable[[Json, float], None],
) -> None:
    """The titles, and below each what `plot` draws of the row from there on."""
    for row, taken in zip(rows, heights(rows, sheet.width, tall), strict=True):
        y = top + 3
        for line in _title(row, sheet.width):
            y += LINE
            sheet.text(SIDE, y, line, size=13, weight=700)
        plot(row, top + _head(row, sheet.width))
        top += taken


def _title(row: Json, width: float) -> list[str]:
    return lines_of(row["title"], width - 2 * SIDE, 13)


def _head(row: Json, width: float) -> float:
    return HEAD + LINE * len(_title(row, width))
