"""The headline chart: fool rate and interval of each condition, as SVG or PNG.

The SVG carries no style attributes and no style element, so it may stand inside a page under a strict
content security policy; its text is text.
"""

from __future__ import annotations

import io
import re
import threading
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape

from evaluation.presentation import Page
from evaluation.presentation.arms import Arm

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Width = Literal["wide", "narrow"]

WIDTHS: dict[Width, int] = {"wide": 760, "narrow": 360}
PAPER, INK, SOFT, LINE = "#fbfbfa", "#1d2027", "#565c69", "#d9dbe0"
MARK, CHANCE, BAND, BAND_INK = "#0072b2", "#8a5a00", "#f2c26b", "#2b1d00"
ROW, TOP, BOTTOM, SIDE, BAND_HEIGHT = 62, 46, 52, 20, 32
PNG_SCALE = 3

# Parameters of matplotlib are global to the process; threads of the server take turns.
_LOCK = threading.Lock()
_PARAMETERS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "foolrate",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
}


def fool_rate_svg(page: Page, width: Width = "wide") -> str:
    """The chart as an SVG document: equal reports, equal bytes."""
    from matplotlib import rc_context

    out = io.StringIO()
    with _LOCK, rc_context(_PARAMETERS):
        _draw(page, WIDTHS[width]).savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return _tidy(out.getvalue(), description(page))


def fool_rate_png(page: Page) -> bytes:
    """The wide chart as a PNG of three pixels a unit."""
    from matplotlib import rc_context

    out = io.BytesIO()
    with _LOCK, rc_context(_PARAMETERS):
        _draw(page, WIDTHS["wide"]).savefig(
            out, format="png", dpi=72 * PNG_SCALE, metadata={"Software": None}
        )
    return out.getvalue()


def description(page: Page) -> str:
    """The chart in words, for those who do not see it."""
    rows = [f"{arm.title}: {arm.default.value} {arm.default.interval}".strip() for arm in _ranked(page)]
    label = f"{page.band}. " if page.band else ""
    if not rows:
        return f"{label}No fool rates yet."
    return f"{label}Fool rate by condition with 95 % intervals; 50 % is chance. {'; '.join(rows)}."


def _ranked(page: Page) -> list[Arm]:
    return sorted(page.judged, key=lambda arm: -(arm.rate or 0))


def _draw(page: Page, width: int) -> Figure:
    """One unit of the drawing is one CSS pixel, y downwards."""
    from matplotlib.figure import Figure

    arms = _ranked(page)
    top = TOP + (BAND_HEIGHT if page.band else 0)
    height = top + ROW * max(1, len(arms)) + BOTTOM
    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    if page.band:
        axes.fill_between([0, width], 0, BAND_HEIGHT, color=BAND, linewidth=0)
        _text(
            axes, width / 2, BAND_HEIGHT / 2 + 4, page.band, size=12, weight=700, color=BAND_INK, ha="center"
        )
    ends = [0.55, *(arm.high or arm.rate or 0 for arm in arms)]
    most = min(1.0, -(-max(ends) // 0.1) / 10)
    scale = (width - 2 * SIDE) / most
    _frame(axes, top, height - BOTTOM, most, scale)
    if not arms:
        _text(axes, width / 2, top + ROW / 2, "No answers yet", color=SOFT, ha="center")
    for index, arm in enumerate(arms):
        _row(axes, arm, top + index * ROW, scale, width)
    return figure


def _frame(axes: Axes, top: float, bottom: float, most: float, scale: float) -> None:
    for tenth in range(round(most * 10) + 1):
        x = SIDE + scale * tenth / 10
        if tenth != 5:
            axes.plot([x, x], [top, bottom], color=LINE, linewidth=1, zorder=1)
        _text(axes, x, bottom + 17, f"{tenth * 10}", size=11, color=SOFT, ha="center")
    _text(
        axes,
        SIDE + scale * most / 2,
        bottom + 38,
        "Fool rate, % of valid test trials",
        size=11,
        color=SOFT,
        ha="center",
    )
    chance = SIDE + scale / 2
    axes.plot([chance, chance], [top - 8, bottom], color=CHANCE, linewidth=1.5, dashes=(4, 3), zorder=1)
    _text(axes, chance, top - 16, "chance: 50 %", size=11, weight=700, color=CHANCE, ha="center")


def _row(axes: Axes, arm: Arm, top: float, scale: float, width: float) -> None:
    assert arm.rate is not None
    value = arm.default.value
    _text(axes, SIDE, top + 22, _shortened(arm.title, 60 if width > 500 else 22), size=13, weight=700)
    label = f"{value} {arm.default.interval}" if arm.default.interval else f"{value} (no interval)"
    _text(axes, width - SIDE, top + 22, label, size=13, weight=700, ha="right")
    y, x = top + 42, SIDE + scale * arm.rate
    if arm.low is not None and arm.high is not None:
        low, high = SIDE + scale * arm.low, SIDE + scale * arm.high
        axes.plot([low, high], [y, y], color=MARK, linewidth=3, solid_capstyle="butt", zorder=3)
        for end in (low, high):
            axes.plot([end, end], [y - 6, y + 6], color=MARK, linewidth=2, zorder=3)
    filled = MARK if arm.low is not None else PAPER
    axes.plot([x], [y], "o", markersize=11, color=filled, markeredgecolor=MARK, markeredgewidth=2, zorder=4)


def _text(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: int = 12,
    weight: int = 400,
    color: str = INK,
    ha: str = "left",
) -> None:
    # Lines stop at the words. A dollar sign in a title would start a formula.
    axes.text(
        x,
        y,
        text,
        fontsize=size,
        fontweight=weight,
        color=color,
        ha=ha,
        va="baseline",
        bbox={"facecolor": "none" if color == BAND_INK else PAPER, "edgecolor": "none", "pad": 1.5},
        parse_math=False,
        zorder=5,
    )


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _tidy(svg: str, words: str) -> str:
    """Style declarations become attributes; size in pixels, a title, fonts of the reader's system."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: system-ui, 'Segoe UI', Arial, sans-serif", svg)
    svg = re.sub(r' style="([^"]*)"', lambda match: _attributes(match[1]), svg)
    svg = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', svg, count=2)
    opening = svg.index(">") + 1
    first = svg[: opening - 1] + ' role="img" stroke-linejoin="round" stroke-linecap="butt">'
    return f"{first}\n <title>{escape(words)}</title>{svg[opening:]}"


def _attributes(style: str) -> str:
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
