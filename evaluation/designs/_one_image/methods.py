"""The sentences of a methods paragraph that tests with one picture at a time have in common."""

from __future__ import annotations

from evaluation.designs._common.course import exposures
from evaluation.report.wording import NBSP
from evaluation.statistics.arrays import Json


def task(study: Json, shown: str = "") -> str:
    """What a trial showed and asked; `shown` says for how long, where no setting does."""
    if "settings" not in study:
        return ""
    settings, px = study["settings"], study["image_px"]
    planned = exposures(settings)
    if not shown:
        shown = f"for {planned}{NBSP}ms" if planned else "until the answer"
    mask = ", followed by a noise mask" if settings.get("mask") == "noise" else ""
    return (
        f"Each trial showed one picture, in half of the test trials a photograph and in the others a "
        f"photograph recoloured by an algorithm, at {px} × {px} CSS pixels {shown}{mask}; participants said "
        f"whether its colours were real or fake."
    )
