"""One condition of a single-image test with what the analysis says about it."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.designs._common.told import Told
from evaluation.report.section import Cell
from evaluation.report.wording import NONE, number, number_range, percent, percent_range
from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class Arm:
    """One condition; `model` is None where nobody judged its fakes."""

    slug: str
    title: str
    model: Json | None

    @property
    def judged(self) -> bool:
        """Whether anybody judged its fakes."""
        return self.model is not None

    @property
    def n(self) -> int:
        """Its fakes that were judged."""
        return int(self.model["n_fake"]) if self.model else 0

    @property
    def rate(self) -> float | None:
        """The share of its fakes that were called real."""
        return self.model["fake_error_rate"] if self.model else None

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of the interval of that share."""
        found = self.interval("fake_error_rate")
        low, high = (found["low"], found["high"]) if found else (None, None)
        return None if low is None or high is None else (low, high)

    @property
    def called_real(self) -> Cell:
        """That share with its interval, or why there is none."""
        if not self.model:
            return Cell(NONE, note="no answers")
        alike = "all answers alike, so the interval may be too short" if self.rate in (0.0, 1.0) else ""
        reason = (self.interval("fake_error_rate") or {}).get("reason", "")
        return Cell(percent(self.rate), percent_range(*(self.ends or (None, None))), reason or alike, True)

    @property
    def dprime(self) -> Cell:
        """Sensitivity with its interval."""
        return self.estimate("dprime_loglinear", "dprime")

    def rate_cell(self, name: str, interval: str) -> Cell:
        """A share with a Wilson interval or a t interval."""
        if not self.model or self.model[name] is None:
            return Cell(NONE)
        found = self.interval(interval) or {}
        ends = found.get("ci") or (found.get("low"), found.get("high"))
        return Cell(percent(self.model[name]), percent_range(*ends), found.get("reason", ""))

    def estimate(self, name: str, interval: str) -> Cell:
        """A number with a t interval."""
        if not self.model or self.model[name] is None:
            return Cell(NONE, note="no real photos" if self.model else "")
        found = self.interval(interval) or {}
        return Cell(number(self.model[name], 2), number_range(found.get("ci"), 2), found.get("reason", ""))

    def interval(self, name: str) -> Json | None:
        """One of the intervals that the analysis has."""
        return self.model["intervals"][name] if self.model else None


def arms_of(told: Told) -> list[Arm]:
    """The conditions in the study's order."""
    models = told.findings["analysis"]["models"]
    return [Arm(one["slug"], one["title"], models.get(one["slug"])) for one in told.conditions]
