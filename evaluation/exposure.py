"""Exposure as measured: how long pictures really were on the screens of participants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from statistics import median
from typing import Any

from evaluation.statistics.arrays import Json

ASSUMED_REFRESH_MS = 1000 / 60
"""Refresh period of a display that reported none."""

Shown = list[list[float]]
"""One [planned, measured] pair in ms for each timed picture frame of a trial."""


def shown_for(frames: Any) -> Shown:
    """Planned and measured times of the timed frames that the runner reported, by the callback clock.

    Reports that are incomplete or hold no finite numbers give nothing: a missing time is not a right one.
    """
    pairs: Shown = []
    for frame in frames if isinstance(frames, list) else []:
        if not isinstance(frame, Mapping):
            continue
        planned, onset, offset = (
            _number(frame.get(key)) for key in ("planned_ms", "onset_now", "offset_now")
        )
        if planned is not None and onset is not None and offset is not None:
            pairs.append([planned, offset - onset])
    return pairs


@dataclass
class Exposures:
    """A running account of measured exposures over trials."""

    trials: int = 0
    measured: int = 0
    within: int = 0
    off_by_two: int = 0
    errors_ms: list[float] = field(default_factory=list)
    refreshes_ms: list[float] = field(default_factory=list)

    def add(self, shown: Shown, refresh_ms: float | None) -> None:
        """Count one trial; it is within one frame when each of its timed frames is."""
        self.trials += 1
        frame = refresh_ms if refresh_ms and refresh_ms > 0 else ASSUMED_REFRESH_MS
        if refresh_ms and refresh_ms > 0:
            self.refreshes_ms.append(refresh_ms)
        if not shown:
            return
        worst = max((measured - planned for planned, measured in shown), key=abs)
        self.measured += 1
        self.errors_ms.append(worst)
        self.within += abs(worst) <= frame
        self.off_by_two += abs(worst) > 2 * frame

    def summary(self) -> Json:
        """Shares and medians, None where nothing was measured."""
        return {
            "trials": self.trials,
            "measured": self.measured,
            "within_one_frame": self.within,
            "share_within_one_frame": self.within / self.measured if self.measured else None,
            "off_by_more_than_two_frames": self.off_by_two,
            "median_error_ms": _median(self.errors_ms),
            "largest_error_ms": max(self.errors_ms, key=abs) if self.errors_ms else None,
            "median_refresh_ms": _median(self.refreshes_ms),
        }


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _median(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return float(median(numbers)) if numbers else None
