"""What was wrong with arrivals: counted for the researcher, who can mend the link."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from studies.models import ArrivalFault, Study, StudyState
from studies.recruiters import _recruiter as faults
from studies.recruiters._recruiter import BadArrival, Query
from studies.services import planning

SENTENCES = {
    faults.UNFILLED: "came by a link in which {parameter} was not filled in ({example})",
    faults.MISSING: "came by a link without {parameter}",
    faults.DOUBLED: "came by a link with more than one {parameter}",
    faults.UNREADABLE: "came with a {parameter} that is no id of this recruiter",
    faults.OTHER: "came with the {parameter} of another study",
    faults.UNSIGNED: "came with a signature that does not hold, or without one",
}
TODO = "Compare the study's link at the recruiter with the participant link on this page."


def note(study: Study, error: BadArrival) -> None:
    """Count a refused arrival of a live study; what has no kind is not the link's fault."""
    if error.kind:
        _count(study, error.kind, error.parameter, error.example)


def note_unfilled(study: Study, query: Query) -> None:
    """Count templates in the query of somebody who is let in all the same, as the study asks for no ids."""
    for name, values in query.items():
        for value in values:
            if faults.is_unfilled(value):
                _count(study, faults.UNFILLED, name, value)


def _count(study: Study, kind: str, parameter: str, example: str) -> None:
    if study.state != StudyState.LIVE:
        return
    row, _ = ArrivalFault.objects.get_or_create(
        study=study, kind=kind, parameter=parameter[:64], defaults={"example": example[:100]}
    )
    ArrivalFault.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=timezone.now())


def sentences(study: Study) -> list[str]:
    """What a researcher should know of the arrivals at a study, one sentence each."""
    found = []
    for fault in study.arrival_faults.all():
        times = "one visitor" if fault.count == 1 else f"{fault.count} visitors"
        words = SENTENCES[fault.kind].format(parameter=fault.parameter, example=fault.example)
        found.append(
            f"{times[0].upper()}{times[1:]} {words}, the last on {fault.last_at:%Y-%m-%d %H:%M} UTC. {TODO}"
        )
    surplus = planning.over_recruited(study)
    if surplus:
        found.append(
            f"{surplus} more than the quota of {study.participant_quota} have finished: they had begun, and "
            "came back when their places were given to others."
        )
    return found
