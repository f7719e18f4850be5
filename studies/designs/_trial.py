"""A trial as data: which pictures of which arms are shown when and where, and what may be answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PRACTICE, TEST, VIGILANCE = "practice", "test", "vigilance"
REAL = ""
"""The arm of the real photograph."""


@dataclass(frozen=True)
class Show:
    """A picture of the trial's photo in a slot: an arm's, or the photo itself."""

    slot: str
    arm: str


@dataclass(frozen=True)
class Frame:
    """A stretch of a trial: blank, images, noise or answer; no duration means until answered."""

    kind: str
    duration_ms: int | None = None
    images: tuple[Show, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One answer that a trial offers, and the keys that give it."""

    value: str
    label: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Something asked after the first answer, such as how sure one is.

    `distinct`: what was answered before is not offered again, as for the worst after the best.
    """

    name: str
    prompt: str
    answers: tuple[Choice, ...]
    distinct: bool = False


# What a trial's row keeps in columns of their own; everything else is its script.
COLUMNS = ("kind", "photo", "condition", "key", "arrangement", "facts", "treatment")


@dataclass(frozen=True)
class TrialSpec:
    """One trial as planned; what the browser gets of it says nothing of arms, key, treatment and facts.

    `condition` is the one arm that it is about, `treatment` all of what is put to judgement, and
    `arrangement` which of the design's balanced arrangements it has; each is empty where there is none.
    `facts` are the design's own. `feedback`: the runner waits for what the answer is told.
    """

    kind: str
    photo: str
    frames: tuple[Frame, ...]
    slots: tuple[str, ...]
    prompt: str
    answers: tuple[Choice, ...]
    more: tuple[Question, ...] = ()
    condition: str = ""
    key: str = ""
    arrangement: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    treatment: str = ""
    feedback: bool = False

    @property
    def shows(self) -> Iterator[tuple[int, Show]]:
        """Every picture with the index of its frame, in the order of showing."""
        return ((index, show) for index, frame in enumerate(self.frames) for show in frame.images)

    def script(self) -> dict[str, Any]:
        """Frames, slots, questions and answers as JSON values: what the trial's row keeps beside columns."""
        return {name: value for name, value in dataclasses.asdict(self).items() if name not in COLUMNS}

    @classmethod
    def from_script(
        cls, script: Mapping[str, Any], *, kind: str, photo: str, condition: str = "", **columns: Any
    ) -> TrialSpec:
        """The spec back from its row."""
        frames = tuple(
            Frame(
                frame["kind"],
                frame["duration_ms"],
                tuple(_show(picture, condition) for picture in frame["images"]),
            )
            for frame in script["frames"]
        )
        return cls(
            kind=kind,
            photo=photo,
            condition=condition,
            frames=frames,
            slots=tuple(script["slots"]),
            prompt=script["prompt"],
            answers=_choices(script["answers"]),
            more=tuple(
                Question(one["name"], one["prompt"], _choices(one["answers"]), one["distinct"])
                for one in script.get("more", ())
            ),
            # Scripts of earlier releases are of the pair test, which tells after practice alone.
            feedback=script.get("feedback", kind == PRACTICE),
            **columns,
        )


def _show(picture: Mapping[str, str], condition: str) -> Show:
    """A picture of a script; earlier releases wrote which face of the photo it was, real or fake."""
    if "face" in picture:
        return Show(picture["slot"], REAL if picture["face"] == "real" else condition)
    return Show(picture["slot"], picture["arm"])


def _choices(answers: list[dict[str, Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(one["value"], one["label"], tuple(one["keys"])) for one in answers)
