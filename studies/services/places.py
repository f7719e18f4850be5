"""Which participations hold a place in their study, as conditions for a query."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from studies.models import ParticipationState


def finished(prefix: str = "") -> Q:
    """Participations that came to the end: one that the design ended early has judged nothing."""
    return Q(**{f"{prefix}state": ParticipationState.FINISHED, f"{prefix}verdict": ""})


def held(prefix: str = "") -> Q:
    """Participations that are finished, or running with a place that is still kept for them."""
    running = Q(**{
        f"{prefix}state": ParticipationState.STARTED,
        f"{prefix}held_until__gte": timezone.now(),
    })  # fmt: skip
    return running | finished(prefix)
