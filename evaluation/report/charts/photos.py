"""The shrunken fool rate of each photo with its interval, from the lowest to the highest."""

from __future__ import annotations

import numpy as np

from evaluation.report import Page
from evaluation.report.charts._canvas import SIDE, Palette, Part, Sheet, band_height, lines_of
from evaluation.report.charts.metrics import axis_end
from evaluation.report.photos import Ladder

TOP, HEAD, LINE, HEIGHT, FOOT, LEFT = 8, 15, 19, 170, 44, 34
PAPER_HEIGHT = SCREEN_HEIGHT = 0


def has_content(page: Page) -> bool:
    """Whether the report knows rates photo by photo."""
    return bool(page.ladders)


def words(page: Page, part: Part) -> str:
    """The chart in words, for those who do not see it."""
    label = f"{part.band}. " if part.band else ""
    return f"{label}Fool rate of each photo. {' '.join(ladder.says for ladder in part.rows)}"


def rows(page: Page) -> list[Ladder]:
    """A block a condition."""
    return page.ladders


def height(page: Page, width: int, part: Part) -> float:
    """How much room the drawing takes."""
    return TOP + band_height(part.band, width) + sum(_height(ladder, width) for ladder in part.rows)


def draw(page: Page, width: int, palette: Palette, part: Part) -> Sheet:
    """A block a condition; one scale of fool rates for all."""
    sheet = Sheet(width, height(page, width, part), palette, part.band)
    most = axis_end(max(max([*ladder.means, *ladder.raw, *ladder.high]) for ladder in rows(page)))
    top = float(TOP + band_height(part.band, width))
    for ladder in part.rows:
        _ladder(sheet, ladder, top, most)
        top += _height(ladder, width)
    return sheet


def _title(ladder: Ladder, width: float) -> list[str]:
    return lines_of(ladder.title, width - 2 * SIDE, 13)


def _height(ladder: Ladder, width: float) -> int:
    return HEAD + LINE * len(_title(ladder, width)) + HEIGHT + FOOT


def _ladder(sheet: Sheet, ladder: Ladder, top: float, most: float) -> None:
    palette, y = sheet.palette, top + 3
    for line in _title(ladder, sheet.width):
        y += LINE
        sheet.text(SIDE, y, line, size=13, weight=700)
    top += HEAD + LINE * len(_title(ladder, sheet.width))
    bottom, left, right = top + HEIGHT, SIDE + LEFT, sheet.width - SIDE
    scale = HEIGHT / most
    for share in (share for share in (0.0, 0.25, 0.5, 0.75, 1.0) if share <= most):
        y = bottom - share * scale
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
            x, bottom - np.array(ladder.low) * scale, bottom - np.array(ladder.high) * scale,
            color=palette.mark_soft, linewidth=0, zorder=2, step="mid" if n < 200 else None,
        )  # fmt: skip
    if n <= 400:
        sheet.axes.scatter(
            x, bottom - np.array(ladder.raw) * scale, s=10, color=palette.soft, linewidth=0, alpha=0.8,
            zorder=3, rasterized=n > 150,
        )  # fmt: skip
    sheet.line(list(x), list(bottom - np.array(ladder.means) * scale), palette.mark, 2, zorder=4)
    sheet.text(
        (left + right) / 2, bottom + 18, f"{n:,} photos, sorted by rate (vertical: fool rate in %)",
        size=10, color=palette.soft, ha="center",
    )  # fmt: skip
