"""How sure people were, for studies of every design: whether they knew when they were right. Pure."""

from __future__ import annotations

import numpy as np

from evaluation.designs._common.told import Told
from evaluation.designs._design import Evidence
from evaluation.report.axes import axis
from evaluation.report.section import Cell, Chart, Definition, Fact, Heading, Row, Section, Table
from evaluation.report.wording import (
    NBSP,
    NONE,
    count,
    number,
    number_range,
    p_equals,
    percent,
    percent_range,
    points,
    points_range,
)
from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.confidence import FEWEST, MOST, ConfidentAnswers, confidence
from evaluation.statistics.table import ResponseTable
from studies.designs._fields import CONFIDENCE

FINDINGS = "confidence"


def confidence_findings(
    evidence: Evidence, table: ResponseTable, right: Floats | None, alpha: float = 0.05
) -> Json:
    """FINDINGS by `confidence`, where the study asked how sure people are; else nothing.

    `table` holds the rows that count, `right` (n,) whether the answer was right: 1, 0, or NaN where nothing
    is; None where no answer can be right, and then only the steps are counted.
    """
    given = table.numbers("confidence")
    known = np.isfinite(given) if right is None else np.isfinite(given) & np.isfinite(right)
    if not known.any():
        return {}
    step = given[known].astype(np.int64)
    fixed = CONFIDENCE.get(str(evidence.settings.get("confidence", "")), ())
    steps = len(fixed) or max(FEWEST, int(step.max()))
    if right is None:
        counted = np.bincount(step, minlength=steps + 1)[1:]
        found = [{"confidence": at, "n": int(n)} for at, n in enumerate(counted, start=1)]
        return {FINDINGS: {"n": len(step), "right": None, "steps": found}}
    table = table.by_photo_cluster()
    answers = ConfidentAnswers(
        table.participant.codes[known], right[known] == 1, step, steps, table.photo.codes[known]
    )
    return {FINDINGS: confidence(answers, alpha)}


def confidence_section(told: Told) -> list[Section]:
    """How often people were right at each step of confidence, or how often they took each."""
    found = told.findings["analysis"].get(FINDINGS)
    if not found:
        return []
    steps = {_name(step["confidence"], len(found["steps"])): step for step in found["steps"]}
    if found["right"] is None:
        return [
            Section(
                "confidence", "How sure people were", tables=(_counts(steps, found["n"]),),
                definitions=(ASKED,),
            )
        ]  # fmt: skip
    return [
        Section(
            "confidence", "Confidence and accuracy", charts=(_chart(steps),), tables=(_table(steps),),
            facts=_facts(found), definitions=(ASKED, *MEANINGS),
        )
    ]  # fmt: skip


def _name(step: int, steps: int) -> str:
    """How the step was called for the participants, in English."""
    return CONFIDENCE[f"{steps} steps"][step - 1] if steps <= MOST else f"Step {step}"


def _counts(steps: dict[str, Json], n: int) -> Table:
    return Table(
        "confidence",
        "How often each answer to “How sure are you?” was given.",
        (
            Heading("How sure", align="left"),
            Heading("Share", "confidence"),
            Heading("Trials", "confidence"),
        ),
        tuple((name, percent(step["n"] / n), number(step["n"])) for name, step in steps.items()),
    )


def _chart(steps: dict[str, Json]) -> Chart:
    rows = []
    for name, step in steps.items():
        if step["right"] is None:
            continue
        cell = _share(step)
        rows.append(
            {
                "title": name,
                "value": step["right"],
                "low": step["interval"]["low"],
                "high": step["interval"]["high"],
                "label": cell.value,
                "says": f"{name}: {cell.value}",
            }
        )
    ends = [row[end] for row in rows for end in ("value", "low", "high")]
    return Chart(
        "right-by-confidence",
        "intervals",
        {
            "rows": rows,
            "axis": axis("Right answers, % of valid test trials", ends, least=(0.45, 1), within=(0, 1),
                         step=0.1, times=100, mark=0.5, says=f"chance: 50{NBSP}%"),
        },
        f"Dot: [share of right answers](#confidence). Bar: 95{NBSP}% interval for new participants and new "
        f"photos. Dashed: 50{NBSP}%, chance.",
        f"Share of right answers by confidence with 95{NBSP}% intervals.",
    )  # fmt: skip


def _table(steps: dict[str, Json]) -> Table:
    rows: list[Row] = [(name, _share(step), number(step["n"])) for name, step in steps.items()]
    return Table(
        "confidence",
        "Right answers by confidence.",
        (
            Heading("How sure", align="left"),
            Heading("Right answers", "confidence", "new participants × new photos"),
            Heading("Trials", "confidence"),
        ),
        tuple(rows),
    )


def _share(step: Json) -> Cell:
    if step["right"] is None:
        return Cell(NONE, note="never chosen")
    interval = step["interval"]
    return Cell(
        percent(step["right"]), percent_range(interval["low"], interval["high"]), interval.get("reason", "")
    )


def _facts(found: Json) -> tuple[Fact, ...]:
    trend, area, within = found["trend"], found["type2_auc"], found["within_people"]
    facts = []
    if trend:
        ends = points_range(*trend["ci"]) if trend["ci"] else ""
        said = f"{points(trend['estimate'])}{NBSP}points more right answers for each step {ends}".rstrip()
        facts.append(Fact("Trend", f"{said}{_p(trend)}.", "confidence"))
    if area:
        said = f"{number(area['estimate'], 2)} {number_range(area['ci'], 2)}".rstrip()
        facts.append(Fact("Area under the type-2 ROC", f"{said}{_p(area)}.", "type2-auc"))
    if within["estimate"] is not None:
        said = f"{number(within['estimate'], 2)} {number_range(within['ci'], 2)}".rstrip()
        people = count(within["participants"], "participant")
        facts.append(
            Fact("The same within people", f"{said}, mean over {people}; these photos only.", "type2-auc")
        )
    return tuple(facts)


def _p(found: Json) -> str:
    return "" if found["p"] is None else f" (p {p_equals(found['p'])})"


ASKED = Definition(
    "confidence",
    "Confidence",
    "What participants answered to “How sure are you?” after each answer. Shares are over the valid test "
    f"trials with that answer, with the 95{NBSP}% interval for new participants and new photos; the trend is "
    "the slope of a straight line over the steps, tested against 0.",
)
MEANINGS = (
    Definition(
        "type2-auc",
        "Area under the type-2 ROC",
        "The chance that a right answer was given with more confidence than a wrong one, ties counted as "
        "half. 0.5: confidence says nothing about being right; 1: everything. Over all trials it mixes in "
        "that confident people may be the better ones; within people it does not. Tested against 0.5.",
    ),
)
