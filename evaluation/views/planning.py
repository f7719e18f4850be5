"""Planning a study: how many participants and photos it needs, before it starts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from colorizers.tools.command_line import MANAGE
from evaluation.designs._asked import Asked, items
from evaluation.designs._planned import Planning
from evaluation.models import Report
from evaluation.report.html import Grid
from evaluation.report.section import definitions_of
from evaluation.report.wording import number
from evaluation.services.study_plans import USUAL, checks_of, planned, planning_of, question_of, spreads_seen
from evaluation.views.access import study_or_404
from evaluation.views.plan_form import PlanForm
from studies import designs
from studies.models import Study


@require_safe
@never_cache
@login_required
def plan(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The form and its answer; of a study, what it has settled stands in the form."""
    if not request.user.is_staff:
        raise Http404("Planning is for researchers.")
    study = study_or_404(request, slug) if slug else None
    design = study.design if study else request.GET.get("design", USUAL)
    known = planned()
    if study is None and design not in known:
        raise Http404(f"There is no planner for a design “{design}”. There are: {', '.join(known)}.")
    planning = planning_of(design) if design in known else None
    context: dict[str, Any] = {
        "study": study,
        "design": design,
        "designs": [(name, designs.get(name).title) for name in known] if study is None else [],
        "title": designs.get(design).title if design in designs.names() else design,
    }
    if planning:
        context |= _answered(request, study, design, planning)
    return render(request, "evaluation/plan.html", context)


def _answered(request: HttpRequest, study: Study | None, design: str, planning: Planning) -> dict[str, Any]:
    """Form and answer; without the answer where the numbers do not fit together."""
    start = question_of(study, planning) if study else planning.Question()
    form = PlanForm(request.GET.dict(), start)
    question = start if not form.is_bound else form.question() if form.is_valid() else None
    found: dict[str, Any] = {"form": form, "spreads": _spreads(request, design, planning)}
    if question:
        sections = planning.plan(question, checks_of(design, question, study))
        found |= {
            "answer": sections[0],
            "parts": [(section, [Grid(table, "") for table in section.tables]) for section in sections[1:]],
            "definitions": definitions_of(sections),
            "command": _command(design, question),
        }
    return found


def _spreads(request: HttpRequest, design: str, planning: Planning) -> list[tuple[str, Report]]:
    """What earlier studies found, in words, with the report that says so."""
    labels = {item.name: item.label for item in items(planning.Question)}
    return [
        (
            ", ".join(
                f"{labels[name]} {'not estimated' if value is None else number(value, 2)}"
                for name, value in seen.found.items()
            ),
            seen.report,
        )
        for seen in spreads_seen(request.user, design, planning)
    ]


def _command(design: str, question: Asked) -> str:
    """The same question on the terminal; what is as usual is left out."""
    usual = type(question)()
    told = [
        f"--{item.name.replace('_', '-')} {item.text(getattr(question, item.name))}"
        for item in items(type(question))
        if getattr(question, item.name) != getattr(usual, item.name)
    ]
    which = [] if design == USUAL else [f"--design {design}"]
    return " ".join([f"{MANAGE} plan_study", *which, *told])
