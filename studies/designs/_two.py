"""Two pictures of one photo: which side each has, and which comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studies.designs._dealing import crossed
from studies.designs._frames import Levels, frames, levels_of
from studies.designs._trial import Choice, Frame, Show, TrialSpec
from studies.designs._words import say

SLOTS = ("left", "right")
ANSWERS = (
    Choice("left", say("Left", "answer"), ("ArrowLeft", "f", "1")),
    Choice("right", say("Right", "answer"), ("ArrowRight", "j", "2")),
)
# Sides alternate along the cycle, so any run of it is balanced by side to one trial and by side x order
# to one trial.
CYCLE = (("left", True), ("right", False), ("left", False), ("right", True))


@dataclass(frozen=True)
class Placed:
    """Where the one of two pictures stands that a trial is about, whether it comes first, and how long."""

    side: str
    first: bool
    exposure_ms: int | None

    @property
    def other_side(self) -> str:
        return opposite(self.side)


def opposite(side: str) -> str:
    return "right" if side == "left" else "left"


def cycle(exposure_ms: Levels) -> list[Placed]:
    """All places in balance, at each exposure."""
    return [Placed(side, first, level) for (side, first), level in crossed(CYCLE, levels_of(exposure_ms))]


def name(placed: Placed, settings: Any) -> str:
    """Side and, of a sequential pair, place in the order; the exposure where there are several."""
    parts = [placed.side]
    if settings.presentation == "sequential":
        parts.append("first" if placed.first else "second")
    if len(levels_of(settings.exposure_ms)) > 1:
        parts.append(str(placed.exposure_ms))
    return "-".join(parts)


def two_pictures(arm: str, other: str, placed: Placed, settings: Any) -> tuple[Frame, ...]:
    """The frames of a trial with this arm as placed and the other one opposite."""
    one, two = Show(placed.side, arm), Show(placed.other_side, other)
    if settings.presentation == "simultaneous":
        groups = [tuple(sorted((one, two), key=lambda show: show.slot))]
    else:
        groups = [(one,), (two,)] if placed.first else [(two,), (one,)]
    return frames(
        *groups,
        exposure_ms=placed.exposure_ms,
        lead_in_ms=settings.lead_in_ms,
        gap_ms=settings.gap_ms,
        mask=settings.mask,
    )


def is_first(spec: TrialSpec, arm: str) -> bool | None:
    """Whether this arm's picture came before the other; None when both were shown at once."""
    first, second = spec.shows
    return None if first[0] == second[0] else first[1].arm == arm
