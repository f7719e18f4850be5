"""Amazon Mechanical Turk: an external question, with its preview, that ends with a form to Amazon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from studies.recruiters._outcomes import COMPLETED, OUTCOMES, OVER_QUOTA, SCREENED_OUT
from studies.recruiters._recruiter import (
    EXPECTED,
    MISSING,
    UNREADABLE,
    Arrival,
    BadArrival,
    CodeSettings,
    Ids,
    Leaving,
    Query,
    is_unfilled,
    one_id,
    refusal,
    setting,
    settled,
)

# https://docs.aws.amazon.com/AWSMechTurk/latest/AWSMturkAPI/ApiReference_ExternalQuestionArticle.html
WORKER, ASSIGNMENT, HIT, SUBMIT_TO = "workerId", "assignmentId", "hitId", "turkSubmitTo"
PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
HOSTS = ("www.mturk.com", "workersandbox.mturk.com")
FRAMES = ("https://worker.mturk.com", "https://workersandbox.mturk.com", "https://www.mturk.com")
SUBMIT = "/mturk/externalSubmit"
FOREIGN = "The %(name)s in the address that brought you here is missing or not Amazon's."
TODO = "Please open the HIT on the page of Mechanical Turk again; do not type the address yourself."


@dataclass(frozen=True)
class MturkSettings(CodeSettings):
    """The way back is Amazon's own form; the code goes along with it."""

    screened_out: str = setting(
        "return",
        "Screened out",
        "Those who did not pass the checks: ask them to return the HIT, or let them submit it to be paid",
        choices=("return", "submit"),
    )


@dataclass(frozen=True)
class Mturk:
    """A worker sees the study first, accepts the HIT, takes part in a window of its own, and submits."""

    title: str = "Mechanical Turk"
    id_names: tuple[str, ...] = (WORKER, ASSIGNMENT, HIT, SUBMIT_TO)
    framed_by: tuple[str, ...] = FRAMES
    parameters: str | None = ""  # Amazon adds its own
    visit: str = ASSIGNMENT
    Settings: ClassVar[type[Any]] = MturkSettings

    def configured(self, settings: MturkSettings) -> Mturk:
        return self

    def arrive(self, query: Query) -> Arrival:
        assignment = one_id(query, ASSIGNMENT, expected="the id of your assignment there", todo=TODO)
        if assignment == PREVIEW:
            return Arrival(looking=True)
        ids = {
            WORKER: one_id(query, WORKER, expected="your worker id there", todo=TODO),
            ASSIGNMENT: assignment,
            HIT: one_id(query, HIT, expected="the id of the HIT there", todo=TODO),
            SUBMIT_TO: _amazon(query.get(SUBMIT_TO, ())),
        }
        return Arrival(person=ids[WORKER], ids=ids)

    def leave(self, settings: MturkSettings, outcome: str, *, ids: Ids, code: str) -> Leaving:
        outcome = settled(settings, outcome)
        shown = settings.code(outcome) or (code if outcome == COMPLETED else "")
        if not self._submitted(settings, outcome) or not ids.get(ASSIGNMENT):
            return Leaving(outcome, self.title, shown)
        fields = {ASSIGNMENT: ids[ASSIGNMENT], "outcome": outcome, "code": shown}
        return Leaving(outcome, self.title, shown, _amazon([ids.get(SUBMIT_TO, "")]) + SUBMIT, fields)

    def _submitted(self, settings: MturkSettings, outcome: str) -> bool:
        """Whether the HIT is submitted at this end; otherwise it is returned, for another worker."""
        if outcome == SCREENED_OUT:
            return settings.screened_out == "submit"
        finished = OUTCOMES[outcome].as_if == COMPLETED or outcome == COMPLETED
        return finished or (outcome != OVER_QUOTA and bool(settings.code(outcome)))

    def missing(self, settings: MturkSettings) -> list[str]:
        return []

    def risks(self, settings: MturkSettings) -> list[str]:
        return []


def _amazon(values: Sequence[str]) -> str:
    """The origin of Amazon's that is named once; raises BadArrival for any other host."""
    for host in HOSTS:
        if list(values) in ([f"https://{host}"], [f"https://{host}/"]):
            return f"https://{host}"
    expected = f"https://{HOSTS[0]}"
    if any(is_unfilled(value) for value in values):
        raise refusal(values, SUBMIT_TO, expected=expected, todo=TODO)
    raise BadArrival(
        (FOREIGN, {"name": SUBMIT_TO}), (EXPECTED, {"what": expected}), TODO,
        kind=UNREADABLE if values else MISSING, parameter=SUBMIT_TO,
    )  # fmt: skip


RECRUITER = Mturk()
