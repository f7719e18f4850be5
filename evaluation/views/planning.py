"""Planning a study: how many participants and photos it needs, before it starts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evaluation.designs._pair.study_plan import Planner, Question
from evaluation.report.plan import PlanPage
from evaluation.services.study_plans import checks_of, question_of, spreads_seen
from evaluation.views.access import study_or_404
from evaluation.views.plan_form import PlanForm


@require_safe
@never_cache
@login_required
def plan(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The form and its answer; of a study, what it has settled stands in the form."""
    if not request.user.is_staff:
        raise Http404("Planning is for researchers.")
    study = study_or_404(request, slug) if slug else None
    start = question_of(study) if study else Question()
    form = PlanForm(request.GET.dict(), start)
    question = None
    if not form.is_bound:
        question = start
    elif form.is_valid():
        question = form.question()
    context = {
        "study": study,
        "form": form,
        "plan": PlanPage(Planner(question), checks_of(study, question)) if question else None,
        "spreads": spreads_seen(request.user),
    }
    return render(request, "evaluation/plan.html", context)
