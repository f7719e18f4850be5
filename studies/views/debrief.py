"""After the last trial: a few voluntary questions, then thanks."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from studies.models import Participation
from studies.rules.debriefing import DebriefSettings
from studies.services import debriefing, endings, participations
from studies.texts.languages import polyglot
from studies.views._ended import of
from studies.views._http import limited
from studies.views._leaving import render_leaving
from studies.views.debrief_form import DebriefForm


@limited(of_participation=True)
@never_cache
@require_POST
@polyglot
def debrief(request: HttpRequest, code: UUID) -> HttpResponse:
    participation = get_object_or_404(Participation.objects.select_related("study"), code=code)
    translation.activate(participation.language)
    if debriefing.is_due(participation):
        if request.POST.get("step") == "skip":
            debriefing.record(participation, {})
        else:
            form = DebriefForm(DebriefSettings(**participation.study.debrief), request.POST)
            if not form.is_valid():
                return _questions(request, participation, form, status=400)
            debriefing.record(participation, form.cleaned_data)
    return redirect("studies:participation", code=code)


def page(request: HttpRequest, participation: Participation) -> HttpResponse:
    """The questions while they are due, else thanks with the way back."""
    if debriefing.is_due(participation):
        form = DebriefForm(DebriefSettings(**participation.study.debrief))
        return _questions(request, participation, form)
    return _thanks(request, participation)


def _questions(
    request: HttpRequest, participation: Participation, form: DebriefForm, *, status: int = 200
) -> HttpResponse:
    context = of(participation) | {"form": form}
    return render(request, "studies/debrief.html", context, status=status)


def _thanks(request: HttpRequest, participation: Participation) -> HttpResponse:
    context = of(participation)
    if participation.study.show_score:
        context |= {
            "score": participations.own_score(participation),
            "not_counted": participations.not_counted(participation),
        }
    return render_leaving(request, "studies/thanks.html", context, endings.show(participation))
