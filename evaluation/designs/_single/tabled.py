"""What the single-image test says in the tables of an export: shares, sensitivity, intervals. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from evaluation.designs._common.tabled import EVERY_OTHER, OF_CONDITIONS, end_columns, ends
from evaluation.designs._design import CONDITIONS, PARTICIPANTS, PHOTOS
from evaluation.designs._one_image.judged import Judged
from evaluation.designs._one_image.tabled import (
    PARTICIPANT_COLUMNS,
    PHOTO_COLUMNS,
    participant_rows,
    photo_rows,
    share,
    share_columns,
)
from evaluation.statistics.arrays import Json
from studies.designs._base import REAL_PHOTO
from studies.designs._columns import NUMBER, WHOLE, Column

Row = dict[str, Any]
NEW = "for new participants and new photos"
ESTIMATES = {
    "balanced_error_rate": (
        "balanced_error_rate",
        "Mean of the shares of fakes called real and of real photos called fake",
        "share",
    ),
    "dprime": ("dprime_loglinear", "Sensitivity d' to the condition's fakes among its real photos", ""),
    "criterion": ("criterion_loglinear", "Leaning to an answer; above 0: to “real”", ""),
}
"""By the name of its column: where it stands in the analysis, what it is, and its unit."""


def _estimates() -> tuple[Column, ...]:
    found: list[Column] = []
    for name, (_, meaning, unit) in ESTIMATES.items():
        found.append(Column(name, NUMBER, meaning, unit, after=OF_CONDITIONS))
        found += end_columns(name, f"of it {NEW}", OF_CONDITIONS, unit=unit, low=None, high=None)
    return tuple(found)


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    PARTICIPANTS: PARTICIPANT_COLUMNS,
    PHOTOS: PHOTO_COLUMNS,
    CONDITIONS: (
        *share_columns(OF_CONDITIONS),
        *end_columns("default", f"of the share called real {NEW}", OF_CONDITIONS),
        *_estimates(),
        Column("participants", WHOLE, "Participants behind n", low=0, after=OF_CONDITIONS),
        Column("photos", WHOLE, "Photos behind n", low=0, after=OF_CONDITIONS),
    ),
}


def rows(judged: Judged, analysis: Json, alpha: float) -> dict[str, dict[Hashable, Row]]:
    """The values of COLUMNS."""
    conditions: dict[Hashable, Row] = {EVERY_OTHER: share(0, 0)}
    conditions |= {name: _condition(model) for name, model in analysis["models"].items()}
    real = analysis["real"]
    if real:
        conditions[REAL_PHOTO] = (
            share(real["n"], real["k"])
            | ends("default", real["interval"])
            | {"participants": real["participants"], "photos": real["images"]}
        )
    return {
        PARTICIPANTS: participant_rows(judged),
        PHOTOS: photo_rows(judged.table, judged.apart, judged.called_real, alpha),
        CONDITIONS: conditions,
    }


def _condition(model: Json) -> Row:
    row = share(model["n_fake"], model["fakes_called_real"])
    row |= ends("default", model["intervals"]["fake_error_rate"])
    for name, (place, _, _) in ESTIMATES.items():
        low, high = (model["intervals"][name] or {}).get("ci") or (None, None)
        row |= {name: model[place], f"{name}_low": low, f"{name}_high": high}
    return row | {"participants": model["participants"], "photos": model["images"]}
