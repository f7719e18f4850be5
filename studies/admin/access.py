"""Who may see which study: asked of the database once a request, however often a page asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from studies.models import Study

SAFE = ("GET", "HEAD")


def sees_any_study(request: HttpRequest) -> bool:
    """Whether there is a study that the user may see."""
    return _known(request, None)


def sees_study(request: HttpRequest, study_id: int) -> bool:
    """Whether the user may see this study."""
    return _known(request, study_id)


def _known(request: Any, study_id: int | None) -> bool:
    if request.method not in SAFE:
        return _asked(request, study_id)  # What a request changes must not be judged by what was before.
    known: dict[int | None, bool] = request.__dict__.setdefault("_sees_studies", {})
    if study_id not in known:
        known[study_id] = _asked(request, study_id)
    return known[study_id]


def _asked(request: HttpRequest, study_id: int | None) -> bool:
    visible = Study.objects.visible_to(request.user)
    return visible.exists() if study_id is None else visible.filter(pk=study_id).exists()
