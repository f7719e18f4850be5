"""The account of rows: what was left out on the way from planned trials to either view."""

from __future__ import annotations

from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Definition, Heading, Row, Section, Table
from evaluation.report.wording import count, number, spaced
from evaluation.statistics.arrays import Json

ASIDES = {
    "chosen_side_unknown": "unanswered",
    "missing": "without a time",
    "too_fast": "too fast",
    "too_slow": "too slow",
}


STRICT = Definition(
    "strict",
    "Strict view",
    "The same results after leaving out inattentive participants and implausible response times, by rules "
    "that were fixed before launch. Both views are always shown, and nobody is left out for an answer.",
)


def rows_section(told: Told) -> list[Section]:
    """Rows at each filter step, those of the strict view last."""
    rows: list[Row] = []
    for step in told.findings.get("filters", []):
        strict = step["step"].startswith("T")
        if strict and not any(len(row) == 1 for row in rows):
            rows.append(("Default view above; the [strict view](#strict) continues",))
        rule = f"left out: {step['rule']}" if step["step"][0] in "ET" else step["rule"]
        named = Cell(spaced(f"{step['step']} · {rule}"), note=_remark(step))
        rows.append((named, number(step["dropped"]), number(step["rows_out"])))
    if not rows:
        return []
    table = Table(
        "rows",
        "Responses left out by each rule.",
        (Heading("Rule", align="left"), Heading("Left out", "rows"), Heading("Rows left", "rows")),
        tuple(rows),
    )
    meaning = Definition(
        "rows",
        "Rows left out, rows left",
        "Number of trials that a rule leaves out, and number that remain for the next rule. Every trial is "
        "accounted for.",
    )
    return [Section("rows", "Responses that count", tables=(table,), definitions=(meaning, STRICT))]


def _remark(step: Json) -> str:
    """What else a step tells: people left out, the reason of an exclusion, unusable sides."""
    parts = []
    if step.get("participants_dropped"):
        parts.append(count(step["participants_dropped"], "participant"))
    if step.get("reason"):
        parts.append(spaced(step["reason"]))
    parts += [f"{step[key]:,} {words}" for key, words in ASIDES.items() if step.get(key)]
    return "; ".join(parts)
