"""Exposure as measured: how long pictures really were on the screens of participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evaluation.statistics.arrays import Bools, Floats, Ints, Json
from studies.rules.exposure import (
    ASSUMED_REFRESH_MS,
    allowed_error_ms,
    exposure_faults,
    kind_of_fault,
    worst_error_ms,
)


@dataclass(frozen=True)
class Showing:
    """How one trial was shown: the error of each timed frame in ms (None: not measured), and the faults.

    Faults go by the default rules, whatever a study's own; what its own rules void is stored with the answer.
    """

    errors_ms: tuple[float | None, ...]
    refresh_ms: float | None
    faults: int

    @classmethod
    def of(cls, frames: Any, events: Any, refresh_ms: float | None) -> Showing:
        """From what the runner reported about a trial."""
        shown = [frame for frame in frames or [] if isinstance(frame, Mapping)]
        timed = [frame for frame in shown if frame.get("planned_ms") is not None]
        errors = tuple(worst_error_ms(frame, refresh_ms or ASSUMED_REFRESH_MS) for frame in timed)
        allowed = allowed_error_ms(refresh_ms)
        if not events and all(error is not None and abs(error) <= allowed for error in errors):
            # Nearly every trial; a million of them are not judged twice.
            return cls(errors, refresh_ms, 0)
        return cls(errors, refresh_ms, len(exposure_faults(shown, events or [], refresh_ms)))


@dataclass
class Exposures:
    """A running account of measured exposures over trials."""

    trials: int = 0
    exact: int = 0
    within: int = 0
    faulty: int = 0
    spoiled: int = 0
    repeated: int = 0
    shown_again: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    errors_ms: list[Floats] = field(default_factory=list)
    refreshes_ms: list[Floats] = field(default_factory=list)

    def add(
        self,
        worst_ms: Floats,
        refresh_ms: Floats,
        faults: Ints,
        *,
        voided: Bools,
        repeats: Bools,
        again: Bools,
    ) -> None:
        """Count trials by the worst of their frames; half a refresh of jitter is not yet another frame.

        All of shape (trials,), NaN where nothing was measured; one that `repeats` replaced another trial, and
        one shown `again` had begun to be shown before a reload.
        """
        self.trials += len(worst_ms)
        self.spoiled += int(voided.sum())
        self.repeated += int(repeats.sum())
        self.shown_again += int(again.sum())
        self.faulty += int(np.count_nonzero(faults))
        known = ~(np.isnan(refresh_ms) | (refresh_ms == 0))
        self.refreshes_ms.append(refresh_ms[known])
        refresh = np.where(known, refresh_ms, ASSUMED_REFRESH_MS)
        measured = ~np.isnan(worst_ms)
        self.errors_ms.append(worst_ms[measured])
        self.exact += int(np.count_nonzero(np.abs(worst_ms) <= 0.5 * refresh))
        self.within += int(np.count_nonzero(np.abs(worst_ms) <= 1.5 * refresh))

    def add_reasons(self, reasons: Iterable[str]) -> None:
        """Count a voided trial, once for each kind of reason."""
        self.reasons.update({kind_of_fault(reason) for reason in reasons})

    def summary(self) -> Json:
        """Shares of the measured trials and medians; None where nothing was measured."""
        errors = np.concatenate([np.zeros(0), *self.errors_ms])
        refreshes = np.concatenate([np.zeros(0), *self.refreshes_ms])
        measured = len(errors)
        return {
            "trials": self.trials,
            "measured": measured,
            "share_exact": self.exact / measured if measured else None,
            "within_one_frame": self.within,
            "share_within_one_frame": self.within / measured if measured else None,
            "trials_with_faults": self.faulty,
            "as_planned": self.trials - self.spoiled,
            "spoiled": self.spoiled,
            "spoiled_by": dict(sorted(self.reasons.items())),
            "repeats": self.repeated,
            "shown_again": self.shown_again,
            "median_error_ms": float(np.median(errors)) if measured else None,
            "largest_error_ms": float(errors[np.argmax(np.abs(errors))]) if measured else None,
            "median_refresh_ms": float(np.median(refreshes)) if len(refreshes) else None,
        }
