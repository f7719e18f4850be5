"""The rules of the strict view that a study fixes before its launch; evaluation/ applies them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studies.designs._settings import check_share, check_whole, make_settings


@dataclass(frozen=True)
class StrictRules:
    """Who and what the strict view leaves out; never on the fool rate itself."""

    vigilance_pass: float = field(
        default=0.75,
        metadata={
            "label": "Vigilance trials to pass",
            "help": "Participants who get a smaller share of them right are left out; from 0 to 1",
        },
    )
    rt_min_ms: int = field(
        default=200, metadata={"label": "Fastest answer (ms)", "help": "Faster responses are excluded"}
    )
    rt_max_ms: int = field(
        default=30_000,
        metadata={"label": "Slowest answer (ms)", "help": "Slower responses count as inattention"},
    )
    too_soon_share: float = field(
        default=0.05,
        metadata={
            "label": "Answers sooner than possible",
            "help": "Participants are left out if more than this share of their answers came sooner than the "
            "pictures could have been shown; 1: nobody",
        },
    )

    def __post_init__(self) -> None:
        check_share("vigilance_pass", self.vigilance_pass, high=1)
        check_share("too_soon_share", self.too_soon_share, high=1)
        check_whole("rt_min_ms", self.rt_min_ms, low=0, high=600_000)
        check_whole("rt_max_ms", self.rt_max_ms, low=1, high=86_400_000)
        if self.rt_min_ms >= self.rt_max_ms:
            raise ValueError(f"rt_min_ms must be below rt_max_ms, not {self.rt_min_ms} and {self.rt_max_ms}.")


# Rules that are younger than the first launches: a study that has gone live without one goes on without it.
SINCE: Mapping[str, Any] = {"too_soon_share": 1.0}


def rules_in_force(values: Mapping[str, Any], *, launched: bool) -> StrictRules:
    """The rules of a study, as they were when it was launched."""
    return strict_rules({**SINCE, **values} if launched else values)


def strict_rules(values: Mapping[str, Any]) -> StrictRules:
    """The rules from JSON, TOML or a form; ValueError says in words which value is wrong."""
    return make_settings(StrictRules, values)
