"""A value with its interval for each row, beside a dashed line.

Data: `axis`; `empty`, said where there are no rows; rows with `title`, `tail` (the rest of a long title,
which begins a line of its own on a phone), `value`, `low`, `high` (None: no interval) and the `label` beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluation.report.charts._axis import Axis
from evaluation.report.charts._canvas import SIDE, Sheet, is_narrow, lines_of, plot_width
from evaluation.statistics.arrays import Json

TOP, BOTTOM, EMPTY = 24, 52, 62
LINE, GAP = 19, 32
PAPER_HEIGHT, SCREEN_HEIGHT = 540, 1000


def heights(data: Json, rows: Sequence[Json], width: float) -> list[float]:
    """How much room each row takes."""
    return [GAP + LINE * (len(_title(row, width)) + is_narrow(width)) for row in rows]


def draw(sheet: Sheet, data: Json, rows: Sequence[Json], top: float) -> None:
    """The axis, then row by row."""
    spec, bottom = data["axis"], sheet.height - BOTTOM
    plot = plot_width(sheet.width, [_label(row) for row in data["rows"]])
    axis = Axis(spec, SIDE, SIDE + plot)
    axis.across(sheet, top, bottom)
    sheet.text(SIDE + plot / 2, bottom + 38, spec["title"], size=11, color=sheet.palette.soft, ha="center")
    if spec["says"]:
        _mark(sheet, axis, top)
    if not rows:
        sheet.text(sheet.width / 2, top + 31, data["empty"], color=sheet.palette.soft, ha="center")
    for row, taken in zip(rows, heights(data, rows, sheet.width), strict=True):
        _row(sheet, axis, row, top)
        top += taken


def _mark(sheet: Sheet, axis: Axis, top: float) -> None:
    x = axis.at(axis.spec["mark"])
    ha = "right" if x > sheet.width - 60 else "center"
    sheet.text(
        x + (8 if ha == "right" else 0), top - 16, axis.spec["says"],
        size=11, weight=700, color=sheet.palette.chance, ha=ha,
    )  # fmt: skip


def _label(row: Json) -> str:
    return str(row["label"]) if row["low"] is not None else f"{row['label']} (no interval)"


def _title(row: Json, width: float) -> list[str]:
    """All of the title where at all possible."""
    room, tail = width - 2 * SIDE, row.get("tail", "")
    if not tail:
        return lines_of(row["title"], room, 13, most=3)
    if is_narrow(width):
        return [*lines_of(row["title"], room, 13, most=3), *lines_of(tail, room, 13, most=3)]
    return lines_of(f"{row['title']} {tail}", room, 13, most=5)


def _row(sheet: Sheet, axis: Axis, row: dict[str, Any], top: float) -> None:
    y = top + 3
    for line in _title(row, sheet.width):
        y += LINE
        sheet.text(SIDE, y, line, size=13, weight=700)
    if is_narrow(sheet.width):
        y += LINE
        sheet.text(SIDE, y, _label(row), size=13)
    y += 14
    if not is_narrow(sheet.width):
        sheet.text(sheet.width - SIDE, y + 5, _label(row), size=13, weight=700, ha="right")
    if row["low"] is not None and row["high"] is not None:
        sheet.interval(axis.at(row["low"]), axis.at(row["high"]), y)
    sheet.dot(axis.at(row["value"]), y, filled=row["low"] is not None)
