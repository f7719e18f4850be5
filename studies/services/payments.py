"""Who is to be paid: the recruiter's ids beside what the study knows, for those with the right only."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from studies.exports import csv_lines
from studies.models import (
    Participation,
    ParticipationState,
    PaymentReference,
    Source,
    Study,
    TrialKind,
)
from studies.recruiters._recruiter import FAILED_ATTENTION, SCREENED_OUT, PaymentSettings
from studies.services import participations, recruiting
from studies.strict_view import strict_rules

FIRST = ("participant_id",)
REST = (
    "state", "outcome", "attention", "completion_code", "decision", "reason", "right_answers", "bonus",
    "currency", "begun_at", "finished_at",
)  # fmt: skip
APPROVE, REJECT = "approve", "reject"
NOT_YET = "not finished"
PASSED, FAILED = "passed", "failed"
NOT_ASKED = "no vigilance trials"
NOT_JUDGED = "not judged: every vigilance trial was spoiled"
NOTHING_COUNTS = "every test trial was spoiled or its time ran out"


def may_pay(user: Any, study: Study) -> bool:
    """Owners and superusers may; others who see the study need the permission `studies.pay_participants`."""
    if not Study.objects.visible_to(user).filter(pk=study.pk).exists():
        return False
    owns = study.owner_id is not None and study.owner_id == user.pk
    return bool(owns or user.is_superuser or user.has_perm("studies.pay_participants"))


def columns(study: Study) -> tuple[str, ...]:
    """The columns of a study's payment list: the recruiter's ids come after ours."""
    label = ("label",) if study.recruiter == "single_use" else ()
    return (*FIRST, *recruiting.recruiter_of(study).id_names, *label, *REST)


def payment_rows(study: Study) -> Iterator[dict[str, Any]]:
    """One row for each person who began, in the order of their coming; None is an empty field.

    Raises recruiting.CannotOpen if ids were sealed under another key.
    """
    chosen = recruiting.settings_of(study)
    people = (
        study.participations.filter(source=Source.PERSON)
        .select_related("participant", "payment_reference", "invitation", "study")
        .order_by("consented_at", "pk")
    )
    for participation in people:
        row = dict.fromkeys(columns(study)) | _ids(participation)
        yield row | _facts(participation) | _proposal(participation, chosen)


def payment_lines(study: Study) -> Iterator[str]:
    """The payment list as lines of CSV that no spreadsheet runs as formulas."""
    return csv_lines(payment_rows(study), columns(study))


def _ids(participation: Participation) -> dict[str, Any]:
    invitation = getattr(participation, "invitation", None)
    if invitation is not None:
        return {"invitation": str(invitation.code), "label": invitation.label}
    reference = getattr(participation, "payment_reference", None)
    if reference is None:
        return {}
    # A recruiter may have been another when the ids were sealed; only its own columns are written.
    names = recruiting.recruiter_of(participation.study).id_names
    return {name: value for name, value in recruiting.opened(reference.sealed).items() if name in names}


def _facts(participation: Participation) -> dict[str, Any]:
    finished, leaving = participation.finished_at, recruiting.leaving(participation)
    return {
        "participant_id": str(participation.participant.code),
        "state": participation.state,
        "outcome": recruiting.outcome_of(participation) or None,
        "attention": attention_of(participation),
        # What the person was shown: the recruiter's code for this end goes before the participation's own.
        "completion_code": (leaving.code if leaving else participation.completion_code) or None,
        "begun_at": participation.consented_at.isoformat(),
        "finished_at": finished.isoformat() if finished else None,
    }


def attention_of(participation: Participation) -> str | None:
    """What the vigilance trials say of somebody who has finished, in words."""
    if participation.state != ParticipationState.FINISHED:
        return None
    if participation.attention_passed is not None:
        return PASSED if participation.attention_passed else FAILED
    asked = participation.trials.filter(kind=TrialKind.VIGILANCE).exists()
    return NOT_JUDGED if asked else NOT_ASKED


def _proposal(participation: Participation, chosen: PaymentSettings) -> dict[str, Any]:
    """What to do, as far as the study can tell; a person decides."""
    if participation.state == ParticipationState.WITHDRAWN:
        return {"reason": "withdrew"}
    outcome = recruiting.outcome_of(participation)
    if outcome == SCREENED_OUT:
        return {"reason": "screened out before the first trial"}
    if not outcome:
        return {"reason": NOT_YET}
    score = participations.own_score(participation)
    right = score.right
    if outcome == FAILED_ATTENTION and chosen.reject_failed_attention:
        share = strict_rules(participation.study.exclusion_rules).vigilance_pass
        reason = f"fewer than {share:.0%} of the vigilance trials were right"
        return {"decision": REJECT, "reason": reason, "right_answers": right}
    if not score.answered:
        # Bad luck with the screen, or somebody who saw to it: the vigilance trials cannot tell either.
        return {"reason": NOTHING_COUNTS, "right_answers": 0}
    bonus = (Decimal(str(chosen.bonus_per_right)) * right).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {
        "decision": APPROVE,
        "right_answers": right,
        "bonus": str(bonus),
        "currency": chosen.currency,
    }


@transaction.atomic
def forget_ids(study: Study) -> int:
    """Payment is done: erase the recruiter's ids and the labels of invitations; gives how many had ids."""
    study.invitations.exclude(label="").update(label="")
    count, _ = PaymentReference.objects.filter(participation__study=study).delete()
    return count
