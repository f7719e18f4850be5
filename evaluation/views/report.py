"""The report of a study: the newest one of a population, one by its code, and the button for a new one."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from colorizers.models import OPEN_STATES, WorkState
from evaluation.models import Order, OrderKind, Population, Report
from evaluation.report import charts
from evaluation.report.html import context_of
from evaluation.report.section import Chart
from evaluation.services import orders, report_contents, reports
from evaluation.services.order_panel import of_order
from evaluation.views.access import population_or_404, report_or_404, study_or_404
from studies.models import Study

# So long a page says that what was ordered held nothing new.
NEWS = timedelta(minutes=10)


@require_safe
@never_cache
@login_required
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest report of a population; without one, the button that makes it."""
    study = study_or_404(request, slug)
    people = reports.people_by_population(study)
    population = population_or_404(request) or _first_choice(people)
    newest = reports.newest_report(study, population)
    around = {"tabs": _tabs(study, people, population)} | _ordered(study, population, newest)
    if newest is None:
        others = [
            {"address": address(study, other), "label": other.label}
            for other in Population
            if other != population and reports.newest_report(study, other)
        ]
        context = {
            "study": study, "population": population, "people": people[population], "others": others,
        }  # fmt: skip
        return render(request, "evaluation/no_report.html", context | around)
    return _show(request, newest, {"newer": reports.what_is_newer(newest)} | around)


@require_safe
@never_cache
@login_required
def frozen_report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One report for good, whatever has been answered since: the address to cite."""
    return _show(request, report_or_404(request, slug, code), {"frozen": True})


@require_POST
@login_required
def new_report(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a worker make a report of the data as they are then; the page shows how far it is."""
    study = study_or_404(request, slug)
    population = population_or_404(request) or Population.PEOPLE
    orders.place_order(study=study, population=population, kind=OrderKind.REPORT, by=cast(User, request.user))
    return redirect(address(study, population))


def address(study: Study, population: Population) -> str:
    """Where the newest report of a population is shown."""
    return f"{reverse('evaluation:report', args=[study.slug])}?{urlencode({'population': population.value})}"


def _ordered(study: Study, population: Population, newest: Report | None) -> dict[str, object]:
    """The panel of an order that is under way or came to nothing, and whether the last one found no news."""
    order = orders.newest_order(study, population, OrderKind.REPORT)
    if order is None or (newest and _is_over(order, newest)):
        return {}
    if order.state == WorkState.DONE:
        is_new = order.seen_at is not None and timezone.now() - order.seen_at < NEWS
        return {"no_news": order} if is_new else {}
    return {"order": order, "progress": of_order(order)}


def _is_over(order: Order, newest: Report) -> bool:
    """Whether nothing about an order is worth saying any more: a report has been made since."""
    return order.state not in OPEN_STATES and order.created_at <= newest.created_at


def _show(request: HttpRequest, found: Report, more: dict[str, object]) -> HttpResponse:
    def chart(one: Chart, number: int, part: charts.Part, width: charts.Width, theme: charts.Theme) -> str:
        where = reverse("evaluation:chart-svg", args=[found.study.slug, found.code, one.name])
        return f"{where}?{urlencode({'width': width, 'theme': theme, 'part': number})}"

    context = context_of(found, report_contents.sections_of(found), chart, _picture_address) | {
        "study": found.study,
        "links": True,
        "withdrawn": reports.withdrawn_since(found),
    }
    return render(request, "evaluation/report.html", context | more)


def _picture_address(kind: str, digest: str) -> str:
    return reverse(f"colorizers:{kind}_thumbnail", args=[digest])


def _first_choice(people: dict[Population, int]) -> Population:
    """People, unless there are only simulated participants so far; never both in one."""
    if people[Population.SIMULATED] and not people[Population.PEOPLE]:
        return Population.SIMULATED
    return Population.PEOPLE


def _tabs(study: Study, people: dict[Population, int], current: Population) -> list[dict[str, object]]:
    """The switch between populations; pooling is offered where there is something to pool."""
    mixed = people[Population.PEOPLE] and people[Population.SIMULATED]
    titles = {
        Population.PEOPLE: "People",
        Population.SIMULATED: "Simulated",
        Population.POOLED: "Both pooled",
    }
    return [
        {"title": titles[p], "people": people[p], "address": address(study, p), "current": p == current}
        for p in Population
        if p != Population.POOLED or mixed or p == current
    ]
