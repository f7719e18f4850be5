"""Orders: what a researcher asked a worker to make of a study, from the click to the finished thing.

Making it is somebody else's: `fulfil` takes an order for this process, tells how far it is, and settles it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from enum import Enum

from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from colorizers.models import OPEN_STATES, WorkState
from colorizers.services.claims import Pulse, silent_since
from colorizers.services.sending import send
from evaluation.models import Order, OrderKind, Population
from studies.models import Study

STEP_SECONDS = 120.0
REPORT_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """The order was cancelled while it was worked on, or taken over."""


class OutOfTime(Exception):
    """This step is over; what was made so far is kept, and the next step goes on from there."""


class Outcome(Enum):
    """How a worker's turn at an order ended."""

    SETTLED = "settled"
    UNFINISHED = "unfinished"
    BUSY = "busy"


@transaction.atomic
def place_order(
    *, study: Study, population: Population, kind: OrderKind, format: str = "", by: User | None = None
) -> Order:
    """Order something of a study; one under way is given back, and sent again if it lies idle.

    If the queue cannot be reached, the order waits, with the reason; `recover_abandoned` sends it later.
    """
    # The study's row is the lock: two clicks at once must not order twice.
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    wanted = Order.objects.filter(study=study, population=population, kind=kind, format=format)
    active = wanted.filter(state__in=OPEN_STATES).first()
    if active is not None and not is_silent(active):
        return active
    order = active or Order.objects.create(
        study=study, population=population, kind=kind, format=format, created_by=by
    )
    transaction.on_commit(lambda: _send(order))
    return order


def newest_order(study: Study, population: Population, kind: OrderKind) -> Order | None:
    """What was ordered last of a study's population."""
    return Order.objects.filter(study=study, population=population, kind=kind).first()


def cancel_order(order: Order) -> bool:
    """Stop an order: at once if it waits, at its next sign of progress if it runs; False if it was over."""
    stopped = _open(order.pk).update(state=WorkState.CANCELLED, stage="")
    order.refresh_from_db()
    return bool(stopped)


def is_silent(order: Order) -> bool:
    """Whether nobody works on an open order: never taken for a while, or its worker fell silent."""
    since = order.seen_at or order.created_at
    return since < silent_since()


class Progress:
    """Tells how far an order is, at most twice a second.

    Raises Stopped when it was cancelled, or another worker has taken it as this one had fallen silent.
    """

    def __init__(self, order: Order, seconds: float | None = STEP_SECONDS) -> None:
        self._order = order
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._told = 0.0
        self._stage = ""

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done now, and how much of it."""
        now = time.monotonic()
        if stage == self._stage and now - self._told < REPORT_SECONDS:
            return
        self._stage, self._told = stage, now
        running = in_hand(self._order)
        if not running.update(stage=stage, done=done, total=total, seen_at=timezone.now()):
            raise Stopped

    def may_pause(self) -> None:
        """Raise OutOfTime if this step has lasted long enough; for places from which work can go on."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise OutOfTime


Maker = Callable[[Order, Progress], None]
"""Makes what was ordered and keeps it in the order's row; what an earlier step has made is not made again."""


def fulfil(order_id: int, makers: Mapping[str, Maker]) -> Outcome:
    """Take an order that nobody works on and make it; delivered twice, it is made once.

    An error is kept with the order in words; OperationalError is raised, as the database may come back.
    """
    order = Order.objects.select_related("study").get(pk=order_id)
    if order.state not in OPEN_STATES:
        return Outcome.SETTLED
    free = Q(state=WorkState.QUEUED) | Q(state=WorkState.RUNNING, seen_at__lt=silent_since())
    taken = Order.objects.filter(free, pk=order_id, attempt=order.attempt).update(
        state=WorkState.RUNNING, error="", seen_at=timezone.now(), attempt=order.attempt + 1
    )
    if not taken:
        return Outcome.BUSY
    order.attempt += 1
    try:
        with Pulse(lambda: in_hand(order).update(seen_at=timezone.now())):
            makers[order.kind](order, Progress(order))
    except Stopped:
        return Outcome.SETTLED
    except OutOfTime:
        in_hand(order).update(state=WorkState.QUEUED, seen_at=timezone.now())
        return Outcome.UNFINISHED
    except OperationalError:
        in_hand(order).update(state=WorkState.QUEUED)
        raise
    except Exception as error:
        logger.exception("The order %s failed.", order.code)
        _fail(in_hand(order), f"{type(error).__name__}: {error}")
        return Outcome.SETTLED
    in_hand(order).update(state=WorkState.DONE, stage="", seen_at=timezone.now())
    return Outcome.SETTLED


def in_hand(order: Order) -> QuerySet[Order]:
    """The order's row, as long as it is in the hands of the worker that took it with this attempt.

    A worker that was suspended may wake when another has long taken the order over: it changes nothing then.
    """
    return Order.objects.filter(pk=order.pk, state=WorkState.RUNNING, attempt=order.attempt)


def recover_abandoned() -> int:
    """Send again what lies idle, as the worker that had it is gone; gives how many orders that is."""
    idle = [order for order in Order.objects.filter(state__in=OPEN_STATES) if is_silent(order)]
    for order in idle:
        _send(order)
    return len(idle)


def _send(order: Order) -> None:
    _open(order.pk).update(error=send("evaluation.tasks.fulfil_order", order.pk))
    order.refresh_from_db()


def _fail(order: QuerySet[Order], error: str) -> None:
    order.update(state=WorkState.FAILED, stage="", error=error)


def _open(order_id: int) -> QuerySet[Order]:
    return Order.objects.filter(pk=order_id, state__in=OPEN_STATES)
