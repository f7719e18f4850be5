"""The account of rows: what was left out on the way from planned trials to either view."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.report.wording import count, number, spaced
from evaluation.statistics.arrays import Json

ASIDES = {
    "chosen_side_unknown": "unanswered",
    "missing": "without a time",
    "too_fast": "too fast",
    "too_slow": "too slow",
}


@dataclass(frozen=True)
class Step:
    """One line of the account of rows."""

    code: str
    rule: str
    dropped: str
    left: str
    remark: str
    strict: bool


def steps_of(results: Json) -> list[Step]:
    """Rows at each filter step, those of the strict view last."""
    return [
        Step(
            code=step["step"],
            rule=spaced(f"left out: {step['rule']}" if step["step"][0] in "ET" else step["rule"]),
            dropped=number(step["dropped"]),
            left=number(step["rows_out"]),
            remark=_remark(step),
            strict=step["step"].startswith("T"),
        )
        for step in results["filters"]
    ]


def _remark(step: Json) -> str:
    """What else a step tells: people left out, the reason of an exclusion, unusable sides."""
    parts = []
    if step.get("participants_dropped"):
        parts.append(count(step["participants_dropped"], "participant"))
    if step.get("reason"):
        parts.append(spaced(step["reason"]))
    parts += [f"{step[key]:,} {words}" for key, words in ASIDES.items() if step.get(key)]
    return "; ".join(parts)
