"""What was ordered: how far it is, and the button that stops it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from evaluation import services
from evaluation.models import Order, Population
from evaluation.presentation.orders import of_order
from evaluation.views.access import study_or_404
from evaluation.views.report import address


@require_safe
@never_cache
@login_required
def order_progress(request: HttpRequest, slug: str, code: str) -> JsonResponse:
    """State, stage and share of an order, for the panel that asks every second."""
    return JsonResponse(of_order(_order_or_404(request, slug, code)))


@require_POST
@login_required
def cancel_order(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Stop an order; what was made so far is kept for the next one."""
    order = _order_or_404(request, slug, code)
    services.cancel_order(order)
    return redirect(address(order.study, Population(order.population)))


def _order_or_404(request: HttpRequest, slug: str, code: str) -> Order:
    return get_object_or_404(
        Order.objects.select_related("study"), study=study_or_404(request, slug), code=code
    )
