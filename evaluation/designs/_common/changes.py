"""How the answer would change under other rules of what counts, for studies of every design. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Definition, Heading, Row, Section, Table
from evaluation.report.wording import MINUS, NBSP, NONE, number, spaced
from evaluation.statistics.arrays import Json


def changes_section(
    told: Told, averaged: Averaged, value: str = "value", titles: Mapping[str, str] | None = None
) -> list[Section]:
    """One line for each of the findings' `views`, with `value` and `interval` of each condition.

    `titles` names what stands in columns beside or instead of the conditions.
    """
    views = told.findings.get("views", [])
    if not views:
        return []
    titles = told.titles if titles is None else titles
    usual = views[0]["models"]
    # A condition of which every trial was voided is in the line that counts these, and in no other.
    judged = [slug for slug in titles if any(slug in view["models"] for view in views)]
    rows: tuple[Row, ...] = tuple(
        (
            spaced(view["rule"]),
            number(view["participants"]),
            number(view["n"]),
            *(
                _cell(averaged, value, view["models"].get(slug), usual.get(slug) if place else None)
                for slug in judged
            ),
        )
        for place, view in enumerate(views)
    )
    columns = (
        Heading("Rule", align="left"),
        Heading("Participants", "changes-n"),
        Heading("n", "changes-n"),
        *(Heading(titles[slug], "changes") for slug in judged),
    )
    unit = f", and its change in {averaged.change_unit}" if averaged.change_unit else ", and its change"
    table = Table("changes", f"{averaged.title} under each rule{unit}.", columns, rows)
    remark = "Intervals are for new participants and new photos. No rule looks at how somebody answered."
    return [
        Section(
            "changes", "Sensitivity to the exclusion rules", tables=(table,), remarks=(remark,),
            definitions=MEANINGS,
        )
    ]  # fmt: skip


def _cell(averaged: Averaged, value: str, found: Json | None, usual: Json | None) -> Cell:
    if found is None or found[value] is None:
        return Cell(NONE, note="no trials left")
    interval = found["interval"] or {}
    low, high = interval.get("low"), interval.get("high")
    change = ""
    if usual is not None and usual[value] is not None:
        moved = found[value] - usual[value]
        by = averaged.change(moved, None).text
        sign = "" if by.startswith(MINUS) or moved <= 0 else "+"
        unit = f"{NBSP}{averaged.change_unit}" if averaged.change_unit else ""
        change = "the same" if found == usual else f"{sign}{by}{unit}"
    return averaged.cell(found[value], None if low is None or high is None else (low, high), change)


MEANINGS = (
    Definition(
        "changes",
        "Sensitivity to the exclusion rules",
        "The same values and default intervals after applying one rule at a time to the valid trials. Below "
        "each: its difference from the default view. The rules of the strict view were fixed before launch; "
        "the other lines judge circumstances, never answers.",
    ),
    Definition(
        "changes-n",
        "Participants and trials under a rule",
        "Number of people whose trials count under the rule, and number of these trials.",
    ),
)
