"""The headline chart: fool rate and interval of each condition beside the 50 % line."""

from __future__ import annotations

from evaluation.charts._canvas import BAND_HEIGHT, SIDE, Palette, Sheet, lines_of
from evaluation.presentation import Page
from evaluation.presentation.arms import Arm

TOP, BOTTOM, LINE = 46, 52, 19


def has_content(page: Page) -> bool:
    """Always: without answers it says so."""
    return True


def words(page: Page) -> str:
    """The chart in words, for those who do not see it."""
    rows = [f"{arm.title}: {arm.default.value} {arm.default.interval}".strip() for arm in _ranked(page)]
    label = f"{page.band}. " if page.band else ""
    if not rows:
        return f"{label}No fool rates yet."
    return f"{label}Fool rate by condition with 95 % intervals; 50 % is chance. {'; '.join(rows)}."


def draw(page: Page, width: int, palette: Palette) -> Sheet:
    """One row a condition, the highest rate first."""
    arms = _ranked(page)
    narrow = width < 500
    titles = [lines_of(arm.title, 36 if narrow else 56) for arm in arms]
    heights = [24 + LINE * (len(title) + narrow) for title in titles] or [62]
    top = TOP + (BAND_HEIGHT if page.band else 0)
    sheet = Sheet(width, top + sum(heights) + BOTTOM, palette, page.band)
    ends = [0.55, *(arm.high or arm.rate or 0 for arm in arms)]
    most = min(1.0, -(-max(ends) // 0.1) / 10)
    scale = (width - 2 * SIDE) / most
    _frame(sheet, top, most, scale)
    if not arms:
        sheet.text(width / 2, top + 31, "No answers yet", color=palette.soft, ha="center")
    y = float(top)
    for arm, title, height in zip(arms, titles, heights, strict=False):
        _row(sheet, arm, title, y, scale, narrow)
        y += height
    return sheet


def _ranked(page: Page) -> list[Arm]:
    return sorted(page.judged, key=lambda arm: -(arm.rate or 0))


def _frame(sheet: Sheet, top: float, most: float, scale: float) -> None:
    palette, bottom = sheet.palette, sheet.height - BOTTOM
    for tenth in range(round(most * 10) + 1):
        x = SIDE + scale * tenth / 10
        if tenth != 5:
            sheet.line([x, x], [top, bottom], palette.line)
        sheet.text(x, bottom + 17, f"{tenth * 10}", size=11, color=palette.soft, ha="center")
    middle = SIDE + scale * most / 2
    sheet.text(
        middle, bottom + 38, "Fool rate, % of valid test trials", size=11, color=palette.soft, ha="center"
    )
    chance = SIDE + scale / 2
    sheet.line([chance, chance], [top - 8, bottom], palette.chance, 1.5, dashes=(4, 3))
    ha = "right" if chance > sheet.width - 60 else "center"
    sheet.text(
        chance + (8 if ha == "right" else 0), top - 16, "chance: 50 %",
        size=11, weight=700, color=palette.chance, ha=ha,
    )  # fmt: skip


def _row(sheet: Sheet, arm: Arm, title: list[str], top: float, scale: float, narrow: bool) -> None:
    assert arm.rate is not None
    label = f"{arm.default.value} {arm.default.interval}".strip()
    if not arm.default.interval:
        label += " (no interval)"
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
    if arm.low is not None and arm.high is not None:
        sheet.interval(SIDE + scale * arm.low, SIDE + scale * arm.high, y)
    sheet.dot(SIDE + scale * arm.rate, y, filled=arm.low is not None)
