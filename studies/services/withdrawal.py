"""The participant's right to take everything back, for as long as the study is not closed."""

from __future__ import annotations

from django.db import transaction

from studies.models import (
    Invitation,
    Participation,
    ParticipationState,
    Response,
    Study,
    StudyState,
)
from studies.services import endings, payments


class TooLate(Exception):
    """The study is closed: its answers are in the analysis, and nothing of them can be taken out."""


@transaction.atomic
def withdraw(participation: Participation) -> Participation:
    """Erase what the person answered and what is known of the device; twice does no harm.

    What stays is that somebody took part and withdrew, the consent, the plan of the trials (it says nothing
    about the person), the completion code, and the keyed hash that refuses a second participation. What
    paying needs is kept apart until that is done, or for PAYMENT_DAYS: the recruiter's ids under seal, the
    end that had been reached, and what the payment list proposed for it.

    Raises TooLate once the study is closed.
    """
    # The study first, as everywhere: whoever holds it may wait for this participation.
    Study.objects.select_for_update().only("pk").get(pk=participation.study_id)
    # An answer that is on its way waits for this row, and is refused afterwards.
    locked = Participation.objects.select_for_update(of=("self",)).select_related("study").get(
        pk=participation.pk
    )  # fmt: skip
    if locked.state == ParticipationState.WITHDRAWN:
        return locked
    if locked.study.state == StudyState.CLOSED:
        raise TooLate
    endings.forget_expired()
    endings.keep_after_withdrawal(locked, **payments.due(locked))
    Response.objects.filter(trial__participation=locked).delete()
    # It says for whom the link was; the link itself stays used.
    Invitation.objects.filter(participation=locked).update(label="")
    locked.state = ParticipationState.WITHDRAWN
    locked.device, locked.debrief, locked.screening = [], {}, {}
    locked.attention_passed = None
    locked.finished_at = None
    locked.save(update_fields=["state", "device", "debrief", "screening", "attention_passed", "finished_at"])
    return locked
