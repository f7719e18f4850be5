"""An axis of `report/axes.py` on a sheet: where a value stands, and the lines behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from evaluation.report.charts._canvas import Sheet, text_width
from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class Axis:
    """From `start` (the low end) to `stop` in pixels; `stop` is above `start` where values go up."""

    spec: Json
    start: float
    stop: float

    def at(self, value: float) -> float:
        """Where a value stands, in pixels; what lies beyond an end stands at it."""
        low, high = map(float, self.spec["ends"])
        value = min(max(value, low), high)
        if self.spec["log"]:
            low, high, value = log10(low), log10(high), log10(value)
        return self.start + (value - low) / (high - low) * (self.stop - self.start)

    def all_at(self, values: Sequence[float]) -> list[float]:
        """Where each of the values stands."""
        return [self.at(value) for value in values]

    def label(self, tick: float) -> str:
        """The number at a tick."""
        return f"{self.spec['times'] * tick:,.{self.spec['digits']}f}".replace("-", "−")

    def across(self, sheet: Sheet, top: float, bottom: float, *, size: float = 11) -> None:
        """Upright lines at the ticks with their numbers and the title below; the mark is dashed."""
        end = float("-inf")
        for tick in self.spec["ticks"]:
            x, half = self.at(tick), text_width(self.label(tick), size) / 2
            if tick != self.spec["mark"]:
                sheet.line([x, x], [top, bottom], sheet.palette.line)
            if x - half > end + 3:
                sheet.text(x, bottom + 17, self.label(tick), size=size, color=sheet.palette.soft, ha="center")
                end = x + half
        if self.spec["mark"] is not None:
            x = self.at(self.spec["mark"])
            sheet.line([x, x], [top - 8, bottom], sheet.palette.chance, 1.5, dashes=(4, 3))

    def upwards(self, sheet: Sheet, left: float, right: float, *, size: float = 10, mark: float = 1) -> None:
        """Level lines at the ticks with their numbers on the left; the mark is dashed."""
        ticks, marked = self.spec["ticks"], self.spec["mark"]
        for level in [*ticks, *([marked] if marked is not None and marked not in ticks else [])]:
            y, dashed = self.at(level), level == marked
            colour = sheet.palette.chance if dashed else sheet.palette.line
            sheet.line([left, right], [y, y], colour, mark if dashed else 1,
                       **({"dashes": (4, 3)} if dashed else {}))  # fmt: skip
            if level in ticks:
                sheet.text(
                    left - 6, y + 4, self.label(level), size=size, color=sheet.palette.soft, ha="right"
                )
