"""What tests with one picture at a time say of participants and photos in the tables of an export. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from evaluation.designs._common.tabled import (
    EVERY_OTHER,
    MEDIAN_RT,
    OF_PARTICIPANTS,
    OF_PHOTOS,
    count_column,
    end_columns,
    of_participants,
)
from evaluation.designs._one_image.judged import REAL, Judged
from evaluation.statistics.arrays import Bools
from evaluation.statistics.photo_rates import photo_rates
from evaluation.statistics.table import Factor, ResponseTable
from studies.designs._base import REAL_PHOTO
from studies.designs._columns import NUMBER, WHOLE, Column

Row = dict[str, Any]


def _counted(name: str, meaning: str) -> Column:
    return Column(name, WHOLE, meaning, low=0, after=OF_PARTICIPANTS)


PARTICIPANT_COLUMNS = (
    count_column(OF_PARTICIPANTS),
    _counted("n_fakes", "Of these, trials with a fake"),
    _counted("n_fakes_called_real", "Fakes that were called real"),
    _counted("n_real", "Of the trials that count, those with a real photo"),
    _counted("n_real_called_fake", "Real photos that were called fake"),
    MEDIAN_RT,
)


def share_columns(after: str) -> tuple[Column, ...]:
    """How often a picture was called real."""
    return (
        count_column(after),
        Column("n_called_real", WHOLE, "Of these, trials in which it was called real", low=0, after=after),
        Column("share_called_real", NUMBER, "n_called_real over n", "share", 0, 1, after=after),
    )


PHOTO_COLUMNS = (
    *share_columns(OF_PHOTOS),
    Column(
        "posterior_mean", NUMBER,
        "Share called real drawn towards the condition's mean where few judged (empirical Bayes)",
        "share", 0, 1, after=OF_PHOTOS,
    ),
    *end_columns("posterior", "of posterior_mean; empty: no spread", OF_PHOTOS),
)  # fmt: skip


def participant_rows(judged: Judged) -> dict[Hashable, Row]:
    """By participant, the values of PARTICIPANT_COLUMNS."""
    who, labels = judged.table.participant.codes, judged.table.participant.labels
    marks = {
        "n_fakes": ~judged.is_real,
        "n_fakes_called_real": ~judged.is_real & judged.called_real,
        "n_real": judged.is_real,
        "n_real_called_fake": judged.is_real & ~judged.called_real,
    }
    counts = {name: np.bincount(who[mark], minlength=len(labels)) for name, mark in marks.items()}
    found: dict[Hashable, Row] = {}
    place = {label: code for code, label in enumerate(labels)}
    for name, row in of_participants(judged.table).items():
        code = place.get(str(name))
        own = {key: 0 if code is None else int(values[code]) for key, values in counts.items()}
        found[name] = row | own
    return found


def photo_rows(table: ResponseTable, apart: Factor, called_real: Bools, alpha: float) -> dict[Hashable, Row]:
    """By condition and photo, the values of PHOTO_COLUMNS; those of real photos under REAL_PHOTO.

    `apart` (n,) has the conditions of fakes and REAL for real photos, `called_real` (n,) the answers.
    """
    found: dict[Hashable, Row] = {EVERY_OTHER: share(0, 0)}
    for code, model in enumerate(apart.labels):
        rows = np.flatnonzero(apart.codes == code)
        if not len(rows):
            continue
        called = called_real[rows].astype(np.int8)
        rates = photo_rates(called, table.photo.codes[rows], table.photo.labels)
        for row in rates.rows(range(len(rates.labels)), alpha):
            low, high = row["ci"] or (None, None)
            found[REAL_PHOTO if model == REAL else model, row["image_id"]] = share(row["n"], row["k"]) | {
                "posterior_mean": row["posterior_mean"], "posterior_low": low, "posterior_high": high,
            }  # fmt: skip
    return found


def share(n: int, k: int) -> Row:
    """The values of `share_columns`."""
    return {"n": n, "n_called_real": k, "share_called_real": k / n if n else None}
