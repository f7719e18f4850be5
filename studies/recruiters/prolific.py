"""Prolific: ids in the address, and a code for each outcome on the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from studies.recruiters._outcomes import (
    COMPLETED,
    ELSEWHERE,
    FAILED_ATTENTION,
    NO_CONSENT,
    OVER_QUOTA,
    SCREENED_OUT,
    SECOND_VISIT,
    SPOILED,
    TIMED_OUT,
    WITHDRAWN,
)
from studies.recruiters._recruiter import (
    Arrival,
    Ends,
    EndSettings,
    Query,
    address_setting,
    one_id,
    setting,
)

# https://docs.prolific.com/api-reference/studies/the-study-object: external_study_url, completion_codes
BACK = "https://app.prolific.com/submissions/complete?cc={code}"
PERSON, STUDY, SUBMISSION = "PROLIFIC_PID", "STUDY_ID", "SESSION_ID"
TODO = "Please open the study from its page at Prolific again; do not type the address yourself."


@dataclass(frozen=True)
class ProlificSettings(EndSettings):
    """Prolific tells outcomes apart by their codes; the address is the same for all."""

    currency: str = setting("GBP", "Currency", "Of the bonus, as three letters: USD, GBP, EUR")
    completed_address: str = address_setting(COMPLETED, BACK)
    screened_out_address: str = address_setting(SCREENED_OUT, BACK)
    failed_attention_address: str = address_setting(FAILED_ATTENTION, BACK)
    over_quota_address: str = address_setting(OVER_QUOTA, BACK)
    no_consent_address: str = address_setting(NO_CONSENT, BACK)
    withdrawn_address: str = address_setting(WITHDRAWN, BACK)
    timed_out_address: str = address_setting(TIMED_OUT, BACK)
    spoiled_address: str = address_setting(SPOILED, BACK)
    elsewhere_address: str = address_setting(ELSEWHERE, BACK)
    second_visit_address: str = address_setting(SECOND_VISIT, BACK)


@dataclass(frozen=True)
class Prolific(Ends):
    """`PROLIFIC_PID` is the person, `SESSION_ID` this visit's submission."""

    Settings: ClassVar[type[Any]] = ProlificSettings

    def arrive(self, query: Query) -> Arrival:
        ids = {
            PERSON: one_id(query, PERSON, expected="your Prolific id there", todo=TODO),
            STUDY: one_id(query, STUDY, expected="the id of the study at Prolific there", todo=TODO),
            SUBMISSION: one_id(query, SUBMISSION, expected="the id of your submission there", todo=TODO),
        }
        return Arrival(person=ids[PERSON], ids=ids)

    def missing(self, settings: EndSettings) -> list[str]:
        if settings.completed_code:
            return []
        return [
            "completed_code is empty: enter the code of the completion path that the study has at Prolific."
        ]


RECRUITER = Prolific(
    title="Prolific",
    id_names=(PERSON, STUDY, SUBMISSION),
    visit=SUBMISSION,
    parameters="&".join(f"{name}={{{{%{name}%}}}}" for name in (PERSON, STUDY, SUBMISSION)),
)
