"""Photo by photo: the drawn-in fool rate of each with its interval, from the lowest to the highest."""

from __future__ import annotations

import numpy as np

from evaluation.charts._canvas import BAND_HEIGHT, SIDE, Palette, Sheet, lines_of
from evaluation.presentation import Page
from evaluation.presentation.photos import Ladder

TOP, HEAD, HEIGHT, FOOT, LEFT = 8, 34, 170, 44, 34


def has_content(page: Page) -> bool:
    """Whether the report knows rates photo by photo."""
    return bool(page.ladders)


def words(page: Page) -> str:
    """The chart in words, for those who do not see it."""
    label = f"{page.band}. " if page.band else ""
    return f"{label}Fool rate of each photo. {' '.join(ladder.says for ladder in page.ladders)}"


def draw(page: Page, width: int, palette: Palette) -> Sheet:
    """A block a condition."""
    top = TOP + (BAND_HEIGHT if page.band else 0)
    sheet = Sheet(width, top + len(page.ladders) * (HEAD + HEIGHT + FOOT), palette, page.band)
    for number, ladder in enumerate(page.ladders):
        _ladder(sheet, ladder, top + number * (HEAD + HEIGHT + FOOT))
    return sheet


def _ladder(sheet: Sheet, ladder: Ladder, top: float) -> None:
    palette = sheet.palette
    sheet.text(
        SIDE, top + 22, lines_of(ladder.title, 70 if sheet.width > 500 else 36, 1)[0], size=13, weight=700
    )
    top += HEAD
    bottom, left, right = top + HEIGHT, SIDE + LEFT, sheet.width - SIDE
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = bottom - share * HEIGHT
        chance = share == 0.5
        sheet.line(
            [left, right], [y, y], palette.chance if chance else palette.line, 1.2 if chance else 1,
            **({"dashes": (4, 3)} if chance else {}),
        )  # fmt: skip
        sheet.text(left - 6, y + 4, f"{100 * share:.0f}", size=10, color=palette.soft, ha="right")
    n = len(ladder.means)
    x = left + (np.arange(n) + 0.5) / n * (right - left)
    if ladder.low and ladder.high:
        sheet.axes.fill_between(
            x, bottom - np.array(ladder.low) * HEIGHT, bottom - np.array(ladder.high) * HEIGHT,
            color=palette.mark_soft, linewidth=0, zorder=2, step="mid" if n < 200 else None,
        )  # fmt: skip
    if n <= 400:
        sheet.axes.scatter(
            x, bottom - np.array(ladder.raw) * HEIGHT, s=10, color=palette.soft, linewidth=0, alpha=0.8,
            zorder=3, rasterized=n > 150,
        )  # fmt: skip
    sheet.line(list(x), list(bottom - np.array(ladder.means) * HEIGHT), palette.mark, 2, zorder=4)
    sheet.text(
        (left + right) / 2, bottom + 18, f"{n:,} photos, lowest to highest; fool rate in %",
        size=10, color=palette.soft, ha="center",
    )  # fmt: skip
