"""Numbers and results in words, the same on the page, in files and on the terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NONE = "–"
_PERCENTAGE = re.compile(r"(?<=\d) ?%")

SUBJECTS = {
    "people": "Participants",
    "simulated": "Simulated participants",
    "pooled": "People and simulated participants together",
}
"""By population."""

SIMULATED_BANDS = {
    "simulated": "Simulated participants – not people",
    "pooled": "People and simulated participants pooled – not people alone",
}


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands set apart and a real minus sign; a dash for none."""
    if value is None:
        return NONE
    # Rounding first, so that what rounds to zero has no sign.
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", MINUS)


def percent(share: float | None, digits: int = 1) -> str:
    """A share in [0, 1] as a percentage: “22.6 %”."""
    return NONE if share is None else f"{100 * share:.{digits}f}{NBSP}%"


def spaced(text: str) -> str:
    """The text with every percentage as `percent` writes it: words that a report has frozen, for one."""
    return _PERCENTAGE.sub(f"{NBSP}%", text)


def percent_range(low: float | None, high: float | None, digits: int = 1) -> str:
    """The ends of an interval of shares in [0, 1] as percentages: “[18.1, 27.9]”; empty for none."""
    if low is None or high is None:
        return ""
    return f"[{100 * low:.{digits}f},{NBSP}{100 * high:.{digits}f}]"


def number_range(ends: Sequence[float] | None, digits: int) -> str:
    """The ends of an interval: “[21.3, 24.9]”; empty for none."""
    return f"[{number(ends[0], digits)},{NBSP}{number(ends[1], digits)}]" if ends else ""


def count(n: int, one: str, many: str = "") -> str:
    """A number with its noun: “1 photo”, “2,400 photos”."""
    return f"{n:,}{NBSP}{one if n == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def rate_with_interval(rate: float, low: float | None, high: float | None) -> str:
    """“22.6 % [18.1, 27.9]”, or the rate alone."""
    return f"{percent(rate)} {percent_range(low, high)}".strip()


def points(share: float) -> str:
    """A difference of shares in percentage points."""
    return f"{round(100 * share, 1) + 0.0:.1f}".replace("-", MINUS)


def points_range(low: float | None, high: float | None) -> str:
    """The ends of an interval of differences in percentage points; empty for none."""
    return "" if low is None or high is None else f"[{points(low)},{NBSP}{points(high)}]"


def p_value(value: float | None) -> str:
    """To three places, and no further."""
    if value is None:
        return NONE
    return f"<{NBSP}0.001" if value < 0.001 else f"{value:.3f}"


def p_equals(value: float | None, equals: str = f"={NBSP}") -> str:
    """“= 0.012” or “< 0.001”, to stand after a p."""
    text = p_value(value)
    return text if text.startswith("<") else f"{equals}{text}"
