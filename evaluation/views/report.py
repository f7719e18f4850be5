"""The report of a study: the newest one of a population, one by its code, and the button for a new one."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from evaluation import charts, published, services
from evaluation.models import Population, Report
from evaluation.presentation import Page
from evaluation.views.access import population_or_404, report_or_404, study_or_404
from studies.models import Study


@require_safe
@never_cache
@login_required
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest report of a population; without one, the button that makes it."""
    study = study_or_404(request, slug)
    answers = services.answers_by_population(study)
    population = population_or_404(request) or _first_choice(answers)
    newest = services.newest_report(study, population)
    if newest is None:
        context = {"study": study, "population": population, "tabs": _tabs(study, answers, population)}
        return render(request, "evaluation/no_report.html", context | {"answers": answers[population]})
    newer = services.what_is_newer(newest)
    return _show(request, newest, {"newer": newer, "tabs": _tabs(study, answers, population)})


@require_safe
@never_cache
@login_required
def frozen_report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One report for good, whatever has been answered since: the address to cite."""
    return _show(request, report_or_404(request, slug, code), {"frozen": True})


@require_POST
@login_required
def new_report(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a report of the data as they are now."""
    study = study_or_404(request, slug)
    population = population_or_404(request) or Population.PEOPLE
    before = services.newest_report(study, population)
    made = services.make_report(study=study, population=population, by=cast(User, request.user))
    services.order_scores(services.colorizations_to_score(study=study))
    if made == before:
        messages.info(
            request, "Neither the data nor the analysis have changed: this is still the newest report."
        )
    return redirect(address(study, population))


def address(study: Study, population: Population) -> str:
    """Where the newest report of a population is shown."""
    return f"{reverse('evaluation:report', args=[study.slug])}?{urlencode({'population': population.value})}"


def _show(request: HttpRequest, found: Report, more: dict[str, object]) -> HttpResponse:
    page = Page(found)
    context = {
        "report": found,
        "study": found.study,
        "population": page.population,
        "page": page,
        "chart_words": charts.description(page),
        "published": published,
    }
    return render(request, "evaluation/report.html", context | more)


def _first_choice(answers: dict[Population, int]) -> Population:
    """People, unless there are only simulated participants so far; never both in one."""
    if answers[Population.SIMULATED] and not answers[Population.PEOPLE]:
        return Population.SIMULATED
    return Population.PEOPLE


def _tabs(study: Study, answers: dict[Population, int], current: Population) -> list[dict[str, object]]:
    """The switch between populations; pooling is offered where there is something to pool."""
    mixed = answers[Population.PEOPLE] and answers[Population.SIMULATED]
    titles = {
        Population.PEOPLE: "People",
        Population.SIMULATED: "Simulated",
        Population.POOLED: "Both pooled",
    }
    return [
        {"title": titles[p], "answers": answers[p], "address": address(study, p), "current": p == current}
        for p in Population
        if p != Population.POOLED or mixed or p == current
    ]
