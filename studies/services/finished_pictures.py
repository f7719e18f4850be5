"""Pictures that were made elsewhere, before a launch: what people could tell them by, besides colour."""

from __future__ import annotations

from collections.abc import Iterable

from colorizers.pictures.delivered import AS_DELIVERED
from colorizers.pictures.tells import summary, tells
from colorizers.services.differences import differences
from studies.models import Condition, Study
from studies.services.readiness import Finding, Readiness


def check_finished_pictures(study: Study, conditions: Iterable[Condition], readiness: Readiness) -> None:
    """Say what people could tell imported pictures by, besides colour."""
    finished = {one.colorizer_id: one.colorizer for one in conditions if not one.colorizer.paints}
    for pk, found in differences(finished, study.photo_set.photos.all()).items() if finished else ():
        treatment = finished[pk].settings["treatment"]
        said = f"{finished[pk]}: {summary(found, treatment)}"
        if not tells(found, treatment):
            readiness.notes.append(Finding(said, "conditions"))
            continue
        more = (
            " If colours alone are the question, import them under another name, with the photos' lightness "
            "(--treatment replace_lightness)."
            if treatment == AS_DELIVERED
            else ""
        )
        readiness.warn(f"{said} People may tell them by that.{more}", "conditions")
