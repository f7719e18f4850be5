"""The comparisons: differences between conditions with their intervals, beside the line of no difference."""

from __future__ import annotations

from evaluation.charts._canvas import BAND_HEIGHT, SIDE, Palette, Sheet, lines_of
from evaluation.presentation import Page
from evaluation.presentation.differences import Difference

TOP, BOTTOM, LINE = 24, 52, 19


def has_content(page: Page) -> bool:
    """Whether two conditions were judged."""
    return bool(page.differences)


def words(page: Page) -> str:
    """The chart in words, for those who do not see it."""
    label = f"{page.band}. " if page.band else ""
    rows = [
        f"{pair.higher} above {pair.lower}: {pair.points} {pair.interval} points".replace("  ", " ")
        for pair in page.differences
    ]
    return f"{label}Differences of fool rates with 95 % intervals. {'; '.join(rows)}."


def draw(page: Page, width: int, palette: Palette) -> Sheet:
    """One row a pair of conditions, in the order of the table."""
    narrow = width < 500
    titles = [
        lines_of(f"{pair.higher} above {pair.lower}", 38 if narrow else 62) for pair in page.differences
    ]
    heights = [24 + LINE * (len(title) + narrow) for title in titles]
    top = TOP + (BAND_HEIGHT if page.band else 0)
    sheet = Sheet(width, top + sum(heights) + BOTTOM, palette, page.band)
    low = min([0.0, *(pair.low or 0 for pair in page.differences)])
    high = max([0.05, *(pair.high or pair.difference for pair in page.differences)])
    step = next(s for s in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (high - low) / s <= (6 if narrow else 10))
    first, last = int(low // step), -int(-high // step)
    scale = (width - 2 * SIDE) / (step * (last - first))
    zero = SIDE - scale * step * first
    _frame(sheet, top, range(first, last + 1), step, scale, zero)
    y = float(top)
    for pair, title, height in zip(page.differences, titles, heights, strict=True):
        _row(sheet, pair, title, y, scale, zero, narrow)
        y += height
    return sheet


def _frame(sheet: Sheet, top: float, ticks: range, step: float, scale: float, zero: float) -> None:
    palette, bottom = sheet.palette, sheet.height - BOTTOM
    for tick in ticks:
        x = zero + scale * step * tick
        if tick:
            sheet.line([x, x], [top, bottom], palette.line)
        text = f"{100 * step * tick:.0f}".replace("-", "−")
        sheet.text(x, bottom + 17, text, size=11, color=palette.soft, ha="center")
    sheet.line([zero, zero], [top - 8, bottom], palette.chance, 1.5, dashes=(4, 3))
    sheet.text(
        sheet.width / 2, bottom + 38, "Difference of fool rates, percentage points",
        size=11, color=palette.soft, ha="center",
    )  # fmt: skip


def _row(
    sheet: Sheet, pair: Difference, title: list[str], top: float, scale: float, zero: float, narrow: bool
) -> None:
    label = f"{pair.points} {pair.interval}".strip() + ("" if pair.interval else " (no interval)")
    y = top + 3
    for part in title:
        y += LINE
        sheet.text(SIDE, y, part, size=13, weight=700)
    if narrow:
        y += LINE
        sheet.text(SIDE, y, label, size=13)
    else:
        sheet.text(sheet.width - SIDE, top + 3 + LINE, label, size=13, weight=700, ha="right")
    y += 14
    if pair.low is not None and pair.high is not None:
        sheet.interval(zero + scale * pair.low, zero + scale * pair.high, y)
    sheet.dot(zero + scale * pair.difference, y, filled=pair.low is not None)
