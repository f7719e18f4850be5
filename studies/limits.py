"""How much one visitor may ask for in a while: counted in a cache, and forgotten with it.

Without the cache nothing is limited: a survey that answers matters more than one that counts. The decision
is docs/decisions/0018-limits.md.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.cache import caches
from django.core.checks import CheckMessage, Warning
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from redis import RedisError

logger = logging.getLogger(__name__)

CACHE = "limits"
# So long a cache that did not answer is left alone: nobody waits for it again and again.
LEFT_ALONE_SECONDS = 10.0
# What simulated participants and the blinding audit send to be let through; nobody else can sign it.
PASS_HEADER = "X-Foolrate-Pass"  # noqa: S105 - the name of a header
_PASS_SALT = "studies.limits.pass"  # noqa: S105
_PASS_SECONDS = 86_400


@dataclass(frozen=True)
class Limit:
    """So many in a stretch of time; the setting says how many, and 0 that there is no limit."""

    name: str
    setting: str
    seconds: int


ADDRESS = Limit("address", "LIMIT_ADDRESS", 60)
BEGINNINGS = Limit("beginnings", "LIMIT_BEGINNINGS", 3600)
VISITS = Limit("visits", "LIMIT_VISITS", 3600)
PARTICIPATION = Limit("participation", "LIMIT_PARTICIPATION", 60)


class TooMany(Exception):
    """More than the limit allows; `retry_after` says in how many seconds there is room again."""

    def __init__(self, limit: Limit, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"More than {getattr(settings, limit.setting)} in {limit.seconds} s ({limit.name}).")


# --- counting --------------------------------------------------------------------------------


def count_address(request: HttpRequest, *limits: Limit, of: str = "") -> None:
    """Count a request of this network address under each of the limits; raises TooMany.

    `of` names what is counted apart, such as a study.
    """
    address = client_address(request)
    # Behind a socket without a name for its other side nobody can be told apart.
    if address and not is_let_through(request):
        for limit in limits:
            _count(limit, f"{address} {of}" if of else address)


def count_participation(request: HttpRequest, code: object) -> None:
    """Count a request that belongs to a participation; raises TooMany."""
    if not is_let_through(request):
        _count(PARTICIPATION, str(code))


def _count(limit: Limit, who: str) -> None:
    most: int = getattr(settings, limit.setting)
    if not most:
        return
    now = time.time()
    window = int(now // limit.seconds)
    # The cache holds no address, and nothing that could be turned back into one without the key.
    hidden = salted_hmac("studies.limits", f"{limit.name} {who}", algorithm="sha256").hexdigest()[:32]
    seen = _counter.add(f"{limit.name}:{window}:{hidden}", seconds=2 * limit.seconds)
    if seen is not None and seen > most:
        raise TooMany(limit, max(1, math.ceil((window + 1) * limit.seconds - now)))


class _Counter:
    """Counts in the cache, or nothing for a while after the cache was not there."""

    def __init__(self) -> None:
        self._left_alone_until = 0.0

    def add(self, key: str, *, seconds: int) -> int | None:
        """How often the key was counted, this time included; None where nobody knows."""
        if time.monotonic() < self._left_alone_until:
            return None
        cache: Any = caches[CACHE]
        try:
            try:
                return int(cache.incr(key))
            except ValueError:
                # The first of its time; of two first ones the second counts on.
                return 1 if cache.add(key, 1, timeout=seconds) else int(cache.incr(key))
        except (RedisError, OSError, ValueError) as error:
            self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            logger.warning("Nothing is limited for %g s: %s", LEFT_ALONE_SECONDS, error)
            return None


_counter = _Counter()


# --- who it is -------------------------------------------------------------------------------


def client_address(request: HttpRequest) -> str:
    """The visitor's network: an IPv4 address, or the 64 bits of IPv6 that one household has; empty: unknown.

    What X-Forwarded-For says counts only as far back as there are proxies that we trust: the rest of it is
    the visitor's own invention.
    """
    trusted: int = settings.TRUSTED_PROXIES
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    named = told[-trusted] if trusted and len(told) >= trusted else ""
    return _network(named) or _network(request.META.get("REMOTE_ADDR", ""))


def _network(text: str) -> str:
    """An address without port, brackets and what changes within one household; empty if it is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
        return str(address.ipv4_mapped)
    return str(address)


def login_address(request: HttpRequest) -> str | None:
    """Whose failed logins are counted: without it, everybody behind a proxy would be one visitor."""
    return client_address(request).partition("/")[0] or None


def let_through(server: str) -> dict[str, str]:
    """The header with which this installation's own programs are let through at that address, for a day.

    It says whose it is: another host that is asked by mistake can do nothing with it.
    """
    host = urlsplit(server).hostname or ""
    return {PASS_HEADER: signing.TimestampSigner(salt=_PASS_SALT).sign(host)}


def is_let_through(request: HttpRequest) -> bool:
    """Whether one of this installation's own programs asks."""
    signed = request.headers.get(PASS_HEADER, "")
    if not signed:
        return False
    try:
        host = signing.TimestampSigner(salt=_PASS_SALT).unsign(signed, max_age=_PASS_SECONDS)
    except signing.BadSignature:
        return False
    return host == urlsplit(f"//{request.get_host()}").hostname


def check_proxies(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """A site that speaks HTTPS is behind a proxy; unless that is trusted, all visitors have its address."""
    if (
        not settings.HTTPS
        or settings.TRUSTED_PROXIES
        or not (settings.LIMIT_ADDRESS or settings.LIMIT_BEGINNINGS)
    ):
        return []
    return [
        Warning(
            "The site is behind a proxy that no setting trusts, so all visitors count as one address.",
            hint="Set TRUSTED_PROXIES to how many proxies in front add to X-Forwarded-For, mostly 1.",
            id="studies.W001",
        )
    ]
