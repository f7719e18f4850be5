"""How the answer would change under other rules of what counts."""

from __future__ import annotations

from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, number, percent, percent_range, points, spaced
from evaluation.statistics.arrays import Json

MEANING = Definition(
    "changes",
    "Sensitivity to the exclusion rules",
    "The same rates and default intervals after applying one rule at a time to the valid trials. Below each "
    "rate: its difference from the default view. The rules of the strict view were fixed before launch; the "
    "other lines judge circumstances, never answers.",
)


def changes(told: Told) -> list[Section]:
    """One line a rule; none in reports of an earlier shape."""
    views = told.findings.get("views", [])
    if not views:
        return []
    usual = views[0]["models"]
    # A condition of which every trial was voided is in the line that counts these, and in no other.
    judged = [slug for slug in told.titles if any(slug in view["models"] for view in views)]
    rows: tuple[Row, ...] = tuple(
        (
            spaced(view["rule"]),
            number(view["participants"]),
            number(view["n"]),
            *(_rate(view["models"].get(slug), usual.get(slug) if place else None) for slug in judged),
        )
        for place, view in enumerate(views)
    )
    columns = (
        Heading("Rule", align="left"),
        Heading("Participants", "participants"),
        Heading("n", "n"),
        *(Heading(told.titles[slug], "changes") for slug in judged),
    )
    table = Table("changes", "Fool rate under each rule, and its change in points.", columns, rows)
    remark = (
        "Intervals are for new participants and new photos. No rule looks at whether somebody was fooled."
    )
    return [
        Section(
            "changes", "Sensitivity to the exclusion rules", tables=(table,), remarks=(remark,),
            definitions=(MEANING,),
        )
    ]  # fmt: skip


def _rate(found: Json | None, usual: Json | None) -> Cell:
    if found is None or found["fool_rate"] is None:
        return Cell(NONE, note="no trials left")
    interval = found["interval"]
    change = ""
    if usual is not None and usual["fool_rate"] is not None:
        moved = found["fool_rate"] - usual["fool_rate"]
        change = "the same" if found == usual else f"{'+' if moved > 0 else ''}{points(moved)}{NBSP}points"
    return Cell(percent(found["fool_rate"]), percent_range(interval["low"], interval["high"]), change)
