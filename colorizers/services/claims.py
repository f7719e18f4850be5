"""Who works on which colorization: taken once, renewed while its worker lives, free when that is silent."""

import threading
import uuid
from types import TracebackType

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


class SignsOfLife:
    """Renews the claims that it holds while the block runs, so that a slow worker is not taken for dead."""

    def __init__(self) -> None:
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="signs of life", daemon=True)

    def __enter__(self) -> "SignsOfLife":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finished.set()
        self._thread.join()

    def hold(self, colorization_id: int, token: str) -> None:
        """Renew this claim from now on."""
        with self._lock:
            self._held[token] = colorization_id

    def release(self, token: str) -> None:
        """Renew this claim no more: its work is settled."""
        with self._lock:
            self._held.pop(token, None)

    def _renew(self) -> None:
        try:
            while not self._finished.wait(settings.CLAIM_SECONDS / 4):
                with self._lock:
                    held = dict(self._held)
                if held:
                    self._renew_once(held)
        finally:
            connections.close_all()

    @staticmethod
    def _renew_once(held: dict[str, int]) -> None:
        rows = Colorization.objects.filter(pk__in=held.values(), claim__in=held.keys())
        try:
            rows.update(claimed_at=timezone.now())
        except Error:
            # The next sign comes in time for a claim to survive a database that is briefly away.
            connections.close_all()
