"""The comparisons: differences between conditions with their intervals, beside the line of no difference."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.report import Page
from evaluation.report.charts._canvas import (
    SIDE,
    Palette,
    Part,
    Sheet,
    band_height,
    is_narrow,
    lines_of,
    plot_width,
)
from evaluation.report.differences import Difference
from evaluation.report.wording import NBSP

TOP, BOTTOM, LINE, GAP = 24, 52, 19, 32
PAPER_HEIGHT, SCREEN_HEIGHT = 540, 1000


def has_content(page: Page) -> bool:
    """Whether two conditions were judged."""
    return bool(page.differences)


def words(page: Page, part: Part) -> str:
    """The chart in words, for those who do not see it."""
    label = f"{part.band}. " if part.band else ""
    said = [
        f"{pair.higher} above {pair.lower}: {pair.points} {pair.interval} points".replace("  ", " ")
        for pair in part.rows
    ]
    return f"{label}Differences of fool rates with 95{NBSP}% intervals. {'; '.join(said)}."


def rows(page: Page) -> list[Difference]:
    """The pairs of conditions, in the order of the table."""
    return page.differences


def height(page: Page, width: int, part: Part) -> float:
    """How much room the drawing takes."""
    return TOP + band_height(part.band, width) + sum(_heights(part.rows, width)) + BOTTOM


def draw(page: Page, width: int, palette: Palette, part: Part) -> Sheet:
    """One row a pair of conditions; the axis is that of all, also where only some are shown."""
    sheet = Sheet(width, height(page, width, part), palette, part.band)
    top = TOP + band_height(part.band, width)
    low = min([0.0, *(pair.low or 0 for pair in rows(page))])
    high = max([0.05, *(pair.high or pair.difference for pair in rows(page))])
    most = 6 if is_narrow(width) else 10
    step = next(s for s in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (high - low) / s <= most)
    first, last = int(low // step), -int(-high // step)
    plot = plot_width(width, [_label(pair) for pair in rows(page)])
    scale = plot / (step * (last - first))
    zero = SIDE - scale * step * first
    _frame(sheet, top, range(first, last + 1), step, scale, zero)
    y = float(top)
    for pair, taken in zip(part.rows, _heights(part.rows, width), strict=True):
        _row(sheet, pair, y, scale, zero)
        y += taken
    return sheet


def _label(pair: Difference) -> str:
    return f"{pair.points} {pair.interval}".strip() + ("" if pair.interval else " (no interval)")


def _title(pair: Difference, width: float) -> list[str]:
    """Both names in full where at all possible: on a phone each begins a line of its own."""
    room = width - 2 * SIDE
    if is_narrow(width):
        return [
            *lines_of(pair.higher, room, 13, most=3), *lines_of(f"above {pair.lower}", room, 13, most=3)
        ]  # fmt: skip
    return lines_of(f"{pair.higher} above {pair.lower}", room, 13, most=5)


def _heights(shown: Sequence[Difference], width: float) -> list[int]:
    return [GAP + LINE * (len(_title(pair, width)) + is_narrow(width)) for pair in shown]


def _frame(sheet: Sheet, top: float, ticks: range, step: float, scale: float, zero: float) -> None:
    palette, bottom = sheet.palette, sheet.height - BOTTOM
    for tick in ticks:
        x = zero + scale * step * tick
        if tick:
            sheet.line([x, x], [top, bottom], palette.line)
        text = f"{100 * step * tick:.0f}".replace("-", "−")
        sheet.text(x, bottom + 17, text, size=11, color=palette.soft, ha="center")
    sheet.line([zero, zero], [top - 8, bottom], palette.chance, 1.5, dashes=(4, 3))
    middle = zero + scale * step * (ticks[0] + ticks[-1]) / 2
    sheet.text(
        middle, bottom + 38, "Difference of fool rates, percentage points",
        size=11, color=palette.soft, ha="center",
    )  # fmt: skip


def _row(sheet: Sheet, pair: Difference, top: float, scale: float, zero: float) -> None:
    y = top + 3
    for line in _title(pair, sheet.width):
        y += LINE
        sheet.text(SIDE, y, line, size=13, weight=700)
    if is_narrow(sheet.width):
        y += LINE
        sheet.text(SIDE, y, _label(pair), size=13)
    y += 14
    if not is_narrow(sheet.width):
        sheet.text(sheet.width - SIDE, y + 5, _label(pair), size=13, weight=700, ha="right")
    if pair.low is not None and pair.high is not None:
        sheet.interval(zero + scale * pair.low, zero + scale * pair.high, y)
    sheet.dot(zero + scale * pair.difference, y, filled=pair.low is not None)
