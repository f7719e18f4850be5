"""A participant takes back what they gave: asked first, done by a form."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from studies.languages import polyglot
from studies.models import Participation, ParticipationState, StudyState
from studies.services import withdrawal
from studies.views._http import limited


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
    context = {
        "study": participation.study,
        "participation": participation,
        "done": done,
        "too_late": too_late,
    }
    return render(request, "studies/withdraw.html", context, status=410 if too_late else 200)
