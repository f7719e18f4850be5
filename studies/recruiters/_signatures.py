"""Signed arrivals: JSON web tokens (RFC 7519) under RS256 or ES256, checked by published keys (RFC 7517).

Only what recruiters use is taken: a token in three parts, one of two algorithms, a key that the header names.
The key's own kind decides how it is used, so that no header can talk a public key into being a secret.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from colorizers.tools.nested import load_json

LONGEST_TOKEN = 8192
LEAST_RSA_BITS = 2048
# Clocks differ: so much later than its end, or earlier than its beginning, a token still holds.
LEEWAY_SECONDS = 120.0
ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}


class NotSigned(ValueError):
    """The token does not hold, whoever made it."""


class UnknownKey(NotSigned):
    """The token names a key that is not among these: they may have changed."""


class Expired(NotSigned):
    """The token was good, before or later."""


class ForAnother(NotSigned):
    """The token is meant for somebody else."""


def verified(
    token: str, keys: Sequence[Mapping[str, Any]], *, audience: Sequence[str], now: float
) -> dict[str, Any]:
    """What a token claims, once its signature, times and audience hold; raises NotSigned.

    `keys` are the entries of a key set; `now` is in seconds since 1970.
    """
    parts = token.split(".") if len(token) <= LONGEST_TOKEN else []
    if len(parts) != 3:
        raise NotSigned("A signed arrival has three parts.")
    header, claims = _json(parts[0]), _json(parts[1])
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or "crit" in header:
        raise NotSigned("The algorithm must be RS256 or ES256.")
    key = _key(keys, header.get("kid"), algorithm)
    _check_signature(key, algorithm, _bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode("ascii"))
    _check_times(claims, now)
    named = claims.get("aud")
    meant = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    if not any(name in audience for name in meant):
        raise ForAnother("The token is for another audience.")
    return claims


def _key(keys: Sequence[Mapping[str, Any]], kid: Any, algorithm: str) -> Mapping[str, Any]:
    fitting = [
        key
        for key in keys
        if key.get("kty") == ALGORITHMS[algorithm]
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and (kid is None or key.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise UnknownKey("The token names no key of the set.")
    return fitting[0]


def _check_signature(key: Mapping[str, Any], algorithm: str, signature: bytes, signed: bytes) -> None:
    try:
        if algorithm == "RS256":
            public = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
            if public.key_size < LEAST_RSA_BITS:
                raise NotSigned("The key is too short.")
            public.verify(signature, signed, padding.PKCS1v15(), SHA256())
            return
        if key.get("crv") != "P-256" or len(signature) != 64:
            raise NotSigned("ES256 takes the curve P-256.")
        halves = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        point = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1())
        point.public_key().verify(encode_dss_signature(*halves), signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, KeyError, TypeError, ValueError) as error:
        raise NotSigned("The signature does not hold.") from error


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    ends, begins = claims.get("exp"), claims.get("nbf", 0)
    if not all(isinstance(time, int | float) and not isinstance(time, bool) for time in (ends, begins)):
        raise NotSigned("The token has no end.")
    if not begins - LEEWAY_SECONDS <= now < ends + LEEWAY_SECONDS:  # type: ignore[operator]
        raise Expired("The token is not valid now.")


def _json(part: str) -> dict[str, Any]:
    try:
        found = load_json(_bytes(part))
    except ValueError as error:
        raise NotSigned("The token cannot be read.") from error
    if not isinstance(found, dict):
        raise NotSigned("The token cannot be read.")
    return found


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError) as error:
        raise NotSigned("The token cannot be read.") from error


def _number(text: Any) -> int:
    return int.from_bytes(_bytes(str(text)))
