"""What all charts share: a sheet measured in CSS pixels, two sets of colours, and SVG that any page may hold.

The SVG carries no style attributes and no style element, so it may stand inside a page under a strict
content security policy; its text is text.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Width = Literal["wide", "narrow", "paper"]
WIDTHS: dict[Width, int] = {"wide": 760, "narrow": 360, "paper": 640}
"""In CSS pixels; on paper as many are as wide as the text, so that the smallest words have 7.7 points."""
SIDE, BAND_HEIGHT = 20, 32
PNG_SCALE = 3


@dataclass(frozen=True)
class Palette:
    """Colours that keep apart in grey and for colour-blind readers (after Okabe and Ito)."""

    paper: str
    ink: str
    soft: str
    line: str
    mark: str
    mark_soft: str
    chance: str
    band: str = "#f2c26b"
    band_ink: str = "#2b1d00"


LIGHT = Palette("#ffffff", "#1d2027", "#565c69", "#d9dbe0", "#0072b2", "#b9d6e8", "#8a5a00")
DARK = Palette("#1e2128", "#eceef2", "#a8afbd", "#3d424e", "#56b4e9", "#2c4a5f", "#f2c26b")
Theme = Literal["light", "dark"]
PALETTES: dict[Theme, Palette] = {"light": LIGHT, "dark": DARK}


@dataclass(frozen=True)
class Part:
    """The rows of a chart that one drawing shows, and the label across its top, if it has one."""

    rows: Sequence[Any]
    band: str


# Parameters of matplotlib are global to the process; threads of the server take turns.
_LOCK = threading.Lock()
_PARAMETERS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "foolrate",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
}


class Sheet:
    """A drawing whose unit is one CSS pixel, y downwards."""

    def __init__(self, width: float, height: float, palette: Palette, band: str = "") -> None:
        from matplotlib.figure import Figure

        # Whole pixels: pages reserve the room before the drawing comes.
        self.width, self.height, self.palette = width, ceil(height), palette
        self.figure: Figure = Figure(figsize=(width / 72, self.height / 72), dpi=72, facecolor=palette.paper)
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, width), ylim=(self.height, 0))
        self.axes.axis("off")
        if band:
            tall = band_height(band, width)
            self.axes.fill_between([0, width], 0, tall, color=palette.band, linewidth=0)
            self.text(
                width / 2, tall / 2 + 4, band, size=12 if width == WIDTHS["wide"] else 10, weight=700,
                color=palette.band_ink, ha="center", ground="none",
            )  # fmt: skip

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        weight: int = 400,
        color: str = "",
        ha: str = "left",
        ground: str = "",
    ) -> None:
        """A line of text on its baseline; lines behind it stop at the words."""
        self.axes.text(
            x,
            y,
            text,
            fontsize=size,
            fontweight=weight,
            color=color or self.palette.ink,
            ha=ha,
            va="baseline",
            bbox={"facecolor": ground or self.palette.paper, "edgecolor": "none", "pad": 1.5},
            # A dollar sign in a title would start a formula.
            parse_math=False,
            zorder=5,
        )

    def line(self, xs: list[float], ys: list[float], color: str, width: float = 1, **more: Any) -> None:
        """A stroke through the points."""
        self.axes.plot(xs, ys, color=color, linewidth=width, **{"zorder": 1, **more})

    def interval(self, low: float, high: float, y: float) -> None:
        """A bar with caps."""
        self.line([low, high], [y, y], self.palette.mark, 3, solid_capstyle="butt", zorder=3)
        for end in (low, high):
            self.line([end, end], [y - 6, y + 6], self.palette.mark, 2, zorder=3)

    def dot(self, x: float, y: float, *, filled: bool = True) -> None:
        """A round mark; hollow where there is no interval."""
        self.axes.plot(
            [x], [y], "o", markersize=11, color=self.palette.mark if filled else self.palette.paper,
            markeredgecolor=self.palette.mark, markeredgewidth=2, zorder=4,
        )  # fmt: skip


def band_height(band: str, width: float) -> int:
    """The room that a label across the top takes; less on paper, where each page's foot says it too."""
    if not band:
        return 0
    return 22 if width == WIDTHS["paper"] else BAND_HEIGHT


def is_narrow(width: float) -> bool:
    """Whether a drawing is for a phone."""
    return width < 500


def plot_width(width: float, labels: Sequence[str]) -> float:
    """The room for an axis: on a phone the whole sheet, else what the numbers on its right leave."""
    room = width - 2 * SIDE
    if is_narrow(width):
        return room
    return room - 24 - max((text_width(label, 13, bold=True) for label in labels), default=0.0)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line of text is in the widest of the usual fonts."""
    widths = _widths(bold)
    # What the font lacks stands in another one: a whole square is enough for it.
    return size * sum(widths.get(ord(character), 1.0) for character in text)


def lines_of(text: str, width: float, size: float, *, bold: bool = True, most: int = 2) -> list[str]:
    """The text in at most so many lines that fit `width`; what is cut shows an ellipsis.

    A word that is too long for a line by itself is broken where the line ends.
    """

    def fits(line: str) -> bool:
        return text_width(line, size, bold=bold) <= width

    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if fits(longer):
            line = longer
        elif fits(word):
            lines.append(line)
            line = word
        else:
            while not fits(longer) and len(longer) > 1:
                end = next(end for end in range(len(longer) - 1, 0, -1) if end == 1 or fits(longer[:end]))
                lines.append(longer[:end])
                longer = longer[end:]
            line = longer
    lines.append(line)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and not fits(f"{last} …"):
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip()} …"]


@cache
def _widths(bold: bool) -> dict[int, float]:
    """The width of each character of matplotlib's own font at size 1; matplotlib itself is not loaded."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    file = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    with TTFont(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / file, lazy=True) as font:
        widths, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: widths[name][0] / em for code, name in font.getBestCmap().items()}


def as_svg(draw: Callable[[], Sheet], words: str) -> str:
    """The drawing as an SVG document with its description: equal reports, equal bytes."""
    from matplotlib import rc_context

    out = io.StringIO()
    with _LOCK, rc_context(_PARAMETERS):
        draw().figure.savefig(out, format="svg", dpi=144, metadata={"Date": None, "Creator": None})
    return _tidy(out.getvalue(), words)


def as_png(draw: Callable[[], Sheet]) -> bytes:
    """The drawing as a PNG of three pixels a unit."""
    from matplotlib import rc_context

    out = io.BytesIO()
    with _LOCK, rc_context(_PARAMETERS):
        draw().figure.savefig(out, format="png", dpi=72 * PNG_SCALE, metadata={"Software": None})
    return out.getvalue()


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
