"""What was ordered: how far it is, and the button that stops it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from colorizers.models import WorkState
from evaluation.models import Order, Population
from evaluation.services import (
    orders,
)
from evaluation.services.order_panel import of_order
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
    orders.cancel_order(order)
    return redirect(address(order.study, Population(order.population)))


@require_POST
@login_required
def dismiss_order(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Take an order that came to nothing off the page: somebody has read why. One under way stays."""
    order = _order_or_404(request, slug, code)
    where = address(order.study, Population(order.population))
    Order.objects.filter(pk=order.pk, state__in=[WorkState.FAILED, WorkState.CANCELLED]).delete()
    return redirect(where)


def _order_or_404(request: HttpRequest, slug: str, code: str) -> Order:
    return get_object_or_404(
        Order.objects.select_related("study"), study=study_or_404(request, slug), code=code
    )
