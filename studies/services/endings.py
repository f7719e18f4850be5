"""How people end: the outcome, what they are shown of it, and what payment needs of it for a while."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from studies.models import (
    Ending,
    Participation,
    ParticipationState,
    PaymentReference,
    Source,
    Study,
    StudyState,
    TrialKind,
)
from studies.recruiters._outcomes import (
    COMPLETED,
    FAILED_ATTENTION,
    NO_CONSENT,
    SCREENED_OUT,
    SECOND_VISIT,
    SPOILED,
    TIMED_OUT,
    WITHDRAWN,
)
from studies.recruiters._recruiter import Arrival, Leaving
from studies.services import recruiting

OF_STATE = {
    ParticipationState.FINISHED: COMPLETED,
    ParticipationState.SCREENED_OUT: SCREENED_OUT,
    ParticipationState.WITHDRAWN: WITHDRAWN,
    ParticipationState.ABANDONED: TIMED_OUT,
}
# With fewer of the planned test trials than this shown as planned, the participation counts as spoiled.
LEAST_VALID_SHARE = 0.5
# So many visits that led to no participation a study keeps for payment.
MOST_VISITS = 10_000


class Shown(NamedTuple):
    """What a person was shown of their end, and when first; None: they have not seen it yet."""

    outcome: str
    code: str
    at: datetime | None


# --- of a participation ----------------------------------------------------------------------


def outcome_of(participation: Participation) -> str:
    """How a participation ended; empty while it has not.

    Who withdrew after the end keeps the end that they had reached.
    """
    state = ParticipationState(participation.state)
    if state in recruiting.RUNNING:
        return TIMED_OUT if participation.study.state == StudyState.CLOSED else ""
    if state == ParticipationState.WITHDRAWN:
        reached = Ending.objects.filter(participation=participation).first()
        return (reached and reached.outcome) or WITHDRAWN
    outcome = OF_STATE[state]
    if outcome != COMPLETED:
        return outcome
    if participation.attention_passed is False:
        return FAILED_ATTENTION
    return SPOILED if _is_spoiled(participation) else COMPLETED


def _is_spoiled(participation: Participation) -> bool:
    trials = participation.trials.filter(kind=TrialKind.TEST)
    planned = trials.filter(replaces=None).count()
    return trials.filter(response__voided=False).count() < LEAST_VALID_SHARE * planned


def leaving(participation: Participation, outcome: str = "") -> Leaving | None:
    """The code, link or form that ends a participation; None while it has not ended.

    `outcome` is the end of somebody who is turned away before the first answer. A preview gets its code
    alone: nobody sent it.
    """
    outcome = outcome or outcome_of(participation)
    if not outcome:
        return None
    study = participation.study
    if participation.source != Source.PERSON:
        return Leaving(outcome, code=participation.completion_code)
    try:
        ids = recruiting.unsealed(participation)
    except recruiting.CannotOpen:
        # The code still proves to the recruiter that they took part.
        ids = {}
    chosen = recruiting.settings_of(study)
    return recruiting.recruiter_of(study).leave(chosen, outcome, ids=ids, code=participation.completion_code)


def show(participation: Participation, outcome: str = "") -> Leaving | None:
    """The way back of a participation, and a note that its person was shown it."""
    way = leaving(participation, outcome)
    if way is None or participation.source != Source.PERSON:
        return way
    told = outcome or outcome_of(participation)
    known = Ending.objects.filter(participation=participation).first()
    if known is None or known.shown_at is None or (known.outcome, known.code) != (told, way.code):
        Ending.objects.update_or_create(
            participation=participation,
            defaults={
                "study": participation.study, "outcome": told, "code": way.code,
                "way_back": way_back(way), "shown_at": timezone.now(),
            },
        )  # fmt: skip
    return way


def way_back(way: Leaving) -> str:
    """The kind of a way back, in a word; empty: there is none but to close the page."""
    if way.fields:
        return "form"
    return "link" if way.address else "code" if way.code else ""


def shown_of(participation: Participation) -> Shown:
    """The end of a participation as its person saw it, or as they will see it."""
    outcome = outcome_of(participation)
    seen = getattr(participation, "ending", None)
    if seen is not None and seen.shown_at is not None and seen.outcome == outcome:
        return Shown(outcome, seen.code, seen.shown_at)
    way = leaving(participation)
    return Shown(outcome, way.code if way else participation.completion_code, None)


# --- of a visit that leads to no participation -----------------------------------------------


def turn_away(
    study: Study, arrival: Arrival, outcome: str, has_room: Callable[[], bool] = lambda: True
) -> Leaving:
    """The way back of somebody who does not begin; a visit with ids of a recruiter is kept for payment.

    Ids can be invented: `has_room` is asked before a row is added, and no study has more than MOST_VISITS.
    """
    chosen = recruiting.settings_of(study)
    way = recruiting.recruiter_of(study).leave(chosen, outcome, ids=arrival.ids, code="")
    if not arrival.ids:
        return way
    forget_expired()
    visits, visit_hash = study.endings.filter(participation=None), _visit_hash(study, arrival, outcome)
    if visits.filter(visit_hash=visit_hash).exists() or (visits.count() < MOST_VISITS and has_room()):
        Ending.objects.update_or_create(
            study=study,
            participation=None,
            visit_hash=visit_hash,
            defaults={
                "sealed": recruiting.sealed(arrival.ids), "outcome": outcome, "code": way.code,
                "way_back": way_back(way), "shown_at": timezone.now(), "keep_until": keep_until(),
            },
        )  # fmt: skip
    return way


def begun_after_all(study: Study, arrival: Arrival) -> None:
    """Who was turned away, or did not agree at first, has begun: that visit ended otherwise."""
    if arrival.ids:
        # Until 0.2 a visit was known by all of its ids.
        hashes = [_visit_hash(study, arrival, outcome) for outcome in (NO_CONSENT, SECOND_VISIT)]
        study.endings.filter(participation=None, visit_hash__in=hashes).delete()


def is_second_visit(participation: Participation, arrival: Arrival) -> bool:
    """Whether somebody who has taken part comes with another assignment or submission than back then."""
    visit = recruiting.recruiter_of(participation.study).visit
    if not visit or participation.state in recruiting.RUNNING:
        return False
    came = arrival.ids.get(visit)
    try:
        known = recruiting.unsealed(participation).get(visit)
    except recruiting.CannotOpen:
        known = None
    if not came or known:
        return bool(came and came != known)
    kept = Ending.objects.filter(participation=participation).exclude(visit_hash="").first()
    return kept is not None and kept.visit_hash != _hash_of_visit(participation.study, came)


def _hash_of_visit(study: Study, visit: str) -> str:
    return recruiting.hash_of(f"visit {study.recruiter} {study.pk}", visit)


def _visit_hash(study: Study, arrival: Arrival, outcome: str) -> str:
    """One for a person, whose latest visit counts; each second visit is a submission to be settled."""
    ids = arrival.person if outcome != SECOND_VISIT else json.dumps(sorted(arrival.ids.items()))
    return recruiting.hash_of(f"visit {study.recruiter}", ids)


# --- kept until paid, or until a date --------------------------------------------------------


def keep_until() -> datetime:
    """Until when payment may need what is kept of a visit that begins or a withdrawal that happens now."""
    return timezone.now() + timedelta(days=settings.PAYMENT_DAYS)


def keep_after_withdrawal(participation: Participation, *, decision: str, doubts: str, bonus: str) -> None:
    """Note, before the answers are erased, the end that was reached and what is due for it."""
    outcome = outcome_of(participation) or WITHDRAWN
    Ending.objects.update_or_create(
        participation=participation,
        defaults={
            "study": participation.study, "outcome": outcome, "decision": decision, "doubts": doubts,
            "bonus": bonus, "keep_until": keep_until(),
        },
    )  # fmt: skip


@transaction.atomic
def forget_references(references: QuerySet[PaymentReference]) -> int:
    """Erase sealed ids; of each visit a keyed hash stays, by which another one of the person is known."""
    known = references.select_related("participation__study", "participation__ending")
    for reference in known:
        participation = reference.participation
        visit = recruiting.recruiter_of(participation.study).visit
        try:
            name = recruiting.opened(reference.sealed).get(visit) if visit else None
        except recruiting.CannotOpen:
            continue
        if not name:
            continue
        Ending.objects.update_or_create(
            participation=participation,
            defaults={"visit_hash": _hash_of_visit(participation.study, name)},
            create_defaults={
                "study": participation.study, "outcome": outcome_of(participation),
                "visit_hash": _hash_of_visit(participation.study, name),
            },
        )  # fmt: skip
    return references.delete()[0]


def forget_dues(endings: QuerySet[Ending]) -> None:
    """Erase what was kept of the answers of those who withdrew, to pay them."""
    endings.update(bonus="", decision="", doubts="", keep_until=None)


@transaction.atomic
def forget_expired() -> int:
    """Erase what was kept for payment longer than PAYMENT_DAYS; returns the number of people concerned."""
    due = Ending.objects.filter(keep_until__lt=timezone.now())
    visits = due.filter(participation=None).delete()[0]
    withdrawn = list(due.values_list("participation", flat=True))
    if withdrawn:
        forget_references(PaymentReference.objects.filter(participation__in=withdrawn))
        forget_dues(Ending.objects.filter(participation__in=withdrawn))
    return visits + len(withdrawn)
