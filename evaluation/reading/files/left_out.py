"""Leaving out participants and trials that somebody named, with the rule that each was named for. Pure.

A file of responses may say so itself, as our exports do in the column `excluded`, or a second file can.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.reading.files.csv_faults import FileFault, locate, read_header, records
from evaluation.reading.files.response_files import ALIASES
from evaluation.statistics.arrays import Json
from evaluation.statistics.table import UNKNOWN, Factor, ResponseTable

NO_RULE = "named in the list of exclusions"


@dataclass(frozen=True)
class Exclusion:
    """A participant, or one trial of one, with the rule in a few words."""

    participant: str
    trial_index: float | None
    rule: str


def read_exclusions(path: Path) -> list[Exclusion]:
    """The rows of a CSV file with the column participant_id and, where wanted, trial_index and rule.

    A row without a trial_index leaves out the participant. Raises FileFault, with the line.
    """
    names = read_header(path)
    who_at = names.index(locate(names, ("participant_id",), ALIASES, path)["participant_id"])
    found = []
    rows = records(path)
    next(rows)
    for line, fields in rows:
        texts = dict(zip(names, (field.strip() for field in fields), strict=False))
        if len(fields) != len(names) or not fields[who_at].strip():
            raise FileFault(f"{path.name}, line {line}: expected {', '.join(names)}, with a participant")
        trial = texts.get("trial_index", "")
        try:
            number = float(trial) if trial else None
        except ValueError as error:
            raise FileFault(
                f"{path.name}, line {line}: trial_index is {trial!r}, expected a number"
            ) from error
        found.append(Exclusion(fields[who_at].strip(), number, texts.get("rule") or NO_RULE))
    return found


def leave_out_marked(table: ResponseTable, excluded: Factor) -> tuple[ResponseTable, list[Json]]:
    """The rows that no rule in the column `excluded` names, and one step a rule as the rules first come."""
    steps: list[Json] = []
    if not excluded.labels:
        return table, steps
    left = len(table)
    everybody = set(table.participant.codes[excluded.codes == UNKNOWN].tolist())
    for number, (rule, rows) in enumerate(((n, r) for n, r in excluded.counts().items() if n), start=1):
        named = set(table.participant.codes[excluded.is_label(rule)].tolist())
        steps.append(
            {
                "step": f"E{number}",
                "rule": rule,
                "rows_in": left,
                "rows_out": left - rows,
                "dropped": rows,
                "participants_dropped": len(named - everybody),
            }
        )
        left -= rows
    return (table.take(excluded.codes == UNKNOWN) if steps else table), steps


def leave_out(table: ResponseTable, exclusions: list[Exclusion]) -> tuple[ResponseTable, list[Json]]:
    """The rows that remain, and one step a rule in the order in which the rules first come.

    A row counts for the first rule that names it. `unknown` counts the entries that name no row: a code
    that is spelled differently would otherwise leave everybody in unnoticed.
    """
    codes = {label: code for code, label in enumerate(table.participant.labels)}
    rules: dict[str, list[Exclusion]] = {}
    for exclusion in exclusions:
        rules.setdefault(exclusion.rule, []).append(exclusion)
    keep = np.ones(len(table), dtype=np.bool_)
    steps: list[Json] = []
    for number, (rule, named) in enumerate(rules.items(), start=1):
        before, unknown = int(keep.sum()), 0
        whole: set[int] = set()
        for exclusion in named:
            rows = table.participant.codes == codes.get(exclusion.participant, len(codes))
            if exclusion.trial_index is not None:
                rows = rows & (table.trial_index == exclusion.trial_index)
            elif rows.any():
                whole.add(codes[exclusion.participant])
            unknown += not rows.any()
            keep &= ~rows
        after = int(keep.sum())
        steps.append(
            {
                "step": f"E{number}",
                "rule": rule,
                "rows_in": before,
                "rows_out": after,
                "dropped": before - after,
                "participants_dropped": len(whole),
                "unknown": unknown,
            }
        )
    return table.take(keep), steps
