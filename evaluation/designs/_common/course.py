"""What a participation of a design is like, in words, for the methods paragraph and the protocol."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.report.wording import NBSP, number
from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class Course:
    """The words that depend on the design; the usual ones are those of the pair test.

    `practice` and `test` say what is told after these trials; `tests` counts the test trials and `exposure`
    says how long pictures are shown where no setting does; `between` stands between practice and test;
    `photos` ends "..., and".
    """

    name: str = ""
    practice: str = "with feedback"
    test: str = "without"
    tests: int | None = None
    exposure: str = ""
    between: str = ""
    photos: str = "nobody saw a photograph twice"
    balanced: str = "sides and photographs"

    def called(self, study: Json) -> str:
        """What the test is called within a sentence."""
        return self.name or f"{study['design']} test"

    def test_trials(self, study: Json) -> int | None:
        """How many there are; None where nobody knows."""
        found: int | None = study["settings"].get("test_trials", self.tests)
        return found


USUAL = Course()


def exposures(settings: Json) -> str:
    """The planned exposure as "1,000", or "1,000 or 3,000" where it is a factor; "" until the answer."""
    planned = settings.get("exposure_ms")
    if planned is None:
        return ""
    *others, last = [number(level) for level in (planned if isinstance(planned, list | tuple) else [planned])]
    return f"{', '.join(others)} or {last}" if others else last


def shown_for(study: Json) -> str:
    """Size and time of the pictures: “256 × 256 CSS pixels for 1,000 ms each”."""
    settings, px = study["settings"], study["image_px"]
    text = f"{px} × {px} CSS pixels"
    if settings.get("exposure_ms") is None:
        return f"{text} until the answer"
    mask = ", followed by a noise mask" if settings.get("mask") == "noise" else ""
    return f"{text} for {exposures(settings)}{NBSP}ms each{mask}"
