"""What the exported trials say: by participant, by photo and condition, by condition. Pure.

Computed from the file of trials that was written, so the tables of an export always agree with each other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.designs._common.tabled import EVERY_OTHER
from evaluation.reading.files.response_files import read_export
from evaluation.statistics.arrays import Json
from evaluation.statistics.table import Factor, ResponseTable
from studies.designs._base import REAL_PHOTO
from studies.designs._columns import Column

Row = dict[str, Any]
OwnRows = Mapping[Hashable, Mapping[str, Any]]
"""What a design says of the rows of a table, by their key."""
Scores = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By condition, metric and photo."""


def read_table(trials: Path, own: Iterable[Column], rows: int, excluded: Sequence[int]) -> ResponseTable:
    """The responses of an exported file of trials, without the rows at the places `excluded`.

    `own` are the columns that the design adds to the table.
    """
    if rows == 0:
        return ResponseTable.of({"participant_id": Factor.of([])})
    keep = np.ones(rows, dtype=np.bool_)
    keep[np.asarray(excluded, dtype=np.intp)] = False
    return read_export(trials, own).take(keep)


def said(own: OwnRows, key: Hashable) -> Row:
    """What the design says of one row."""
    return dict(own.get(key) or own.get(EVERY_OTHER) or {})


def with_real(conditions: Sequence[Row], named: Iterable[Hashable]) -> list[Row]:
    """The conditions, and the real photo as the last one where the design says something of it."""
    return [*conditions, *([{"model": REAL_PHOTO, "title": "Real photo"}] if REAL_PHOTO in named else [])]


def photo_rows(
    conditions: Sequence[Row], photos: Sequence[Row], scores: Scores, own: OwnRows
) -> Iterator[Row]:
    """A row for each condition and photo; `photos` have image_id, photo and photo_digest.

    `scores` are by the photo's whole digest; a score that is not there yet is an empty field.
    """
    named = {key[0] for key in own if isinstance(key, tuple)}
    for condition in with_real(conditions, named):
        model = condition["model"]
        for photo in photos:
            yield {
                "model": model,
                **photo,
                **said(own, (model, photo["image_id"])),
                **{
                    metric: _known(of_metric.get(photo["photo_digest"]))
                    for metric, of_metric in scores.get(model, {}).items()
                },
            }


def condition_rows(conditions: Sequence[Row], analysis: Json, own: OwnRows) -> Iterator[Row]:
    """A row for each condition; `conditions` have model, title and colorizer."""
    for condition in with_real(conditions, own):
        row = condition | said(own, condition["model"])
        for metric, found in analysis.get("metrics", {}).get(condition["model"], {}).items():
            low, high = found["ci"] or (None, None)
            row |= {f"{metric}_mean": found["mean"], f"{metric}_low": low, f"{metric}_high": high}
        yield row


def _known(score: float | None) -> float | None:
    return None if score is None or np.isnan(score) else score
