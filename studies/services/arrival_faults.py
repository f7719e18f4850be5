"""What was wrong with arrivals: counted for the researcher, who can mend the link."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from studies import recruiters
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
# More kinds of faults than any recruiter's names can make.
MOST_FAULTS = 100
TODO = "Compare the study's link at the recruiter with the participant link on this page."


def note(study: Study, error: BadArrival) -> None:
    """Count a refused arrival of a live study; what has no kind is not the link's fault."""
    if error.kind:
        _count(study, error.kind, error.parameter, error.example)


def note_unfilled(study: Study, query: Query) -> None:
    """Count templates in the query of somebody who is let in all the same, as the study asks for no ids."""
    # Only a recruiter's own names: what else stands in an address is anybody's invention.
    known = {name.lower(): name for one in recruiters.names() for name in recruiters.get(one).id_names}
    for given, values in query.items():
        name = known.get(given.lower(), "")
        example = next((value for value in values if name and faults.is_unfilled(value, name)), None)
        if example is not None:
            _count(study, faults.UNFILLED, name, example)


def _count(study: Study, kind: str, parameter: str, example: str) -> None:
    if study.state != StudyState.LIVE:
        return
    kept = {"study": study, "kind": kind, "parameter": _plain(parameter)[:64]}
    if not ArrivalFault.objects.filter(**kept).exists() and study.arrival_faults.count() >= MOST_FAULTS:
        return
    row, _ = ArrivalFault.objects.get_or_create(**kept, defaults={"example": _plain(example)[:100]})
    ArrivalFault.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=timezone.now())


def _plain(text: str) -> str:
    # Control characters say nothing to the researcher, and not every database keeps them.
    return "".join(sign for sign in text if sign.isprintable())


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
