"""Prolific: ids in the address, and a code for each outcome on the way back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
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
    LONGEST_ADDRESS,
    OTHER,
    Arrival,
    BadArrival,
    Ends,
    EndSettings,
    Query,
    address_setting,
    one_id,
    setting,
)

# https://docs.prolific.com/api-reference/studies/the-study-object: external_study_url, completion_codes
BACK = "https://app.prolific.com/submissions/complete?cc={code}"
_STUDY = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_PARAMETER = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,39}")
PERSON, STUDY, SUBMISSION = "PROLIFIC_PID", "STUDY_ID", "SESSION_ID"
# Other names that a signed token may have for the ids, in small letters.
ALIASES = {
    PERSON: ("participant_id", "participant"),
    STUDY: ("study",),
    SUBMISSION: ("submission_id", "submission", "session"),
}
OTHER_STUDY = "The address that brought you here belongs to another study at Prolific."
TODO = "Please open the study from its page at Prolific again; do not type the address yourself."


@dataclass(frozen=True)
class ProlificSettings(EndSettings):
    """Prolific tells outcomes apart by their codes; the address is the same for all."""

    signed: str = setting(
        "off",
        "Signed arrivals",
        "required: take only people whom Prolific names in a signed token (its Secured External URL)",
        choices=("off", "required"),
    )
    signed_parameter: str = setting(
        "prolific_token", "Parameter of the token", "Where the signed token stands in the address"
    )
    signed_audience: str = setting(
        "", "Audience of the token", "What the token must be made out to; empty: this site's address or host"
    )
    study_id: str = setting(
        "", "Id of the study at Prolific", "Take only people whom this one sends (STUDY_ID); empty: any"
    )
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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.signed not in ("off", "required"):
            raise ValueError(f"signed must be off or required, not {self.signed!r}.")
        if not _PARAMETER.fullmatch(self.signed_parameter):
            raise ValueError("signed_parameter must be the name of a parameter, such as prolific_token.")
        if self.study_id and not _STUDY.fullmatch(self.study_id):
            raise ValueError(
                f"study_id must be an id, as Prolific fills in for {STUDY}, not {self.study_id!r}."
            )
        if len(self.signed_audience) > LONGEST_ADDRESS:
            raise ValueError("signed_audience must be an address or the name of a host.")


@dataclass(frozen=True)
class Prolific(Ends):
    """`PROLIFIC_PID` is the person, `SESSION_ID` this visit's submission."""

    Settings: ClassVar[type[Any]] = ProlificSettings
    study: str = ""
    """The only study at Prolific from which people are let in; empty: any."""

    def configured(self, settings: ProlificSettings) -> Prolific:
        return replace(self, study=settings.study_id)

    def arrive(self, query: Query) -> Arrival:
        ids = {
            PERSON: one_id(query, PERSON, expected="your Prolific id there", todo=TODO),
            STUDY: one_id(query, STUDY, expected="the id of the study at Prolific there", todo=TODO),
            SUBMISSION: one_id(query, SUBMISSION, expected="the id of your submission there", todo=TODO),
        }
        if self.study and ids[STUDY] != self.study:
            raise BadArrival(OTHER_STUDY, TODO, kind=OTHER, parameter=STUDY)
        return Arrival(person=ids[PERSON], ids=ids)

    def missing(self, settings: EndSettings) -> list[str]:
        if settings.completed_code:
            return []
        return [
            "completed_code is empty: enter the code of the completion path that the study has at Prolific."
        ]

    def risks(self, settings: EndSettings) -> list[str]:
        assert isinstance(settings, ProlificSettings)
        if settings.signed == "off" or settings.study_id:
            return []
        return [
            "Signed arrivals are required, but study_id is empty: a signature says who sends a person, not "
            "for which study, so people whom any other study at Prolific sends here are let in, too. Enter "
            "the id that this study has at Prolific."
        ]


RECRUITER = Prolific(
    title="Prolific",
    id_names=(PERSON, STUDY, SUBMISSION),
    visit=SUBMISSION,
    parameters="&".join(f"{name}={{{{%{name}%}}}}" for name in (PERSON, STUDY, SUBMISSION)),
)
