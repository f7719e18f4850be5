"""Recruiters that show a study in a frame of theirs: their people must be able to read errors there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse

from studies import recruiters

LANDING = "/s/"


def framed(response: HttpResponse, origins: Sequence[str]) -> HttpResponse:
    """Let these origins show the page in a frame of theirs; no other page of the site may be framed."""
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": list(origins)}  # type: ignore[attr-defined]
    return response


def readable_errors(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let recruiters' frames show what went wrong at a landing page, whatever answered: 403 to 500.

    Only what is read: a page that answers a form may hold the form again, and no foreign page may lay
    itself over that. The innermost middleware, so that those which write the headers come after it.
    """
    origins = sorted({one for name in recruiters.names() for one in recruiters.get(name).framed_by})

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        read = request.method in ("GET", "HEAD") or response.status_code == 403
        if response.status_code >= 400 and request.path.startswith(LANDING) and read:
            framed(response, origins)
        return response

    return middleware
