"""The headline chart: fool rate and interval of each condition beside the 50 % line."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.report import Page
from evaluation.report.arms import Arm
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
from evaluation.report.wording import NBSP

TOP, BOTTOM, LINE, GAP = 46, 52, 19, 32
PAPER_HEIGHT, SCREEN_HEIGHT = 800, 1000


def has_content(page: Page) -> bool:
    """Always: without answers it says so."""
    return True


def words(page: Page, part: Part) -> str:
    """The chart in words, for those who do not see it."""
    said = [f"{arm.title}: {arm.default.value} {arm.default.interval}".strip() for arm in part.rows]
    label = f"{part.band}. " if part.band else ""
    if not said:
        return f"{label}No fool rates yet."
    return f"{label}Fool rate by condition with 95{NBSP}% intervals; 50{NBSP}% is chance. {'; '.join(said)}."


def rows(page: Page) -> list[Arm]:
    """The judged conditions, the highest rate first."""
    return sorted(page.judged, key=lambda arm: -(arm.rate or 0))


def height(page: Page, width: int, part: Part) -> float:
    """How much room the drawing takes."""
    return TOP + band_height(part.band, width) + (sum(_heights(part.rows, width)) or 62) + BOTTOM


def draw(page: Page, width: int, palette: Palette, part: Part) -> Sheet:
    """One row a condition; the axis is that of all, also where only some are shown."""
    sheet = Sheet(width, height(page, width, part), palette, part.band)
    top = TOP + band_height(part.band, width)
    ends = [0.55, *(arm.high or arm.rate or 0 for arm in rows(page))]
    most = min(1.0, -(-max(ends) // 0.1) / 10)
    scale = plot_width(width, [_label(arm) for arm in rows(page)]) / most
    _frame(sheet, top, most, scale)
    if not part.rows:
        sheet.text(width / 2, top + 31, "No answers yet", color=palette.soft, ha="center")
    y = float(top)
    for arm, taken in zip(part.rows, _heights(part.rows, width), strict=True):
        _row(sheet, arm, y, scale)
        y += taken
    return sheet


def _label(arm: Arm) -> str:
    label = f"{arm.default.value} {arm.default.interval}".strip()
    return label if arm.default.interval else f"{label} (no interval)"


def _title(arm: Arm, width: float) -> list[str]:
    return lines_of(arm.title, width - 2 * SIDE, 13, most=3)


def _heights(shown: Sequence[Arm], width: float) -> list[int]:
    return [GAP + LINE * (len(_title(arm, width)) + is_narrow(width)) for arm in shown]


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
        chance + (8 if ha == "right" else 0), top - 16, f"chance: 50{NBSP}%",
        size=11, weight=700, color=palette.chance, ha=ha,
    )  # fmt: skip


def _row(sheet: Sheet, arm: Arm, top: float, scale: float) -> None:
    assert arm.rate is not None
    y = top + 3
    for line in _title(arm, sheet.width):
        y += LINE
        sheet.text(SIDE, y, line, size=13, weight=700)
    if is_narrow(sheet.width):
        y += LINE
        sheet.text(SIDE, y, _label(arm), size=13)
    y += 14
    if not is_narrow(sheet.width):
        sheet.text(sheet.width - SIDE, y + 5, _label(arm), size=13, weight=700, ha="right")
    if arm.low is not None and arm.high is not None:
        sheet.interval(SIDE + scale * arm.low, SIDE + scale * arm.high, y)
    sheet.dot(SIDE + scale * arm.rate, y, filled=arm.low is not None)
