"""The data of a study as files: order them, see how far they are, download and delete them."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from evaluation.models import Order, OrderKind, Population
from evaluation.services import (
    orders,
)
from evaluation.services.exports import Format
from evaluation.services.order_panel import of_order
from evaluation.views.access import population_or_404, study_or_404
from studies.models import Study

HOLDS = {
    Format.PSYCH_DS: "All tables as CSV and Parquet with a codebook, the report as JSON, its table in LaTeX, "
    "and scripts in Python and R that begin an analysis",
    Format.CSV: "Trials, participants, photos and conditions, with a codebook",
    Format.PARQUET: "The same tables with their types, smaller and faster to read",
}
SHOWN = 20


@require_safe
@never_cache
@login_required
def exports(request: HttpRequest, slug: str) -> HttpResponse:
    """What there is to order of a population, and what was ordered last."""
    study = study_or_404(request, slug)
    population = population_or_404(request) or Population.PEOPLE
    orders = Order.objects.filter(study=study, population=population, kind=OrderKind.EXPORT)
    orders = orders.select_related("study", "created_by").defer("study__protocol")[:SHOWN]
    context = {
        "study": study,
        "population": population,
        "populations": [(p, address(study, p)) for p in Population],
        "formats": [(form.value, form.label, HOLDS[form]) for form in Format],
        "orders": [_shown(order) for order in orders],
    }
    return render(request, "evaluation/exports.html", context)


@require_POST
@login_required
def new_export(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a worker make an export of the data as they are then."""
    study = study_or_404(request, slug)
    population = population_or_404(request) or Population.PEOPLE
    form = request.POST.get("format", "")
    if form not in Format.values:
        return HttpResponseBadRequest(f"format must be one of {', '.join(Format.values)}, not {form[:50]!r}.")
    orders.place_order(
        study=study, population=population, kind=OrderKind.EXPORT, format=form, by=cast(User, request.user)
    )
    return redirect(address(study, population))


@require_safe
@never_cache
@login_required
def export_file(request: HttpRequest, slug: str, code: str) -> FileResponse:
    """The finished file."""
    order = _order_or_404(request, slug, code)
    try:
        file = order.file.open("rb")
    except (ValueError, FileNotFoundError) as error:
        raise Http404("This export has no file: it is not finished, or its file was removed.") from error
    name = f"{slug}-{order.population}-{order.format}-{order.created_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_POST
@login_required
def cancel_export(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Stop an export that is under way."""
    order = _order_or_404(request, slug, code)
    orders.cancel_order(order)
    return redirect(address(order.study, Population(order.population)))


@require_POST
@login_required
def delete_export(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Remove an order and its file; a worker that is at it stops."""
    order = _order_or_404(request, slug, code)
    study, population = order.study, Population(order.population)
    orders.cancel_order(order)
    order.delete()
    return redirect(address(study, population))


def address(study: Study, population: Population) -> str:
    """Where the exports of a population are."""
    return f"{reverse('evaluation:exports', args=[study.slug])}?{urlencode({'population': population.value})}"


def _shown(order: Order) -> dict[str, Any]:
    return {"order": order, "progress": of_order(order), "size": _size(order), "format": _label(order.format)}


def _label(form: str) -> str:
    return str(Format(form).label) if form in Format.values else form


def _size(order: Order) -> int | None:
    """Bytes of the file, or None where there is none."""
    try:
        return int(order.file.size)
    except (ValueError, OSError):
        return None


def _order_or_404(request: HttpRequest, slug: str, code: str) -> Order:
    orders = Order.objects.filter(kind=OrderKind.EXPORT).select_related("study")
    return get_object_or_404(orders, study=study_or_404(request, slug), code=code)
