"""One condition of a pair test with what the analysis says about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaluation.designs._common.told import Told
from evaluation.report.section import Cell
from evaluation.report.wording import NONE, number, percent, percent_range
from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class Arm:
    """One condition; `model` is None where nobody judged it."""

    slug: str
    title: str
    colorizer: str
    model: Json | None

    @property
    def judged(self) -> bool:
        """Whether anybody judged it."""
        return self.model is not None

    @property
    def rate(self) -> float | None:
        """Its fool rate."""
        return self.model["fool_rate"] if self.model else None

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The ends of the default interval."""
        default = self._interval("default") or {}
        return default.get("low"), default.get("high")

    @property
    def default(self) -> Cell:
        """The fool rate with the default interval, or why there is none."""
        return replace(rate_cell(self.model), strong=True)

    @property
    def this_participant(self) -> str:
        """The exact interval of the only participant, in words; "" with several."""
        own = self._interval("this_participant")
        return f"exact, this participant only: {self._cell(own).text}" if own else ""

    @property
    def cells(self) -> tuple[Cell | str, ...]:
        """The other intervals, design effect, sample sizes and the strict view."""
        these_photos = self._cell(self._interval("these_photos"))
        if these_photos.note == self.default.note:
            # The same reason once is enough.
            these_photos = replace(these_photos, note="")
        model: Json = self.model or {"n": 0, "participants": 0, "images": 0}
        strict = model.get("strict") or {"n": 0, "fool_rate": None}
        recommended = model.get("recommended")
        return (
            these_photos,
            self._cell(self._interval("naive")),
            number(recommended["deff"], 2) if recommended else NONE,
            *(number(model[name]) for name in ("n", "participants", "images")),
            replace(rate_cell(strict), note=f"n = {number(strict['n'])}"),
        )

    def _interval(self, name: str) -> Json | None:
        return self.model["intervals"].get(name) if self.model else None

    @staticmethod
    def _cell(interval: Json | None) -> Cell:
        if not interval:
            return Cell(NONE)
        text = percent_range(interval["low"], interval["high"])
        return Cell(text or "none", note="" if text else interval.get("reason", ""))


def arms_of(told: Told) -> list[Arm]:
    """The conditions in the study's order."""
    models = told.findings["analysis"]["models"]
    return [
        Arm(one["slug"], one["title"], one.get("colorizer_title") or one["title"], models.get(one["slug"]))
        for one in told.conditions
    ]


def rate_cell(model: Json | None) -> Cell:
    """A fool rate with its default interval."""
    if not model or model["fool_rate"] is None:
        return Cell(NONE, note="no answers")
    default = model["intervals"]["default"]
    alike = "all answers alike, so the interval may be too short" if model["k"] in (0, model["n"]) else ""
    return Cell(
        percent(model["fool_rate"]),
        percent_range(default["low"], default["high"]),
        default.get("reason") or alike,
    )
