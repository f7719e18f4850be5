"""What a study like this one would show again, and what it takes for more."""

from __future__ import annotations

from evaluation.designs._pair.report.arms import Arm
from evaluation.report.section import Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, number, points

KEY = "next-study"
MEANING = Definition(
    KEY,
    "The next study",
    "For a study with the same number of people, photos and trials: half the width of the default interval, "
    f"and the true difference between two conditions that is detected with 80{NBSP}% power. For "
    f"±{NBSP}3 points: the number of participants with the same number of photos. Estimated from the spread "
    "between people and photos in this study, which is imprecise in small studies.",
)


def next_study(judged: list[Arm]) -> list[Section]:
    """One line a condition whose answers show how much people and photos differ."""
    planned = [(arm, arm.model["planning"]) for arm in judged if arm.model and arm.model.get("planning")]
    if not planned:
        return []
    table = Table(
        "next-study",
        f"Precision of a study of the same size, and what ±{NBSP}3 points require.",
        (
            Heading("Condition", align="left"),
            Heading("Half-width with the same size, points", KEY),
            Heading(f"Difference detected with 80{NBSP}% power, points", KEY),
            Heading(f"Participants for ±{NBSP}3{NBSP}points", KEY),
        ),
        tuple(_row(arm.title, found) for arm, found in planned),
    )
    return [Section(KEY, "Planning the next study", tables=(table,), definitions=(MEANING,))]


def _row(title: str, planning: dict[str, float | None]) -> Row:
    people, width = planning["participants_for_3_points"], planning["width"]
    difference = planning["minimal_detectable_difference"]
    assert width is not None
    assert difference is not None
    return (
        title,
        f"±{NBSP}{points(width / 2)}",
        points(difference),
        "not attainable" if people is None else number(people),
    )
