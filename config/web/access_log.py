"""The access log: which page, how fast and with what outcome; never by whom. docs/privacy.md describes it."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import time
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse

from studies.limits import client_address

KEY = "foolrate.log"
SALT = "FOOLRATE_LOG_SALT"  # from the supervisor to its processes: random, and never stored
NOWHERE = "-"

logger = logging.getLogger("access")
_salt = os.environ.get(SALT, "").encode() or os.urandom(16)


def write(method: str, status: int, size: int, seconds: float, facts: Mapping[str, str]) -> None:
    """One line: visitor, method, pattern of the address, status, bytes, milliseconds."""
    visitor, route = facts.get("visitor", NOWHERE), facts.get("route", NOWHERE)
    logger.info("%s %s %s %d %d B %.0f ms", visitor, method, route, status, size, 1000 * seconds)


def facts_for_the_log(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: tell the server what it may log of a request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if match is not None:
            route = f"/{match.route}"
        else:
            route = "/static/…" if response.status_code in {200, 304} else NOWHERE
        request.META[KEY] = {"route": route, "visitor": visitor_mark(client_address(request))}
        return response

    return middleware


def visitor_mark(address: str, *, now: float | None = None) -> str:
    """Six letters that tell visitors of one day apart; nobody can turn them back into an address.

    They hang on a random number that lives in the memory of the running site only.
    """
    if not address:
        return NOWHERE
    day = int((time.time() if now is None else now) // 86_400)
    return hmac.new(_salt, f"{day} {address}".encode(), hashlib.sha256).hexdigest()[:6]
