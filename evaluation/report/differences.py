"""Differences between conditions, each with its interval and a p value that knows how many were tested."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.report.wording import MINUS, NBSP, NONE
from evaluation.statistics.arrays import Json
from evaluation.statistics.rules import CGM_TWO_WAY


@dataclass(frozen=True)
class Difference:
    """The higher rate minus the lower one: as shares for the chart, in percentage points for the table."""

    higher: str
    lower: str
    difference: float
    low: float | None
    high: float | None
    points: str
    interval: str
    p: str
    note: str


def differences_of(
    pairwise: list[Json], titles: dict[str, str], *, together: bool = False
) -> list[Difference]:
    """One line per pair of judged conditions; with `together` the intervals hold for all pairs at once."""
    return [_difference(pair, titles, together=together) for pair in pairwise]


def simultaneous(analysis: Json) -> bool:
    """Whether the intervals shown hold for all differences at once: not in reports under the first rule."""
    return analysis.get("rule", CGM_TWO_WAY) != CGM_TWO_WAY and len(analysis["pairwise"]) > 1


def _difference(pair: Json, titles: dict[str, str], *, together: bool) -> Difference:
    a, b, sign = pair["a"], pair["b"], 1
    # Reports of earlier shapes hold one test alone.
    found = pair.get("recommended") or {"ci": pair.get("ci"), "p_holm": pair.get("p_t_holm")}
    ends = found["simultaneous_ci"] if together else found["ci"]
    if pair["diff"] < 0:
        a, b, sign = b, a, -1
    interval, low, high = "", None, None
    if ends:
        low, high = sorted(sign * end for end in ends)
        interval = f"[{points(low)},{NBSP}{points(high)}]"
    return Difference(
        higher=titles[a],
        lower=titles[b],
        difference=sign * pair["diff"],
        low=low,
        high=high,
        points=points(sign * pair["diff"]),
        interval=interval,
        p=p_value(found["p_holm"]),
        note=pair.get("reason") or "",
    )


def points(share: float) -> str:
    """A difference of shares in percentage points."""
    return f"{round(100 * share, 1) + 0.0:.1f}".replace("-", MINUS)


def p_value(value: float | None) -> str:
    """To three places, and no further."""
    if value is None:
        return NONE
    return f"<{NBSP}0.001" if value < 0.001 else f"{value:.3f}"
