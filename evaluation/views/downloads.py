"""A report as files: charts, JSON, one self-contained page, PDF, LaTeX, and the trials themselves."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from evaluation.models import Population, Report
from evaluation.report import charts
from evaluation.report.section import Chart
from evaluation.report.wording import SIMULATED_BANDS
from evaluation.services import report_contents, report_files
from evaluation.views.access import population_or_404, report_or_404, study_or_404

# A frozen report never changes, but the drawing may with the next release.
_kept = cache_control(private=True, max_age=3600)


@require_safe
@_kept
@login_required
def chart_svg(request: HttpRequest, slug: str, code: str, name: str) -> HttpResponse:
    """One chart; `?width=narrow` for phones, `?theme=dark` for dark pages, `?part=0` for its first part."""
    found = report_or_404(request, slug, code)
    chart = _chart(found, name)
    width: charts.Width = "narrow" if request.GET.get("width") == "narrow" else "wide"
    theme: charts.Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    part = _part(chart, SIMULATED_BANDS.get(found.population, ""), request.GET.get("part"))
    return HttpResponse(charts.svg(chart, part, width, theme), content_type="image/svg+xml")


@require_safe
@_kept
@login_required
def chart_png(request: HttpRequest, slug: str, code: str, name: str) -> HttpResponse:
    """One chart for slides."""
    found = report_or_404(request, slug, code)
    chart = _chart(found, name)
    whole = charts.whole(chart, SIMULATED_BANDS.get(found.population, ""))
    return _file(charts.png(chart, whole), "image/png", f"{_stem(found)}-{name}.png")


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
def report_pdf_file(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The report for printing and archiving."""
    found = report_or_404(request, slug, code)
    return _file(report_files.pdf(found), "application/pdf", f"{_stem(found)}.pdf")


@require_safe
@never_cache
@login_required
def report_tex(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The tables for a paper."""
    found = report_or_404(request, slug, code)
    return _file(report_files.tex(found), "application/x-tex; charset=utf-8", f"{_stem(found)}.tex")


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


def _chart(found: Report, name: str) -> Chart:
    """One of the report's charts."""
    known = {chart.name: chart for section in report_contents.sections_of(found) for chart in section.charts}
    if name not in known:
        raise Http404(f"This report has no chart {name!r}; it has {', '.join(known)}.")
    return known[name]


def _stem(found: Report) -> str:
    return f"{found.study.slug}-{found.population}-{found.data_digest[:8]}"


def _file(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _part(chart: Chart, band: str, asked: str | None) -> charts.Part:
    """The whole chart, or one of its parts by number."""
    if asked is None:
        return charts.whole(chart, band)
    parts = charts.parts(chart, band)
    if not (asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked) < len(parts)):
        raise Http404(f"The chart {chart.name} has {len(parts)} parts, counted from 0.")
    return parts[int(asked)]
