"""Which dataclass declares each of a study's tables of settings, and what people call the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studies import designs, recruiters
from studies.rules.debriefing import DebriefSettings
from studies.rules.screening import ScreeningSettings
from studies.rules.strict_view import StrictRules
from studies.rules.voiding import VoidingRules

TITLES = {
    "design_settings": "Test",
    "screening": "Screening",
    "voiding": "Spoiled trials",
    "debrief": "After the test",
    "recruiter_settings": "Recruiter",
    "exclusion_rules": "Strict view",
}

# Those that every study has, whatever its design and its recruiter.
COMMON: Mapping[str, type[Any]] = {
    "screening": ScreeningSettings,
    "voiding": VoidingRules,
    "debrief": DebriefSettings,
    "exclusion_rules": StrictRules,
}


def kinds(design: str | None, recruiter: str | None) -> dict[str, type[Any]]:
    """The dataclass of each table, without those of a design or recruiter that there is not."""
    found = dict(COMMON)
    if design in designs.names():
        found["design_settings"] = designs.get(design).Settings
    if recruiter in recruiters.names():
        found["recruiter_settings"] = recruiters.get(recruiter).Settings
    return found
