"""The sentences of the methods paragraph that are those of best of several."""

from __future__ import annotations

from evaluation.designs._choices.report.wording import counting, together
from evaluation.designs._common.course import Course, shown_for
from evaluation.designs._common.methods import methods_section
from evaluation.designs._common.told import Told
from evaluation.report.section import Section
from evaluation.report.wording import number
from evaluation.statistics.arrays import Json

COURSE = Course(
    name="best-of-several test",
    practice="without feedback",
    test="",
    photos="nobody saw a photograph twice with the same conditions",
    balanced="places and photographs",
)


def methods(told: Told) -> list[Section]:
    """The paragraph for a paper."""
    return methods_section(
        told,
        task=_task(told.study),
        counting=counting(told),
        inference=_inference(told.findings["analysis"]),
        course=COURSE,
    )


def _task(study: Json) -> str:
    if "settings" not in study:
        return ""
    settings = study["settings"]
    real = ", one of which might be the photograph itself," if settings["with_truth"] else ""
    worst = ", and then which looked least natural" if settings["ask_worst"] else ""
    return (
        f"Each trial showed {number(settings['pictures'])} versions of a photograph at once, recoloured by "
        f"as many conditions{real} at {shown_for(study)}; participants then said which looked most "
        f"natural{worst}."
    )


def _inference(analysis: Json) -> str:
    asked = any("worst" in row for row in analysis["counts"])
    model = "a choice among the pictures"
    if asked:
        model = "sequential best-worst choices (Marley and Louviere 2005)"
    return (
        f"Strengths are those of Luce's model of {model}, with a habit for each place on the screen, fitted "
        f"by maximum likelihood. {together(analysis)}"
    )
