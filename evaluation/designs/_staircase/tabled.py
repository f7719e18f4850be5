"""What the staircase says in the tables of an export: thresholds of people and conditions. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from evaluation.designs._common.tabled import (
    EVERY_OTHER,
    MEDIAN_RT,
    OF_CONDITIONS,
    OF_PARTICIPANTS,
    count_column,
    end_columns,
    of_participants,
)
from evaluation.designs._design import CONDITIONS, PARTICIPANTS, PHOTOS
from evaluation.designs._one_image.judged import with_real_apart
from evaluation.designs._one_image.tabled import PHOTO_COLUMNS, photo_rows
from evaluation.designs._staircase.steps import Climbed
from evaluation.statistics.arrays import Json
from studies.designs._columns import NUMBER, WHOLE, Column

Row = dict[str, Any]


def _threshold(after: str, of: str) -> tuple[Column, ...]:
    return (
        Column("threshold_ms", NUMBER, f"Mean threshold {of}", "ms", 0, after=after),
        Column("blocks", WHOLE, "Finished blocks behind it", low=0, after=after),
        Column("blocks_at_end", WHOLE, "Of these, blocks that settled at an end of the range of exposures",
               low=0, after=after),
        Column("clamped_share", NUMBER, "Share of trials whose exposure an end of the range cut", "share",
               0, 1, after=after),
    )  # fmt: skip


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    PARTICIPANTS: (
        count_column(OF_PARTICIPANTS), *_threshold(OF_PARTICIPANTS, "over blocks or participants"), MEDIAN_RT,
    ),
    PHOTOS: PHOTO_COLUMNS,
    CONDITIONS: (
        count_column(OF_CONDITIONS),
        *_threshold(OF_CONDITIONS, "over blocks or participants"),
        *end_columns("threshold", "of it for new participants and new photos", OF_CONDITIONS, unit="ms",
                     low=None, high=None),
        Column("threshold_sd", NUMBER, "SD of the thresholds of participants", "ms", 0, after=OF_CONDITIONS),
        Column("participants", WHOLE, "Participants behind it", low=0, after=OF_CONDITIONS),
        Column("photos", WHOLE, "Photos behind n", low=0, after=OF_CONDITIONS),
    ),
}  # fmt: skip


def rows(climbed: Climbed, analysis: Json, alpha: float) -> dict[str, dict[Hashable, Row]]:
    """The values of COLUMNS."""
    table = climbed.table
    known = table.take(np.isfinite(table.numbers("called_real")))
    apart = with_real_apart(known.condition, known.numbers("is_real") == 1)
    return {
        PARTICIPANTS: _people(climbed, analysis),
        PHOTOS: photo_rows(known, apart, known.numbers("called_real") == 1, alpha),
        CONDITIONS: {EVERY_OTHER: {"n": 0}}
        | {model["model"]: _condition(model) for model in analysis["models"]},
    }


def _people(climbed: Climbed, analysis: Json) -> dict[Hashable, Row]:
    found: dict[Hashable, Row] = of_participants(climbed.table)
    blocks: dict[str, list[Json]] = {}
    for block in analysis["blocks"]:
        blocks.setdefault(block["participant_id"], []).append(block)
    for who, own in blocks.items():
        trials = sum(block["trials"] for block in own)
        found[who] = found[who] | {
            "threshold_ms": float(np.mean([block["mode_ms"] for block in own])),
            "blocks": len(own),
            "blocks_at_end": sum(block["mode_at_end"] for block in own),
            "clamped_share": sum(block["clamped"] for block in own) / trials,
        }
    return found


def _condition(model: Json) -> Row:
    low, high = model["interval"]["ci"] or (None, None)
    return {
        "n": model["n"],
        "threshold_ms": model["hype_time_ms"],
        "blocks": model["blocks"],
        "blocks_at_end": model["at_end"],
        "clamped_share": model["clamped_share"],
        "threshold_low": low,
        "threshold_high": high,
        "threshold_sd": model["sd"],
        "participants": model["participants"],
        "photos": model["images"],
    }
