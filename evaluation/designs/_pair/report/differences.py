"""Differences between conditions, each with its interval and a p value that knows how many were tested."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.designs._common.told import Told
from evaluation.report.axes import axis
from evaluation.report.section import Cell, Chart, Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, p_value, points, points_range
from evaluation.statistics.arrays import Json
from evaluation.statistics.rules import CGM_TWO_WAY


@dataclass(frozen=True)
class Difference:
    """The higher rate minus the lower one, as shares."""

    higher: str
    lower: str
    difference: float
    low: float | None
    high: float | None
    p: str
    note: str

    @property
    def cell(self) -> Cell:
        """In percentage points."""
        return Cell(points(self.difference), points_range(self.low, self.high), self.note)


def differences(told: Told) -> list[Section]:
    """A chart and a table of all pairs of judged conditions."""
    analysis = told.findings["analysis"]
    found = [difference(pair, told.titles, together=simultaneous(analysis)) for pair in analysis["pairwise"]]
    if not found:
        return []
    remark = _remark(analysis)
    table = Table(
        "pairs",
        "Differences between conditions, in percentage points.",
        (
            Heading("Higher above lower", align="left"),
            Heading("Difference, points", "difference", _interval(analysis)),
            Heading("p, Holm", "holm"),
        ),
        tuple((f"{pair.higher} above {pair.lower}", pair.cell, pair.p) for pair in found),
        remark,
    )
    meanings = (
        Definition(
            "difference",
            "Difference",
            f"Higher fool rate minus lower one, in percentage points, with the 95{NBSP}% interval for new "
            "participants and new photos. The variance accounts for people and photos that occur in both "
            "conditions.",
        ),
        Definition(
            "holm",
            "p, Holm",
            "Two-sided t test of no difference with the same clustered variance, corrected by Holm's method "
            "over all pairs of conditions.",
        ),
    )
    return [
        Section(
            "differences", "Differences between conditions", charts=(_chart(found),), tables=(table,),
            definitions=meanings, folded=False,
        )
    ]  # fmt: skip


def difference(pair: Json, titles: dict[str, str], *, together: bool) -> Difference:
    """One pair, the higher rate first; with `together` the intervals hold for all pairs at once."""
    a, b, sign = pair["a"], pair["b"], 1
    # Reports of earlier shapes hold one test alone.
    found = pair.get("recommended") or {"ci": pair.get("ci"), "p_holm": pair.get("p_t_holm")}
    ends = found["simultaneous_ci"] if together else found["ci"]
    if pair["diff"] < 0:
        a, b, sign = b, a, -1
    low, high = sorted(sign * end for end in ends) if ends else (None, None)
    return Difference(
        titles[a], titles[b], sign * pair["diff"], low, high, p_value(found["p_holm"]),
        pair.get("reason") or "",
    )  # fmt: skip


def simultaneous(analysis: Json) -> bool:
    """Whether the intervals shown hold for all differences at once: not in reports under the first rule."""
    return analysis.get("rule", CGM_TWO_WAY) != CGM_TWO_WAY and len(analysis["pairwise"]) > 1


def _chart(found: list[Difference]) -> Chart:
    rows = [
        {
            "title": pair.higher,
            "tail": f"above {pair.lower}",
            "value": pair.difference,
            "low": pair.low,
            "high": pair.high,
            "label": pair.cell.value,
            "says": f"{pair.higher} above {pair.lower}: {pair.cell.value} points",
        }
        for pair in found
    ]
    ends = [end for pair in found for end in (pair.low, pair.high, pair.difference)]
    spread = max(0.05, *(end for end in ends if end is not None)) - min(
        0.0, *(end for end in ends if end is not None)
    )
    return Chart(
        "differences",
        "intervals",
        {
            "rows": rows,
            "axis": axis(
                "Difference of fool rates, percentage points", ends, least=(0, 0.05), times=100, mark=0.0,
                step=next(step for step in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if spread / step <= 10),
            ),
        },
        f"Dot: [higher minus lower rate](#difference). Bar: 95{NBSP}% interval for new participants and new "
        "photos. Dashed: no difference.",
        f"Differences of fool rates with 95{NBSP}% intervals.",
    )  # fmt: skip


def _interval(analysis: Json) -> str:
    """Which interval stands beside a difference, for the head of its column."""
    if simultaneous(analysis):
        return f"95{NBSP}% interval for all pairs together"
    if len(analysis["pairwise"]) < 2:
        return f"95{NBSP}% interval"
    return f"95{NBSP}% interval, not corrected for the number of pairs"


def _remark(analysis: Json) -> str:
    """How the intervals and the p values of the differences go together; one pair needs no correction."""
    if len(analysis["pairwise"]) < 2:
        return ""
    if simultaneous(analysis):
        return (
            "Intervals and p values are both corrected for the number of pairs: the intervals hold for "
            "all pairs simultaneously (multivariate t), the p values are Holm's. In close calls "
            "the two may disagree: an interval may include 0 while p is below 0.05, or exclude 0 while p "
            "is not."
        )
    return (
        "The interval is not corrected for the number of pairs; the p value is. So an interval may "
        "exclude 0 while the corrected p value is above 0.05."
    )
