"""Who works on what: taken once, renewed while its worker lives, free when that is silent."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connections
from django.db.models import F
from django.utils import timezone

from colorizers.models import Colorization, WorkState


def claim(colorization_id: int, *, task_id: str, untried: bool = False) -> str | None:
    """Take a colorization that nobody alive holds; gives the token that stands for the claim.

    `untried`: only if no worker has ever begun it.
    """
    token = f"{task_id}/{uuid.uuid4().hex[:12]}"
    free = Colorization.objects.filter(pk=colorization_id).claimable()
    if untried:
        free = free.filter(attempts=0)
    taken = free.update(
        state=WorkState.RUNNING, claim=token, claimed_at=timezone.now(), attempts=F("attempts") + 1, error=""
    )
    return token if taken else None


class Pulse:
    """Calls `renew` every few seconds while its block runs, so that slow work is not taken for dead work.

    `renew` writes the time of the sign where others look for it; it runs in a thread with a database
    connection of its own.
    """

    def __init__(self, renew: Callable[[], object]) -> None:
        self._renew = renew
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="signs of life", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finished.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._finished.wait(max(0.2, settings.CLAIM_SECONDS / 4)):
                try:
                    self._renew()
                except Error:
                    # The next sign comes in time for a claim to survive a database that is briefly away.
                    connections.close_all()
        finally:
            connections.close_all()


class SignsOfLife(Pulse):
    """Renews the claims on colorizations that it holds while the block runs."""

    def __init__(self) -> None:
        super().__init__(self._renew_held)
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def hold(self, colorization_id: int, token: str) -> None:
        """Renew this claim from now on."""
        with self._lock:
            self._held[token] = colorization_id

    def release(self, token: str) -> None:
        """Renew this claim no more: its work is settled."""
        with self._lock:
            self._held.pop(token, None)

    def _renew_held(self) -> None:
        with self._lock:
            held = dict(self._held)
        if held:
            rows = Colorization.objects.filter(pk__in=held.values(), claim__in=held.keys())
            rows.update(claimed_at=timezone.now())


def silent_since() -> datetime:
    """Who gave no sign of life after this moment is taken for dead."""
    return timezone.now() - timedelta(seconds=settings.CLAIM_SECONDS)
