"""What is averaged by condition, in words: how a mean, its interval and a change of it are written. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.report.axes import axis
from evaluation.report.section import Cell
from evaluation.report.wording import NBSP, number, number_range, percent, percent_range, points, points_range
from evaluation.statistics.arrays import Json

Ends = Sequence[float] | None
STEPS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Averaged:
    """`title` heads its column and its axis, `key` is that of its definition.

    A `share` is printed in per cent, and its changes in points; anything else as a number with so many
    `digits` and its `unit`. `mark` is dashed where means are drawn; where they lie on a `scale`, axes show
    all of it.
    """

    title: str
    key: str
    share: bool = True
    mark: float | None = None
    digits: int = 2
    unit: str = ""
    scale: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """The title within a sentence; an abbreviation keeps its capitals."""
        return self.title if self.title[1:2].isupper() else self.title[:1].lower() + self.title[1:]

    @property
    def kind(self) -> str:
        """What a single one of its values is called."""
        return "rate" if self.share else "mean"

    @property
    def change_unit(self) -> str:
        """What a change is counted in."""
        return "points" if self.share else self.unit

    def text(self, value: float | None, digits: int = 1) -> str:
        """A mean in words; a share in per cent with so many digits."""
        if self.share:
            return percent(value, digits)
        return number(value, self.digits) + (f"{NBSP}{self.unit}" if self.unit and value is not None else "")

    def ends(self, ends: Ends, digits: int = 1) -> str:
        """The interval of a mean; "" for none."""
        if self.share:
            low, high = ends or (None, None)
            return percent_range(low, high, digits)
        return number_range(ends, self.digits)

    def cell(self, value: float | None, ends: Ends, note: str = "") -> Cell:
        """A mean with its interval."""
        return Cell(self.text(value), self.ends(ends), note)

    def change_ends(self, ends: Ends) -> Ends:
        """The interval of a change; no share changes by more than all of it."""
        return (max(-1.0, ends[0]), min(1.0, ends[1])) if ends and self.share else ends

    def change(self, value: float | None, ends: Ends, reason: str = "") -> Cell:
        """A change of the mean with its interval, or why there is none."""
        if value is None:
            return Cell("none", note=reason)
        note, ends = "" if ends else reason, self.change_ends(ends)
        if self.share:
            return Cell(points(value), points_range(*(ends or (None, None))), note)
        return Cell(number(value, self.digits), number_range(ends, self.digits), note)

    def axis(self, values: Iterable[float | None], title: str = "", says: str = "") -> Json:
        """An axis for means; shares begin at 0."""
        title = title or self.title
        if self.share:
            return axis(f"{title}, %", values, least=(0, 0.55), within=(0, 1), step=0.1, times=100,
                        mark=self.mark, says=says)  # fmt: skip
        unit = f", {self.unit}" if self.unit else ""
        return axis(
            f"{title}{unit}", values, least=self.scale or (), within=self.scale, mark=self.mark, says=says
        )

    def change_axis(self, title: str, values: Sequence[float | None]) -> Json:
        """An axis for changes, with 0 dashed."""
        if not self.share:
            unit = f", {self.unit}" if self.unit else ""
            return axis(f"{title}{unit}", values, least=(0.0,), mark=0.0)
        known = [0.0, 0.05, *(value for value in values if value is not None)]
        spread = max(known) - min(0.0, *known)
        return axis(
            f"{title}, percentage points", values, least=(0, 0.05), times=100, mark=0.0,
            step=next((step for step in STEPS if spread / step <= 10), STEPS[-1]),
        )  # fmt: skip
