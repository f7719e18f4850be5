"""A participant takes back what they gave: asked first, done by a form."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from studies.models import Participation, ParticipationState, PaymentReference, StudyState
from studies.recruiters._outcomes import WITHDRAWN
from studies.services import endings, recruiting, withdrawal
from studies.texts import outcomes as outcome_texts
from studies.texts.languages import polyglot
from studies.views._http import limited
from studies.views._leaving import render_leaving


@limited(of_participation=True)
@never_cache
@require_http_methods(["GET", "POST"])
@polyglot
def withdraw(request: HttpRequest, code: UUID) -> HttpResponse:
    participation = get_object_or_404(Participation.objects.select_related("study"), code=code)
    translation.activate(participation.language)
    if request.method == "POST":
        try:
            withdrawal.withdraw(participation)
        except withdrawal.TooLate:
            participation.study.state = StudyState.CLOSED
        else:
            return redirect("studies:withdraw", code=code)
    done = participation.state == ParticipationState.WITHDRAWN
    too_late = not done and participation.study.state == StudyState.CLOSED
    context = _about_pay(participation) | {
        "study": participation.study,
        "participation": participation,
        "done": done,
        "too_late": too_late,
    }
    leaving = endings.show(participation) if done else None
    status = 410 if too_late else 200
    return render_leaving(request, "studies/withdraw.html", context, leaving, status=status)


def _about_pay(participation: Participation) -> dict[str, str]:
    """What the withdrawal means, or has meant, for the pay, and what is kept for it."""
    study = participation.study
    chosen = recruiting.settings_of(study)
    reached = endings.outcome_of(participation) not in ("", WITHDRAWN)
    title = recruiting.recruiter_of(study).title
    has_ids = PaymentReference.objects.filter(participation=participation).exists()
    kept = outcome_texts.kept(outcome_texts.KEPT_FOR_PAY, title, settings.PAYMENT_DAYS) if has_ids else ""
    return {"pay": outcome_texts.about_pay(chosen.pay_withdrawn, reached_the_end=reached), "kept": kept}
