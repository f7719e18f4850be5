"""The sentences of the methods paragraph that are a preference test's own."""

from __future__ import annotations

from evaluation.designs._choices.report.wording import counting, together
from evaluation.designs._common.course import Course, shown_for
from evaluation.designs._common.methods import methods_section
from evaluation.designs._common.told import Told
from evaluation.report.section import Section
from evaluation.statistics.arrays import Json

COURSE = Course(
    name="preference test",
    practice="without feedback",
    test="",
    photos="nobody saw a photograph twice with the same two conditions",
    balanced="sides and photographs",
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
    how = {"sequential": "one after the other", "simultaneous": "side by side"}[settings["presentation"]]
    real = ", or by one of them beside the photograph itself" if settings["with_truth"] else ""
    tie = ", or that they saw no difference" if settings["ties"] else ""
    return (
        f"Each trial showed two versions of a photograph, recoloured by two conditions{real}, {how} at "
        f"{shown_for(study)}; participants then said which looked more natural{tie}."
    )


def _inference(analysis: Json) -> str:
    ties = ""
    if analysis.get("ties"):
        ties = " with ties (Davidson 1970)"
    return (
        f"Strengths are the abilities of a Bradley-Terry model{ties}, fitted by maximum likelihood. "
        f"{together(analysis)}"
    )
