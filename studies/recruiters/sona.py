"""SONA: a participant pool that gives each participant a number, and credit at an address of the study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from studies.recruiters._recruiter import Arrival, Ends, EndSettings, Query, one_id, setting

# https://www.sona-systems.com/researcher/external-study-credit-granting/: client-side completion URL
PERSON = "survey_code"
TODO = "Please open the study from your SONA page again; do not type the address yourself."
CREDIT = (
    "The client-side completion URL that SONA shows for the study, with {survey_code} at its end: "
    "https://school.sona-systems.com/webstudy_credit.aspx?experiment_id=1&credit_token=x&"
    "survey_code={survey_code}"
)


@dataclass(frozen=True)
class SonaSettings(EndSettings):
    """The address that gives credit belongs to the study at SONA, so it has no default."""

    completed_address: str = setting("", "Address: completed", CREDIT)

    def places(self) -> tuple[str, ...]:
        return (PERSON,)


@dataclass(frozen=True)
class Sona(Ends):
    """`survey_code` is the number that SONA shows beside the sign-up."""

    Settings: ClassVar[type[Any]] = SonaSettings

    def arrive(self, query: Query) -> Arrival:
        code = one_id(query, PERSON, expected="the number that SONA gives you there", todo=TODO)
        return Arrival(person=code, ids={PERSON: code})

    def missing(self, settings: EndSettings) -> list[str]:
        if "{survey_code}" in settings.completed_address:
            return []
        return [
            "completed_address must be the completion URL that SONA shows for the study, with {survey_code} "
            "where the participant's number goes; without it nobody gets credit."
        ]


RECRUITER = Sona(title="SONA", id_names=(PERSON,), parameters=f"{PERSON}=%SURVEY_CODE%")
