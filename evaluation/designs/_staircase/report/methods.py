"""The sentences of the methods paragraph that are a staircase's own."""

from __future__ import annotations

from evaluation.designs._common.course import Course
from evaluation.designs._common.methods import counting, methods_section
from evaluation.designs._common.told import Told
from evaluation.designs._one_image.methods import task
from evaluation.report.section import Section
from evaluation.report.wording import NBSP, count, number, percent
from evaluation.statistics.arrays import Json


def methods(told: Told) -> list[Section]:
    """The paragraph for a paper."""
    return methods_section(
        told,
        task=task(told.study, f"for a time that followed from the answers ({course(told).exposure})"),
        counting=counting(told.findings),
        inference=_inference(told.findings["analysis"]),
        course=course(told),
    )


def course(told: Told) -> Course:
    """What a participation was like."""
    settings = told.study.get("settings", {})
    if "start_ms" not in settings:
        return Course("staircase test")
    blocks = settings["blocks"]
    return Course(
        "staircase test",
        test=f"with feedback in {count(blocks, 'block')}",
        tests=blocks * settings["trials_per_block"],
        exposure=_rule(settings),
        photos="photographs came again only when all others had come",
        balanced="photographs",
    )


def _rule(settings: Json) -> str:
    ms = {name: f"{number(settings[f'{name}_ms'])}{NBSP}ms" for name in (
        "start", "down", "up", "shortest", "longest",
    )}  # fmt: skip
    return (
        f"{ms['start']} at first, {ms['down']} less after a right answer, {ms['up']} more after a wrong one, "
        f"within {ms['shortest']} and {ms['longest']}"
    )


def _inference(analysis: Json) -> str:
    text = (
        f"The exposure settles where {percent(analysis['rule']['target'], 0)} of answers are right (weighted "
        "up-down rule, Kaernbach 1991). A block’s threshold is its most frequent exposure, a participant’s "
        "the mean over finished blocks, a condition’s the mean over participants (HYPE-time, Zhou et al. "
        f"2019). 95{NBSP}% intervals are t intervals with a guarded two-way variance (participants, "
        "photographs); photographs enter by how far their residuals would move the threshold, by the slope "
        "of right answers on the exposure within blocks. They hold for new participants and new photographs."
    )
    pairs = len(analysis["pairwise"])
    if pairs:
        text += (
            " Differences between conditions use the same variance; p values are corrected by Holm's method "
            f"over {count(pairs, 'comparison')}"
        )
        text += ", and their intervals hold simultaneously (multivariate t)." if pairs > 1 else "."
    return text
