"""Columns that several designs add to the tables of an export, and their values. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from evaluation.statistics.table import ResponseTable
from studies.designs._columns import NUMBER, WHOLE, Column

# Behind these columns of participants, photos and conditions a design's own ones stand.
OF_PARTICIPANTS, OF_PHOTOS, OF_CONDITIONS = "answered_trials", "photo_digest", "colorizer"
EVERY_OTHER = None
"""The key of the values for whoever has no row of their own."""


def count_column(after: str) -> Column:
    """How many trials stand behind the numbers of a row."""
    meaning = "Test trials that count, those of excluded or spoiled ones left out"
    return Column("n", WHOLE, meaning, low=0, after=after)


MEDIAN_RT = Column(
    "median_rt_ms", NUMBER, "Median response time of the trials counted in n", unit="ms", low=0,
    after=OF_PARTICIPANTS,
)  # fmt: skip


def end_columns(
    prefix: str, words: str, after: str, *, unit: str = "share", low: float | None = 0, high: float | None = 1
) -> tuple[Column, Column]:
    """Both ends of a 95 % interval, called by `prefix`; `words` say which interval it is."""
    lower, upper = (f"{end} end of the 95 % interval {words}" for end in ("Lower", "Upper"))
    return (
        Column(f"{prefix}_low", NUMBER, lower, unit, low, high, after=after),
        Column(f"{prefix}_high", NUMBER, upper, unit, low, high, after=after),
    )


def of_participants(valid: ResponseTable) -> dict[Hashable, dict[str, Any]]:
    """By participant the number of trials that count, and the median response time; None: no time."""
    who, labels = valid.participant.codes, valid.participant.labels
    order = np.argsort(who, kind="stable")
    times = np.split(valid.rt_ms[order], np.flatnonzero(np.diff(who[order])) + 1)
    present = [labels[code] for code in np.unique(who)]
    found: dict[Hashable, dict[str, Any]] = {EVERY_OTHER: {"n": 0}}
    for name, of_one in zip(present, times, strict=False):
        known = not np.isnan(of_one).all()
        found[name] = {"n": len(of_one), "median_rt_ms": float(np.nanmedian(of_one)) if known else None}
    return found


def ends(prefix: str, interval: Mapping[str, Any] | None) -> dict[str, float | None]:
    """Both ends of an interval as a report has it; empty where there is none."""
    known = interval or {}
    return {f"{prefix}_low": known.get("low"), f"{prefix}_high": known.get("high")}
