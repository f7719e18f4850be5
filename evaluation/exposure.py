"""Exposure as measured: how long pictures really were on the screens of participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from evaluation.statistics.arrays import Json
from studies.exposure import (
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

    @property
    def worst_ms(self) -> float | None:
        """The largest error of the trial's timed frames; None unless all were measured."""
        known = [error for error in self.errors_ms if error is not None]
        return max(known, key=abs) if known and len(known) == len(self.errors_ms) else None

    def facts(self) -> list[Any]:
        """The same for a digest."""
        return [list(self.errors_ms), self.refresh_ms, self.faults]


@dataclass
class Exposures:
    """A running account of measured exposures over trials."""

    trials: int = 0
    exact: int = 0
    within: int = 0
    faulty: int = 0
    spoiled: int = 0
    repeated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    errors_ms: list[float] = field(default_factory=list)
    refreshes_ms: list[float] = field(default_factory=list)

    def add(
        self, showing: Showing, *, voided: bool = False, reasons: Iterable[str] = (), repeats: bool = False
    ) -> None:
        """Count one trial by the worst of its frames; half a refresh of jitter is not yet another frame.

        A voided trial counts once for each kind of reason; one that `repeats` was shown in another's place.
        """
        self.trials += 1
        self.spoiled += voided
        self.repeated += repeats
        self.reasons.update({kind_of_fault(reason) for reason in reasons})
        self.faulty += showing.faults > 0
        if showing.refresh_ms:
            self.refreshes_ms.append(showing.refresh_ms)
        worst, refresh = showing.worst_ms, showing.refresh_ms or ASSUMED_REFRESH_MS
        if worst is None:
            return
        self.errors_ms.append(worst)
        self.exact += abs(worst) <= 0.5 * refresh
        self.within += abs(worst) <= 1.5 * refresh

    def summary(self) -> Json:
        """Shares of the measured trials and medians; None where nothing was measured."""
        measured = len(self.errors_ms)
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
            "median_error_ms": median(self.errors_ms) if measured else None,
            "largest_error_ms": max(self.errors_ms, key=abs) if measured else None,
            "median_refresh_ms": median(self.refreshes_ms) if self.refreshes_ms else None,
        }
