"""Several studies side by side: the choice, and whether they agree."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evaluation.models import Population, Report
from evaluation.report.html import laid_out
from evaluation.services.report_files import drawn_inside
from evaluation.services.together import NotTogether, set_side_by_side
from evaluation.views.access import population_or_404
from studies.models import Study


@require_safe
@never_cache
@login_required
def together(request: HttpRequest) -> HttpResponse:
    """The studies that have reports, and of those chosen what their newest reports say together."""
    population = population_or_404(request) or Population.PEOPLE
    offered = list(_with_reports(request, population))
    chosen = _chosen(request, offered)
    context: dict[str, object] = {
        "offered": [(study, study in chosen) for study in offered],
        "population": population,
        "populations": Population,
    }
    if len(chosen) > 1:
        try:
            found = set_side_by_side(chosen, population)
        except NotTogether as refused:
            context["refused"] = str(refused)
        else:
            if request.GET.get("format") == "json":
                return _file(found.as_json())
            context |= laid_out(found.sections, population, drawn_inside, lambda kind, digest: "")
            context |= {"reports": found.reports, "query": request.GET.urlencode()}
    return render(request, "evaluation/together.html", context)


def _with_reports(request: HttpRequest, population: Population) -> list[Study]:
    reported = Report.objects.filter(population=population).values("study")
    return list(Study.objects.visible_to(request.user).filter(pk__in=reported).order_by("title", "slug"))


def _chosen(request: HttpRequest, offered: list[Study]) -> list[Study]:
    known = {study.slug: study for study in offered}
    asked = list(dict.fromkeys(request.GET.getlist("study")))
    missing = [slug for slug in asked if slug not in known]
    # One that is asked for alone is where somebody comes from: without a report it is merely not ticked.
    if missing and len(asked) > 1:
        raise Http404(f"There is no report of {', '.join(missing)} that you may see.")
    return [known[slug] for slug in asked if slug in known]


def _file(content: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="together.json"'
    return response
