"""Colorizers: a method with fixed weights, settings, references and seed, under a name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from colorizers import methods
from colorizers.methods import Method
from colorizers.models import Colorizer, PhotoSet, digest_of
from colorizers.services.stored_files import sha256, store_once


class ColorizerRefused(ValueError):
    """These cannot be registered as a colorizer; the message says what is wrong and what was expected."""


def register_colorizer(
    *,
    slug: str,
    method: str,
    variant: str = "",
    settings: Mapping[str, Any] | None = None,
    weights: Path | None = None,
    reference_set: PhotoSet | None = None,
    seed: int = 0,
    title: str = "",
    description: str = "",
) -> Colorizer:
    """The colorizer of that name, made if there is none; the same order twice gives the same row.

    Freezes the reference set. Raises ColorizerRefused.
    """
    colorizer = Colorizer(
        slug=slug,
        title=title,
        description=description,
        method=method,
        variant=variant,
        settings=dict(settings or {}),
        reference_set=reference_set,
        seed=seed,
    )
    try:
        data = weights.read_bytes() if weights is not None else None
    except OSError as error:
        raise ColorizerRefused(f"The weights {weights} cannot be read: {error.strerror}.") from error
    complete(colorizer, data)
    return existing(colorizer) or keep(colorizer, data, suffix=weights.suffix if weights else "")


def complete(colorizer: Colorizer, weights: bytes | None) -> None:
    """Check an unsaved colorizer against its method and fill in what follows; raises ColorizerRefused."""
    method = methods_get(colorizer.method)
    try:
        colorizer.variant = method.parse_variant(colorizer.variant)
        colorizer.settings = complete_settings(method, colorizer.settings)
        _check_needs(method, weights, colorizer.reference_set)
        colorizer.weights_digest = sha256(weights) if weights is not None else ""
        colorizer.digest = digest_of(colorizer.identity())
        colorizer.clean_fields(exclude=["weights"])
    except ValidationError as error:
        raise ColorizerRefused("; ".join(error.messages)) from error
    except (ValueError, TypeError) as error:
        raise ColorizerRefused(str(error)) from error


@transaction.atomic
def keep(colorizer: Colorizer, weights: bytes | None, *, suffix: str = "") -> Colorizer:
    """Store a completed colorizer and freeze its references; the same one stored meanwhile is given back."""
    if weights is not None:
        colorizer.weights = _store_weights(suffix, weights)
    if colorizer.reference_set is not None:
        colorizer.reference_set.freeze()
    try:
        with transaction.atomic():
            colorizer.save()
    except IntegrityError:
        twin = existing(colorizer)
        if twin is None:
            raise
        return twin
    return colorizer


def methods_get(name: str) -> Method:
    """The method of that name; raises ColorizerRefused, which names the nearest known one."""
    try:
        return methods.get(name)
    except (ValueError, TypeError, ImportError) as error:
        raise ColorizerRefused(str(error)) from error


def complete_settings(method: Method, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given settings with the method's defaults for the rest, as JSON holds them; raises ValueError."""
    method.parse_settings(given)
    settings: dict[str, Any] = json.loads(json.dumps({**method.default_settings(), **given}))
    method.parse_settings(settings)
    return settings


def _check_needs(method: Method, weights: bytes | None, reference_set: PhotoSet | None) -> None:
    if method.needs_weights and weights is None:
        raise ColorizerRefused(f"The method {method.name!r} needs a file of trained weights.")
    if weights is not None and not method.needs_weights:
        raise ColorizerRefused(f"The method {method.name!r} takes no weights.")
    if method.needs_reference and (reference_set is None or not reference_set.photos.exists()):
        raise ColorizerRefused(
            f"The method {method.name!r} needs a reference set with photos to take colours from."
        )
    if reference_set is not None and not method.needs_reference:
        raise ColorizerRefused(f"The method {method.name!r} takes no colours from a reference set.")


def existing(wanted: Colorizer) -> Colorizer | None:
    """The registered colorizer that is the same one; ColorizerRefused if only name or identity agree."""
    by_name = Colorizer.objects.filter(slug=wanted.slug).first()
    if by_name is not None:
        if by_name.digest == wanted.digest:
            return by_name
        raise ColorizerRefused(
            f"A colorizer called {wanted.slug!r} is registered with other contents: "
            f"{_differences(by_name, wanted)}. Give the new one another name."
        )
    twin = Colorizer.objects.filter(digest=wanted.digest).first()
    if twin is not None:
        raise ColorizerRefused(f"The same colorizer is registered already, under the name {twin.slug!r}.")
    return None


def _differences(registered: Colorizer, wanted: Colorizer) -> str:
    there, here = registered.identity(), wanted.identity()
    return ", ".join(f"{key} {there[key]!r}, not {here[key]!r}" for key in there if there[key] != here[key])


def _store_weights(suffix: str, data: bytes) -> str:
    digest = sha256(data)
    return store_once(f"weights/{digest}{suffix}", data, is_intact=lambda stored: sha256(stored) == digest)
