"""The sentences of the methods paragraph that are a pair test's own."""

from __future__ import annotations

from evaluation.designs._common.claims import wilson_intervals
from evaluation.designs._common.course import exposures
from evaluation.designs._common.methods import counting, methods_section
from evaluation.designs._common.told import Told
from evaluation.designs._pair.report.differences import simultaneous
from evaluation.report.section import Section
from evaluation.report.wording import NBSP, count
from evaluation.statistics.arrays import Json


def methods(told: Told) -> list[Section]:
    """The paragraph for a paper."""
    return methods_section(
        told, task=_task(told.study), counting=counting(told.findings), inference=_inference(told.findings)
    )


def _task(study: Json) -> str:
    if "settings" not in study:
        return ""
    settings, px = study["settings"], study["image_px"]
    how = {"sequential": "one after the other", "simultaneous": "side by side"}.get(
        settings.get("presentation", ""), ""
    )
    shown = f", {how}," if how else ""
    text = (
        f"Each trial showed a photograph and the same photograph recoloured by an algorithm{shown} at "
        f"{px} × {px} CSS pixels"
    )
    if "exposure_ms" in settings:
        text += f" for {exposures(settings)}{NBSP}ms each"
        text += ", followed by a noise mask" if settings.get("mask") == "noise" else ""
    camera = settings.get("wording") == "from a camera"
    asked = "they would guess was from a camera" if camera else "had the fake colours"
    return f"{text}; participants then said which of the two {asked}."


def _inference(findings: Json) -> str:
    pairs = len(findings["analysis"]["pairwise"])
    text = (
        f"The fool rate is the share of valid test trials in which the recolouring was taken for the real "
        f"photograph (50{NBSP}%: chance). {wilson_intervals(findings['analysis'])}"
    )
    if any(model.get("chance") for model in findings["analysis"]["models"].values()):
        text += (
            f" Each rate is compared with 50{NBSP}% by a t test and, for equivalence within 5 points, by two "
            f"one-sided tests with the same variance, without correction."
        )
    if pairs:
        text += (
            f" Differences between conditions use the same variance on the difference scores; p values are "
            f"corrected by Holm's method over {count(pairs, 'comparison')}"
        )
        together = simultaneous(findings["analysis"])
        text += ", and their intervals hold simultaneously (multivariate t)." if together else "."
    return text
