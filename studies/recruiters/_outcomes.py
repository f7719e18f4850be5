"""Every way in which an arrival can end, as one table: what the settings, the payment list and the pages ask.

A new outcome is a new row here, a sentence in studies/texts/outcomes.py, and its code and address in
`_recruiter.py`; a contract test asks every recruiter for the way back of each.
"""

from __future__ import annotations

from dataclasses import dataclass

COMPLETED = "completed"
SCREENED_OUT = "screened_out"
FAILED_ATTENTION = "failed_attention"
SPOILED = "spoiled"
OVER_QUOTA = "over_quota"
NO_CONSENT = "no_consent"
WITHDRAWN = "withdrawn"
TIMED_OUT = "timed_out"
ELSEWHERE = "elsewhere"
SECOND_VISIT = "second_visit"

APPROVE, REVIEW, REJECT, NOTHING = "approve", "review", "reject", ""


@dataclass(frozen=True)
class Outcome:
    """One end: when it happens, what the payment list proposes, and whose end it shares."""

    name: str
    label: str
    """A few words for the label of a setting."""
    when: str
    """For whom it is, as the help of a setting says it."""
    proposal: str = NOTHING
    """What the payment list proposes at best; a check may turn approval into a review."""
    reason: str = ""
    """Why, in the payment list."""
    as_if: str = ""
    """The outcome whose code and address are used where the study gives this one none of its own."""


TABLE = (
    Outcome(COMPLETED, "completed", "who answered the last trial", APPROVE),
    Outcome(
        FAILED_ATTENTION, "failed attention", "too few right vigilance trials", REVIEW,
        "too few vigilance trials were right", as_if=COMPLETED,
    ),
    Outcome(
        SPOILED, "spoiled", "who finished, but most test trials were not shown as planned", REVIEW,
        "most test trials were spoiled", as_if=COMPLETED,
    ),
    Outcome(
        SCREENED_OUT, "screened out", "who did not pass the checks", NOTHING,
        "screened out before the first trial",
    ),
    Outcome(
        OVER_QUOTA, "over quota", "who comes when nobody is wanted", NOTHING,
        "came when the study took nobody",
    ),
    Outcome(NO_CONSENT, "no consent", "who does not agree to take part", NOTHING, "did not consent"),
    Outcome(WITHDRAWN, "withdrawn", "who withdraws before the end", REVIEW, "withdrew"),
    Outcome(
        TIMED_OUT, "timed out", "who had not finished when the study was closed", REVIEW,
        "the study was closed before they had finished",
    ),
    Outcome(
        ELSEWHERE, "took part elsewhere", "who took part in another study of the group", NOTHING,
        "took part in another study of the group",
    ),
    Outcome(
        SECOND_VISIT, "second visit", "who has taken part and comes with another assignment or submission",
        REVIEW, "another assignment or submission of somebody who has taken part",
    ),
)  # fmt: skip
OUTCOMES = {outcome.name: outcome for outcome in TABLE}
