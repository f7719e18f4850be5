"""What the concluding half of a design offers; docs/designs.md has an example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from evaluation.report.section import Section
from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.rules import CURRENT_RULE
from evaluation.statistics.table import ResponseTable


@dataclass(frozen=True)
class Evidence:
    """All that a design concludes from: the answers, the scores of the pictures, and the rules in force.

    `scores` has one number a photo by condition and metric, `by_photo` the same by photo. `strict` holds the
    rules of the strict view by name, `faulty` the row_id of trials whose exposure was off, `finished` the
    participants who came to the end.
    """

    table: ResponseTable
    scores: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    by_photo: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    strict: Mapping[str, Any] = field(default_factory=dict)
    rule: str = CURRENT_RULE
    mix_sources: bool = False
    faulty: Iterable[float] = ()
    finished: Iterable[str] = ()


class Concludes(Protocol):
    """`CONCLUDES` of a module in `evaluation/designs`."""

    def analyse(self, evidence: Evidence) -> Json:
        """The findings, ready for JSON: equal evidence, equal findings. The platform adds what it counts."""

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """What the report says, the answer first.

        `findings` also hold what the platform counted (`filters`, `participations`, `vigilance`, `exposure`,
        `scores`, `gallery`); any of it may be missing. `facts` hold `study`, `population`, `code_version`,
        `data_digest` and `software`.
        """
