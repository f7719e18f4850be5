"""Who is to be paid: the recruiter's ids beside what the study knows, for those with the right only."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from colorizers.tools.csv_files import csv_lines
from studies.models import (
    Ending,
    Participation,
    ParticipationState,
    PaymentReference,
    Source,
    Study,
    TrialKind,
)
from studies.recruiters._outcomes import (
    APPROVE,
    FAILED_ATTENTION,
    NOTHING,
    OUTCOMES,
    REJECT,
    REVIEW,
    WITHDRAWN,
)
from studies.recruiters._recruiter import PaymentSettings
from studies.rules.strict_view import strict_rules
from studies.services import endings, participations, recruiting, responses

FIRST = ("participant_id",)
REST = (
    "state", "outcome", "attention", "completion_code", "shown_at", "decision", "reason", "right_answers",
    "bonus", "currency", "begun_at", "finished_at",
)  # fmt: skip
NOT_YET = "not finished"
PASSED, FAILED = "passed", "failed"
NOT_ASKED = "no vigilance trials"
NOT_JUDGED = "not judged: every vigilance trial was spoiled"
NOTHING_COUNTS = "every test trial was spoiled or its time ran out"
NO_PAGE_LOADS = "no browser has told of itself: perhaps a script"
TOO_SOON = "%d answers came sooner than their pictures could be shown"
ENDED_EARLY = "the test ended early: %s"
NO_PARTICIPATION = "not begun"
NOTHING_ANSWERED = "nothing was answered"
NOT_KEPT = "what stood against a payment is erased"
AFTER_THE_END = "withdrew after the end"
AFTER_WITHDRAWAL = {
    "decide": (REVIEW, "withdrew"),
    "full": (APPROVE, "withdrew: the study pays in full"),
    "nothing": (NOTHING, "withdrew: the study does not pay"),
}


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
    """One row for each person who began, in the order of their coming, then one for each visit of others.

    None is an empty field. Raises recruiting.CannotOpen if ids were sealed under another key.
    """
    endings.forget_expired()
    chosen = recruiting.settings_of(study)
    people = (
        study.participations.filter(source=Source.PERSON)
        .select_related("participant", "payment_reference", "invitation", "study", "ending")
        .order_by("consented_at", "pk")
    )
    for participation in people:
        row = dict.fromkeys(columns(study)) | _ids(participation)
        yield row | _facts(participation) | _proposal(participation, chosen)
    for ending in study.endings.filter(participation=None):
        yield dict.fromkeys(columns(study)) | _named(study, ending.sealed) | _visit(ending)


def approve_lines(study: Study) -> Iterator[str]:
    """The ids to approve, one per line, as the recruiter's page for many at once takes them."""
    for row in _approved(study):
        yield f"{row[recruiting.recruiter_of(study).id_names[0]]}\n"


def bonus_lines(study: Study) -> Iterator[str]:
    """The bonuses of those to approve as `id,amount`, one per line, without a header."""
    for row in _approved(study):
        if row["bonus"] and Decimal(row["bonus"]) > 0:
            yield f"{row[recruiting.recruiter_of(study).id_names[0]]},{row['bonus']}\n"


BULK = {"approve": approve_lines, "bonus": bonus_lines}


def _approved(study: Study) -> Iterator[dict[str, Any]]:
    names = recruiting.recruiter_of(study).id_names
    if study.recruiter == "single_use" or not names:
        return
    seen: set[str] = set()
    for row in payment_rows(study):
        person = row[names[0]]
        # Ids that were forgotten cannot be paid any more.
        if row["decision"] == APPROVE and person and person not in seen:
            seen.add(person)
            yield row


def _visit(ending: Ending) -> dict[str, Any]:
    outcome = OUTCOMES[ending.outcome]
    return {
        "state": NO_PARTICIPATION,
        "outcome": ending.outcome,
        "completion_code": ending.code or None,
        "shown_at": ending.shown_at.isoformat() if ending.shown_at else None,
        "decision": outcome.proposal or None,
        "reason": outcome.reason,
    }


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
    return _named(participation.study, reference.sealed)


def _named(study: Study, sealed: str) -> dict[str, Any]:
    # A recruiter may have been another when the ids were sealed; only its own columns are written.
    names = columns(study)
    return {name: value for name, value in recruiting.opened(sealed).items() if name in names}


def _facts(participation: Participation) -> dict[str, Any]:
    finished, shown = participation.finished_at, endings.shown_of(participation)
    return {
        "participant_id": str(participation.participant.code),
        "state": participation.state,
        "outcome": shown.outcome or None,
        "attention": attention_of(participation),
        "completion_code": shown.code or None,
        "shown_at": shown.at.isoformat() if shown.at else None,
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
    outcome = endings.outcome_of(participation)
    if not outcome:
        return {"reason": NOT_YET}
    if participation.state == ParticipationState.WITHDRAWN:
        return _after_withdrawal(participation, outcome, chosen)
    row = OUTCOMES[outcome]
    if participation.state != ParticipationState.FINISHED:
        return {"decision": row.proposal or None, "reason": row.reason}
    score = participations.own_score(participation)
    right = score.right if score else None
    if outcome == FAILED_ATTENTION and chosen.reject_failed_attention:
        share = strict_rules(participation.study.exclusion_rules).vigilance_pass
        reason = f"fewer than {share:.0%} of the vigilance trials were right"
        return {"decision": REJECT, "reason": reason, "right_answers": right}
    doubts = [row.reason] if row.reason else []
    counts = score.answered if score else participations.judgements(participation)
    if not counts:
        # Bad luck with the screen, or somebody who saw to it: the vigilance trials cannot tell either.
        doubts = [NOTHING_COUNTS]
    doubts += doubtful(participation)
    if participation.ended_early:
        doubts.append(ENDED_EARLY % participation.ended_early)
    return {
        "decision": REVIEW if doubts else row.proposal,
        "reason": "; ".join(doubts) or None,
        "right_answers": right,
        "bonus": _bonus(chosen, right) if counts and right is not None else None,
        "currency": chosen.currency if counts and right is not None else None,
    }


def doubtful(participation: Participation) -> list[str]:
    """What a person should look at before a participation is paid, in words."""
    doubts = [] if participation.device else [NO_PAGE_LOADS]
    count = responses.too_soon(participation)
    return [*doubts, TOO_SOON % count] if count else doubts


def _after_withdrawal(participation: Participation, outcome: str, chosen: PaymentSettings) -> dict[str, Any]:
    ending = getattr(participation, "ending", None)
    doubts = [ending.doubts] if ending is not None and ending.doubts else []
    if outcome == WITHDRAWN:
        decision, reason = AFTER_WITHDRAWAL[chosen.pay_withdrawn]
        # Nobody is paid unseen for a consent alone.
        if decision == APPROVE and doubts:
            return {"decision": REVIEW, "reason": "; ".join([reason, *doubts])}
        return {"decision": decision or None, "reason": reason}
    assert ending is not None, "an end that was reached before a withdrawal is kept"
    decision = ending.decision
    if not decision:
        # Nothing was proposed, or it is not kept: what stood against a payment is not known any more.
        proposal = OUTCOMES[outcome].proposal
        decision = REVIEW if proposal == APPROVE else proposal
        doubts = [OUTCOMES[outcome].reason or NOT_KEPT]
    return {
        "decision": decision or None,
        "reason": "; ".join([AFTER_THE_END, *doubts]),
        "bonus": ending.bonus or None,
        "currency": chosen.currency if ending.bonus else None,
    }


def due(participation: Participation) -> dict[str, str]:
    """What the payment list knows of somebody who is about to withdraw: decision, doubts and bonus."""
    if endings.outcome_of(participation) == "":
        doubts = doubtful(participation)
        if not participation.trials.filter(response__isnull=False).exists():
            doubts.append(NOTHING_ANSWERED)
        return {"decision": REVIEW, "doubts": "; ".join(doubts), "bonus": ""}
    chosen = recruiting.settings_of(participation.study)
    proposal = _proposal(participation, chosen)
    return {
        "decision": proposal["decision"] or NOTHING,
        "doubts": proposal["reason"] or "",
        "bonus": str(proposal.get("bonus") or "") if chosen.bonus_per_right else "",
    }


def _bonus(chosen: PaymentSettings, right: int) -> str:
    return str((Decimal(str(chosen.bonus_per_right)) * right).quantize(Decimal("0.01"), ROUND_HALF_UP))


@transaction.atomic
def forget_ids(study: Study) -> int:
    """Payment is done: erase the recruiter's ids and the labels of invitations; returns how many had ids.

    What was kept of a withdrawal, and of visits that led to no participation, goes with them. A keyed hash
    of each participation's visit stays, so that another submission is not taken for it.
    """
    study.invitations.exclude(label="").update(label="")
    visits, _ = study.endings.filter(participation=None).delete()
    endings.forget_dues(study.endings.all())
    count = endings.forget_references(PaymentReference.objects.filter(participation__study=study))
    return count + visits
