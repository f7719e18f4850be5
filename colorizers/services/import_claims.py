"""Who works on which import: taken once, renewed while its process lives, given up when cancelled."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q
from django.utils import timezone

from colorizers.models import OPEN_STATES, PhotoImport, WorkState
from colorizers.services.claims import Pulse, silent_since


def cancel_import(photo_import: PhotoImport) -> bool:
    """Stop an import after the file that it is at; what came in is kept. False if it was over."""
    stopped = PhotoImport.objects.filter(pk=photo_import.pk, state__in=OPEN_STATES).update(
        state=WorkState.CANCELLED, error="Cancelled; what came in is kept.", finished_at=timezone.now()
    )
    photo_import.refresh_from_db()
    return bool(stopped)


class Busy(Exception):
    """Somebody else is at it, and gives signs of life."""


@contextmanager
def held(photo_import: PhotoImport) -> Iterator[None]:
    """Hold an import for this process alone; raises Busy."""
    token = uuid.uuid4().hex
    rows = PhotoImport.objects.filter(pk=photo_import.pk, state__in=OPEN_STATES)
    free = rows.filter(Q(claim="") | Q(claimed_at__lt=silent_since()))
    if not free.update(claim=token, claimed_at=timezone.now(), error=""):
        raise Busy
    mine = rows.filter(claim=token)
    try:
        with Pulse(lambda: mine.update(claimed_at=timezone.now())):
            yield
    finally:
        PhotoImport.objects.filter(pk=photo_import.pk, claim=token).update(claim="")
