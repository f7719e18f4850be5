"""When a presentation counts as spoiled, so that it is in no rate and another is shown in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studies.designs._settings import check_whole, make_settings


@dataclass(frozen=True)
class VoidingRules:
    """The rule, fixed before launch; practice is never repeated."""

    repeat: bool = field(
        default=True,
        metadata={
            "label": "Repeat spoiled trials",
            "help": "Show another photo of the same condition in the place of a spoiled trial, at the end",
        },
    )
    frames_off: int = field(
        default=1,
        metadata={
            "label": "Frames off",
            "help": "An exposure may miss its plan by so many refreshes of the screen",
        },
    )
    tolerance_ms: int = field(
        default=50, metadata={"label": "Milliseconds off", "help": "And by no more than this"}
    )
    hidden: bool = field(
        default=True, metadata={"label": "Page hidden", "help": "A page out of sight spoils the trial"}
    )
    focus: bool = field(
        default=True,
        metadata={"label": "Focus lost", "help": "Another window in front spoils a trial before the answer"},
    )
    shown_before: bool = field(
        default=True,
        metadata={
            "label": "Shown before",
            "help": "Pictures that had begun to be shown when the page was reloaded are seen a second time",
        },
    )
    most_repeats: int = field(
        default=20,
        metadata={"label": "Most repeats", "help": "So many trials are repeated in one participation"},
    )

    def __post_init__(self) -> None:
        check_whole("frames_off", self.frames_off, low=0, high=10)
        check_whole("tolerance_ms", self.tolerance_ms, low=1, high=1000)
        check_whole("most_repeats", self.most_repeats, low=0, high=1000)


# Rules that are younger than the first launches. A launch writes every rule out, so a study that has gone
# live without one goes on without it.
SINCE: Mapping[str, Any] = {"shown_before": False}


def rules_in_force(values: Mapping[str, Any], *, launched: bool) -> VoidingRules:
    """The rules of a study, as they were when it was launched."""
    return voiding_rules({**SINCE, **values} if launched else values)


def voiding_rules(values: Mapping[str, Any]) -> VoidingRules:
    """The rules from JSON, TOML or a form; ValueError says in words which value is wrong."""
    return make_settings(VoidingRules, values)
