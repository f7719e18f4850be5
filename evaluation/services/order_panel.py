"""How far an order is, as its panel shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from colorizers.models import OPEN_STATES, WorkState
from colorizers.tools.command_line import MANAGE
from evaluation.models import Order, OrderKind
from evaluation.services.orders import is_silent

PATIENCE = timedelta(seconds=10)
"""A worker that is there takes an order within a second or two."""

LABELS = {
    WorkState.QUEUED: "Waiting for a worker",
    WorkState.RUNNING: "Being made",
    WorkState.DONE: "Done",
    WorkState.FAILED: "Not made",
    WorkState.CANCELLED: "Cancelled",
}


def of_order(order: Order) -> dict[str, Any]:
    """State, stage and share as the panel's script takes them, and what to do where nothing moves."""
    active = order.state in OPEN_STATES
    return {
        "state": order.state,
        "label": LABELS[WorkState(order.state)],
        "summary": _summary(order) if active else "",
        "percent": round(100 * order.done / order.total) if order.total else 0,
        "active": active,
        "can_cancel": active,
        "error": _trouble(order),
    }


def _summary(order: Order) -> str:
    if order.total:
        return f"{order.stage}: {order.done:,} of {order.total:,}"
    return order.stage


def _trouble(order: Order) -> str:
    """What went wrong and what to do; empty while all is well."""
    is_export = order.kind == OrderKind.EXPORT
    command, rest = ("export_data", " --out FILE.zip") if is_export else ("report", "")
    here = f"{MANAGE} {command} {order.study.slug} --population {order.population}{rest}"
    if order.state == WorkState.FAILED:
        return (
            f"{order.error} Nothing that was answered is lost. Order it again; if that fails too, {here} "
            f"makes it on the server and shows the whole error."
        )
    if order.state == WorkState.CANCELLED:
        return order.error
    if order.state == WorkState.RUNNING and is_silent(order):
        return "The worker that had it has fallen silent. Another goes on with it as soon as one is running."
    waits = (
        order.state == WorkState.QUEUED and (order.seen_at or order.created_at) < timezone.now() - PATIENCE
    )
    if waits:
        return (
            f"No worker has taken it yet: either all are busy, or none is running. `make worker` starts one. "
            f"Without a worker, {here} makes it at once."
        )
    return ""
