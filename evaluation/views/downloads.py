"""A report as files: chart, JSON, one self-contained page, and the trials themselves."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from evaluation import charts, report_files
from evaluation.models import Population, Report
from evaluation.presentation import Page
from evaluation.views.access import population_or_404, report_or_404, study_or_404

# A frozen report never changes, but the drawing may with the next release.
_kept = cache_control(private=True, max_age=3600)


@require_safe
@_kept
@login_required
def chart_svg(request: HttpRequest, slug: str, code: str, width: charts.Width = "wide") -> HttpResponse:
    """The headline chart, wide or narrow."""
    svg = charts.fool_rate_svg(Page(report_or_404(request, slug, code)), width)
    return HttpResponse(svg, content_type="image/svg+xml")


@require_safe
@_kept
@login_required
def chart_png(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The headline chart for slides."""
    found = report_or_404(request, slug, code)
    return _file(charts.fool_rate_png(Page(found)), "image/png", f"{_stem(found)}.png")


@require_safe
@never_cache
@login_required
def report_json(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Every number of the report."""
    found = report_or_404(request, slug, code)
    return _file(found.as_json(), "application/json", f"{_stem(found)}.json")


@require_safe
@never_cache
@login_required
def report_html(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The report as one file that needs no other."""
    found = report_or_404(request, slug, code)
    return _file(report_files.html(found), "text/html; charset=utf-8", f"{_stem(found)}.html")


@require_safe
@never_cache
@login_required
def trials_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """One row a trial, as the data are now."""
    study = study_or_404(request, slug)
    population = population_or_404(request) or Population.PEOPLE
    lines = report_files.csv_lines(study, population)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{study.slug}-{population.value}-trials.csv"'
    return response


def _stem(found: Report) -> str:
    return f"{found.study.slug}-{found.population}-{found.data_digest[:8]}"


def _file(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
