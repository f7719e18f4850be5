"""Deleting a study that nobody has answered, with all that hangs on it; what was answered stays."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from studies.models import (
    Participant,
    Participation,
    ParticipationState,
    Response,
    Source,
    Study,
    StudyState,
    Trial,
)
from studies.services.lifecycle import WrongState
from studies.services.recruiting import RUNNING

ENDED = (ParticipationState.FINISHED, ParticipationState.WITHDRAWN, ParticipationState.SCREENED_OUT)

MOST_COUNTED = 1000
"""Of more people than this the reason only says "over"."""


def why_kept(study: Study) -> str:
    """Why a study cannot be deleted, and what to do instead; empty if it can be."""
    if study.state == StudyState.PREPARING:
        return f"The study {study.slug!r} is being prepared. Cancel the preparation first."
    people = study.participations.filter(source=Source.PERSON)
    # Asked person by person and only so far: a join over a million trials takes half a minute.
    has_answered = Exists(Response.objects.filter(trial__participation=OuterRef("pk")))
    answered = people.filter(has_answered).order_by()[: MOST_COUNTED + 1].count()
    ended = 0
    if answered <= MOST_COUNTED:
        ended = people.filter(~has_answered, state__in=ENDED).order_by()[: MOST_COUNTED + 1].count()
    found = []
    if answered:
        found.append(f"{_count(answered, 'person has answered', 'people have answered')}")
    if ended:
        words = "finished, withdrew or did not pass the checks, and may have to be paid"
        found.append(f"{_count(ended, 'person', 'people')} {words}")
    if not found:
        return _why_not_yet(study, people)
    first = "" if study.state == StudyState.CLOSED else "close it, then "
    return (
        f"The study {study.slug!r} cannot be deleted: {' and '.join(found)}. Answers are never deleted in "
        f"the workbench. Instead, {first}archive it: it leaves the list of studies, and everything is kept."
    )


def _why_not_yet(study: Study, people: QuerySet[Participation]) -> str:
    """Why a study must be settled before it is deleted: somebody is there, or may have to be paid."""
    here = people.filter(state__in=RUNNING).count()
    if here and study.state != StudyState.CLOSED:
        return (
            f"The study {study.slug!r} cannot be deleted: {_count(here, 'person has', 'people have')} begun, "
            "and may be reading its pages now. Close it first: they are told, and led back."
        )
    has_ids = Q(payment_reference__isnull=False) | Q(invitation__label__gt="")
    visits = study.endings.filter(participation=None).exclude(sealed="")
    unpaid = people.filter(has_ids).order_by().count() + visits.count()
    if unpaid:
        return (
            f"The study {study.slug!r} cannot be deleted: the payment list has "
            f"{_count(unpaid, 'person', 'people')} who came and may have to be paid. Settle the list on the "
            "page about recruiting, press 'Payment is done' there, and delete the study then."
        )
    return ""


def contents(study: Study) -> dict[str, int]:
    """What would be deleted with a study, counted by its name in words."""
    by_source = study.participations.order_by().values_list("source").annotate(count=Count("pk"))
    counted = dict.fromkeys(Source.values, 0) | dict(by_source)
    found = {
        "conditions": study.conditions.count(),
        "previews by researchers": counted[Source.PREVIEW],
        "simulated participations with their answers": counted[Source.SIMULATED],
        "people who have begun and answered nothing": counted[Source.PERSON],
        "planned trials": Trial.objects.filter(participation__study=study).count(),
        "single-use links": study.invitations.count(),
        "rows of the payment list": study.endings.count(),
        "blinding audits": study.blinding_audits.count(),
    }
    # Reports, exclusions and orders belong to the side that concludes, of which nothing is known here.
    for relation in study._meta.related_objects:
        if relation.related_model._meta.app_label != "studies":
            name = str(relation.related_model._meta.verbose_name_plural)
            found[name] = relation.related_model._default_manager.filter(
                **{relation.field.name: study}
            ).count()
    return {name: count for name, count in found.items() if count}


@transaction.atomic
def remove(study: Study) -> None:
    """Delete a study that nobody has answered; raises WrongState, with the reason, for any other."""
    locked = Study.objects.select_for_update().get(pk=study.pk)
    # An answer that is on its way holds its participation, and is seen afterwards.
    participations = locked.participations.all()
    participants = list(
        participations.order_by("pk").select_for_update().values_list("participant_id", flat=True)
    )
    reason = why_kept(locked)
    if reason:
        raise WrongState(reason)
    # Nobody sees it as a draft: what hangs on it may be deleted as that of a draft may.
    Study.objects.filter(pk=locked.pk).update(state=StudyState.DRAFT)
    Trial.objects.filter(participation__study=locked, replaces__isnull=False).update(replaces=None)
    participations.delete()
    Participant.objects.filter(pk__in=participants, participations=None).delete()
    Study.objects.get(pk=locked.pk).delete()


def _count(number: int, one: str, many: str) -> str:
    shown = f"over {MOST_COUNTED:,}" if number > MOST_COUNTED else str(number)
    return f"{shown} {one if number == 1 else many}"
