"""The sentences of the methods paragraph that are a single-image test's own."""

from __future__ import annotations

from evaluation.designs._common.claims import wilson_intervals
from evaluation.designs._common.course import Course
from evaluation.designs._common.methods import counting, methods_section
from evaluation.designs._common.told import Told
from evaluation.designs._one_image.methods import task
from evaluation.report.section import Section
from evaluation.report.wording import NBSP, count, percent
from evaluation.statistics.arrays import Json


def methods(told: Told) -> list[Section]:
    """The paragraph for a paper."""
    return methods_section(
        told,
        task=task(told.study),
        counting=counting(told.findings),
        inference=_inference(told.findings["analysis"]),
        course=course(told),
    )


def course(told: Told) -> Course:
    """What a participation was like."""
    settings = told.study.get("settings", {})
    trials = settings.get("qualification_trials", 0)
    between = ""
    if trials:
        between = (
            f"{count(trials, 'qualification trial')} ({percent(settings['qualification_pass'], 0)} of the "
            f"real photographs and of the obviously wrong fakes to be right, or the participation ended)"
        )
    return Course("single-image test", between=between, balanced="photographs")


def _inference(analysis: Json) -> str:
    text = (
        "Errors over fakes (called real) and over real photographs (called fake) are reported apart, as "
        f"shares of valid test trials. {wilson_intervals(analysis)} d′ and criterion are from these shares "
        "with half a trial added to each outcome; their intervals and those of balanced error rates are t "
        "intervals with the same variance (delta rule)."
    )
    if analysis["models"]:
        text += (
            f" Errors are compared with 50{NBSP}% by t tests with the same variance, without correction "
            "(HYPE∞, Zhou et al. 2019)."
        )
    pairs = len((analysis["fake_error_rate"] or {"pairwise": []})["pairwise"])
    if pairs:
        text += (
            f" Differences between conditions use the joint covariance; p values are corrected by Holm's "
            f"method over {count(pairs, 'comparison')}"
        )
        text += ", and their intervals hold simultaneously (multivariate t)." if pairs > 1 else "."
    return text
