"""What a study like this one would show again, and what it takes for more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evaluation.report.arms import Arm
from evaluation.report.differences import points
from evaluation.report.wording import NBSP, number


@dataclass(frozen=True)
class NextStudy:
    """One condition, asked of the same number of people and photos again."""

    title: str
    half_width: str
    detectable: str
    for_3_points: str


def next_studies_of(arms: Iterable[Arm]) -> list[NextStudy]:
    """One line a condition whose answers show how much people and photos differ."""
    found = []
    for arm in arms:
        planning = arm.model.get("planning") if arm.model else None
        if planning:
            people = planning["participants_for_3_points"]
            found.append(
                NextStudy(
                    title=arm.title,
                    half_width=f"±{NBSP}{points(planning['width'] / 2)}",
                    detectable=points(planning["minimal_detectable_difference"]),
                    for_3_points="no number is enough" if people is None else number(people),
                )
            )
    return found
