"""Charts of a few generic kinds, as SVG or PNG, for phones and desks, in light and dark.

The data of every kind hold `rows`, each with what it `says` in words; what else they hold stands at the head
of the kind's module.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from types import ModuleType

from evaluation.report.charts import bars, curves, intervals, ladder, scatter
from evaluation.report.charts._canvas import (
    PALETTES,
    WIDTHS,
    Part,
    Sheet,
    Theme,
    Width,
    as_png,
    as_svg,
    band_height,
)
from evaluation.report.section import Chart

KINDS: dict[str, ModuleType] = {
    kind.__name__.rpartition(".")[2]: kind for kind in (bars, curves, intervals, ladder, scatter)
}

MARK = 22
"""The room for what is said at a mark."""

__all__ = ["KINDS", "Part", "Theme", "Width", "description", "draw", "parts", "png", "size", "svg", "whole"]


def whole(chart: Chart, band: str = "") -> Part:
    """All of a chart in one drawing, as it is downloaded."""
    return Part(chart.data["rows"], band)


def parts(chart: Chart, band: str = "", width: Width = "wide") -> list[Part]:
    """A chart in as few drawings as a page of paper can hold, about alike; the first has the label.

    Phones and desks have the same parts; the PDF, which is "paper", has its own.
    """
    kind = KINDS[chart.kind]
    most = kind.PAPER_HEIGHT if width == "paper" else kind.SCREEN_HEIGHT
    across: Width = "paper" if width == "paper" else "wide"
    rows = chart.data["rows"]
    found: list[Part] = []
    for count in range(1, max(1, len(rows)) + 1):
        ends = [len(rows) * place // count for place in range(count + 1)]
        found = [Part(rows[start:end], "" if start else band) for start, end in pairwise(ends)]
        if all(size(chart, part, across)[1] <= most for part in found):
            break
    return found


def size(chart: Chart, part: Part, width: Width = "wide") -> tuple[int, int]:
    """Width and height of a drawing in CSS pixels, without drawing it."""
    across, kind = WIDTHS[width], KINDS[chart.kind]
    tall = sum(kind.heights(chart.data, part.rows, across)) or (kind.EMPTY if not part.rows else 0)
    return across, ceil(_top(chart, part, across) + tall + kind.BOTTOM)


def svg(chart: Chart, part: Part, width: Width = "wide", theme: Theme = "light") -> str:
    """One drawing as an SVG document: equal reports, equal bytes."""
    return as_svg(lambda: draw(chart, part, width, theme), description(chart, part))


def png(chart: Chart, part: Part, width: Width = "wide") -> bytes:
    """One drawing as a PNG of three pixels a unit, on white."""
    return as_png(lambda: draw(chart, part, width))


def description(chart: Chart, part: Part) -> str:
    """A drawing in words, for those who do not see it."""
    label = f"{part.band}. " if part.band else ""
    said = "; ".join(str(row["says"]).rstrip(".") for row in part.rows) or chart.data.get("empty", "")
    return f"{label}{chart.alt} {said}".rstrip(" .") + "."


def draw(chart: Chart, part: Part, width: Width = "wide", theme: Theme = "light") -> Sheet:
    """One drawing; its axes are those of all rows, also where only some are shown."""
    kind = KINDS[chart.kind]
    across, tall = size(chart, part, width)
    sheet = Sheet(across, tall, PALETTES[theme], part.band)
    kind.draw(sheet, chart.data, part.rows, _top(chart, part, across))
    return sheet


def _top(chart: Chart, part: Part, across: float) -> float:
    """Where the rows begin: below the label, and below what is said at a mark of the axis."""
    said = MARK if chart.data.get("axis", {}).get("says") else 0
    return float(KINDS[chart.kind].TOP + said + band_height(part.band, across))
