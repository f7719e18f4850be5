"""Prolific's signed arrivals: what a token says, checked by the keys that Prolific publishes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from django.conf import settings

from colorizers.tools.nested import load_json
from studies.recruiters import _signatures as signatures
from studies.recruiters._recruiter import UNSIGNED, BadArrival, Query
from studies.recruiters.prolific import ALIASES, TODO, ProlificSettings

NOT_SIGNED = "This study only takes arrivals that Prolific has signed, and this one is not signed."
NOT_THEIRS = "The signature of this arrival is not Prolific's."
EXPIRED = "The signature of this arrival has expired."
FOR_ANOTHER = "The signature of this arrival is meant for another site."
NOT_NOW = "The signature of this arrival cannot be checked at the moment. Please try again in a few minutes."

FETCH_SECONDS = 5.0
LARGEST_KEYS = 100_000
# Keys are fetched anew after an hour, or, a minute after the last time, when a token names an unknown one.
FRESH_SECONDS, AGAIN_SECONDS = 3600.0, 60.0

logger = logging.getLogger(__name__)


class NoKeys(OSError):
    """The keys are not to be had now; the message says why."""


def opened(query: Query, chosen: ProlificSettings) -> Query:
    """The ids that a signed arrival names, as a query; raises BadArrival, in words for the participant."""
    tokens = query.get(chosen.signed_parameter, ())
    if len(tokens) != 1:
        raise _refused(NOT_SIGNED)
    try:
        claims = _verified(tokens[0], _audience(chosen))
    except signatures.Expired as error:
        raise _refused(EXPIRED) from error
    except signatures.ForAnother as error:
        raise _refused(FOR_ANOTHER) from error
    except signatures.NotSigned as error:
        raise _refused(NOT_THEIRS) from error
    except NoKeys as error:
        logger.error("Signed arrivals cannot be checked: %s", error)
        raise BadArrival(NOT_NOW) from error
    return _ids(claims)


def _refused(sentence: str) -> BadArrival:
    return BadArrival(sentence, TODO, kind=UNSIGNED, parameter="")


def _verified(token: str, audience: Sequence[str]) -> dict[str, Any]:
    now = time.time()
    try:
        return signatures.verified(token, _keys.get(), audience=audience, now=now)
    except signatures.UnknownKey:
        return signatures.verified(token, _keys.get(anew=True), audience=audience, now=now)


def _audience(chosen: ProlificSettings) -> list[str]:
    """The names under which Prolific may know this site: its address, its origin, or its host."""
    if chosen.signed_audience:
        return [chosen.signed_audience]
    site = urlsplit(settings.SITE_URL)
    origin = f"{site.scheme}://{site.netloc}"
    names = [settings.SITE_URL, f"{settings.SITE_URL}/", origin, f"{origin}/", site.netloc, site.hostname]
    return [name for name in names if name]


def _ids(claims: Mapping[str, Any]) -> Query:
    """The ids under the names that the link has for them; Prolific puts them into the claim `prolific`."""
    told = claims.get("prolific")
    if isinstance(told, str):
        told = {name: values[0] for name, values in parse_qs(told.lstrip("?")).items()}
    found = {**claims, **(told if isinstance(told, Mapping) else {})}
    by_name = {name.lower(): value for name, value in found.items() if isinstance(value, str)}
    query: dict[str, list[str]] = {}
    for name, others in ALIASES.items():
        value = next((by_name[one] for one in (name.lower(), *others) if one in by_name), None)
        if value is not None:
            query[name] = [value]
    return query


class _Keys:
    """The published keys, remembered for a while: one fetch at a time; old ones while there are no new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._source = ""
        self._keys: list[dict[str, Any]] = []
        self._read_at = self._tried_at = -FRESH_SECONDS

    def get(self, *, anew: bool = False) -> list[dict[str, Any]]:
        """The keys; `anew` if one is missing. Raises NoKeys where none were ever read."""
        with self._lock:
            source: str = settings.PROLIFIC_KEYS
            now = time.monotonic()
            if source != self._source:
                self._source, self._keys = source, []
                self._read_at = self._tried_at = now - FRESH_SECONDS
            old = now - self._read_at >= FRESH_SECONDS
            if (old or anew or not self._keys) and now - self._tried_at >= AGAIN_SECONDS:
                self._tried_at = now
                try:
                    self._keys, self._read_at = _read(source), now
                except (OSError, ValueError, httpx.HTTPError) as error:
                    if not self._keys:
                        raise NoKeys(f"{source}: {error}") from error
                    logger.warning("The keys of %s are those of before: %s", source, error)
            if not self._keys:
                raise NoKeys(f"{source} could not be read a moment ago.")
            return self._keys


def _read(source: str) -> list[dict[str, Any]]:
    if source.startswith("https://"):
        text = fetched(source)
    elif source.lstrip().startswith("{"):
        text = source
    else:
        text = Path(source).read_text(encoding="utf-8")
    found = load_json(text)
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise ValueError("it is no JSON web key set")
    return keys


def fetched(address: str) -> str:
    """What lies at an address; ValueError if it is too large or too slow, httpx.HTTPError otherwise."""
    # A server that sends byte by byte must not hold a visitor: the whole of it has its time.
    deadline = time.monotonic() + FETCH_SECONDS
    data = bytearray()
    with httpx.stream("GET", address, timeout=FETCH_SECONDS, follow_redirects=False) as reply:
        reply.raise_for_status()
        for block in reply.iter_bytes():
            data += block
            if len(data) > LARGEST_KEYS or time.monotonic() > deadline:
                raise ValueError("it is too large or too slow")
    return data.decode()


_keys = _Keys()
