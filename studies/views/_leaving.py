"""Pages that send a participant back: the only ones from which a form may go to a recruiter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studies.recruiters._recruiter import Leaving


def render_leaving(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    leaving: Leaving | None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page that includes studies/_leaving.html, and let its form reach the recruiter's host."""
    response = render(request, template, context | {"leaving": leaving}, status=status)
    if leaving is not None and leaving.fields:
        response._csp_update = {"form-action": [leaving.origin]}  # type: ignore[attr-defined]
    return response
