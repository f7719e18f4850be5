"""Settings as fields of a dataclass: each declares its default, its words and what it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import partial
from typing import Any

from studies.designs._settings import check_flag, check_levels, check_one_of, check_share, check_whole
from studies.designs._words import say

CONFIDENCE = {
    "none": (),
    "3 steps": (say("A guess", "answer"), say("Fairly sure", "answer"), say("Certain", "answer")),
    "4 steps": (
        say("A guess", "answer"), say("Rather unsure", "answer"), say("Rather sure", "answer"),
        say("Certain", "answer"),
    ),
}  # fmt: skip


def whole(default: int, label: str, help_text: str, *, low: int, high: int) -> Any:
    """A setting that is a whole number in [low, high]."""
    return field(default=default, metadata=_about(label, help_text, check_whole, low=low, high=high))


def whole_or_none(label: str, help_text: str, *, low: int, high: int) -> Any:
    """A setting that is a whole number in [low, high], or left out."""
    return field(default=None, metadata=_about(label, help_text, check_whole, low=low, high=high))


def levels(default: int | None, label: str, help_text: str, *, low: int, high: int) -> Any:
    """A setting that is a whole number in [low, high], or several: a factor, balanced over trials."""
    return field(default=default, metadata=_about(label, help_text, check_levels, low=low, high=high))


def share(default: float, label: str, help_text: str, *, high: float) -> Any:
    """A setting that is a number in [0, high]."""
    return field(default=default, metadata=_about(label, help_text, check_share, high=high))


def one_of(label: str, help_text: str, choices: tuple[str, ...]) -> Any:
    """A setting that is one of some words, the first unless it is set."""
    about = _about(label, help_text, check_one_of, allowed=choices)
    return field(default=choices[0], metadata={**about, "choices": choices})


def flag(default: bool, label: str, help_text: str) -> Any:
    """A setting that is true or false."""
    return field(default=default, metadata=_about(label, help_text, check_flag))


def _about(label: str, help_text: str, check: Callable[..., None], **limits: Any) -> dict[str, Any]:
    return {"label": label, "help": help_text, "check": partial(check, **limits)}


# Settings that several designs have.


def presentation(first: str = "sequential") -> Any:
    second = "simultaneous" if first == "sequential" else "sequential"
    return one_of("Presentation", "One picture after the other, or both at once", (first, second))


def exposure(default: int | None) -> Any:
    until = "" if default else "; empty: until answered"
    return levels(
        default,
        "Exposure (ms)",
        f"How long each picture is shown{until}; several, as in 1000, 3000: balanced over the trials",
        low=10,
        high=60_000,
    )


def lead_in(what: str, default: int = 900) -> Any:
    return whole(
        default, f"Pause before a {what} (ms)", f"An empty screen before each {what}", low=0, high=10_000
    )


def gap() -> Any:
    return whole(
        600,
        "Pause within a pair (ms)",
        "An empty screen between the two pictures of a sequential pair",
        low=0,
        high=10_000,
    )


def mask(first: str = "none") -> Any:
    second = "noise" if first == "none" else "none"
    return one_of("Mask", "noise: 4 × 30 ms of noise after each picture", (first, second))


def answer_limit() -> Any:
    return whole_or_none("Answer limit (ms)", "Empty: as long as it takes", low=500, high=600_000)


def practice(default: int, how: str = "With feedback; in no rate") -> Any:
    return whole(default, "Practice trials", how, low=0, high=100)


def feedback(default: int, how: str) -> Any:
    return whole(default, "Feedback (ms)", how, low=0, high=20_000)


def trials(default: int = 40, how: str = "Without feedback; the rates are made of these") -> Any:
    return whole(default, "Test trials", how, low=1, high=1000)


def vigilance(default: float, how: str) -> Any:
    return share(default, "Vigilance share", how, high=0.5)


def confidence() -> Any:
    return one_of(
        "Confidence",
        "A second question after each answer: how sure people are, in 3 or 4 steps",
        tuple(CONFIDENCE),
    )


def breaks(default: int = 20) -> Any:
    return whole(default, "Break every", "Trials between optional breaks; 0: none", low=0, high=1000)
