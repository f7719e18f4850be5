"""What all rows of the image side share: short names, digests, states of work, what is fixed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

SLUG = RegexValidator(
    r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$",
    _("Use small letters, digits and single -, _ or . between them, as in “kodak-24”."),
)
NAMED = _("In addresses, commands and files: small letters, digits and single - _ . between them")


def digest_of(facts: Any) -> str:
    """SHA-256 of the canonical JSON of some facts: equal facts, equal digest."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class Fixed(ValueError):
    """Something that results already rest on was about to change; the message says what to do instead."""


class WorkState(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (WorkState.QUEUED, WorkState.RUNNING)
