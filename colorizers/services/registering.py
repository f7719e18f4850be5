"""Colorizers: a method with fixed weights, settings, references and seed, under a name."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from colorizers import methods
from colorizers.methods import Method
from colorizers.models import Colorizer, PhotoSet, digest_of
from colorizers.services.checking import WeightsFile, check_weights
from colorizers.services.stored_files import sha256, store_once
from colorizers.tools.command_line import MANAGE


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
    weights_sha256: str = "",
    remark: Callable[[str], object] | None = None,
) -> Colorizer:
    """The colorizer of that name, made if there is none; the same order twice gives the same row.

    New weights are loaded once, in a process of their own, to see that they are complete. `remark` is
    told what is known of them. Freezes the reference set. Raises ColorizerRefused.
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
    if not methods_get(method).paints:
        raise ColorizerRefused(
            f"The method {method!r} paints nothing: a colorizer of it comes with its pictures. Run: "
            f"{MANAGE} import_colorizations FOLDER_OR_ZIP --set S --name {slug}"
        )
    file = WeightsFile(weights, weights.name) if weights is not None else None
    complete(colorizer, file, weights_sha256=weights_sha256)
    found = existing(colorizer)
    if found is not None:
        return found
    for sentence in try_out(colorizer, file):
        if remark is not None:
            remark(sentence)
    return keep(colorizer, file)


def complete(colorizer: Colorizer, weights: WeightsFile | None, *, weights_sha256: str = "") -> None:
    """Check an unsaved colorizer against its method and fill in what follows; raises ColorizerRefused.

    Settings that are not given are those of a published file, else the method's defaults.
    `weights_sha256` may be the first digits only. The weights are not loaded yet: see `try_out`.
    """
    method = methods_get(colorizer.method)
    try:
        colorizer.variant = method.parse_variant(colorizer.variant)
        colorizer.settings = complete_settings(method, _as_published(colorizer, method, weights))
        method.check_useful(colorizer.settings, colorizer.variant)
        _check_needs(method, weights, colorizer.reference_set)
        _check_references(method, colorizer)
        if weights is not None:
            weights.check_digest(weights_sha256)
        elif weights_sha256:
            raise ColorizerRefused("A SHA-256 was given, but no weights that could have it.")
        colorizer.weights_digest = weights.digest if weights is not None else ""
        colorizer.digest = digest_of(colorizer.identity())
        colorizer.clean_fields(exclude=["weights"])
    except ValidationError as error:
        raise ColorizerRefused("; ".join(error.messages)) from error
    except (ValueError, TypeError, OverflowError) as error:
        raise ColorizerRefused(str(error)) from error


def try_out(colorizer: Colorizer, weights: WeightsFile | None) -> list[str]:
    """Load the weights of a completed colorizer once; remarks on them, or ColorizerRefused with a report."""
    if weights is None:
        return []
    try:
        method = methods_get(colorizer.method)
        return check_weights(weights, method, colorizer.variant, colorizer.settings)
    except ValueError as error:
        raise ColorizerRefused(str(error)) from error


@transaction.atomic
def keep(colorizer: Colorizer, weights: WeightsFile | None) -> Colorizer:
    """Store a completed colorizer and freeze its references; the same one stored meanwhile is given back."""
    if weights is not None:
        colorizer.weights = _store_weights(weights)
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


def _as_published(colorizer: Colorizer, method: Method, weights: WeightsFile | None) -> dict[str, Any]:
    """The given settings and, of a published file, those by which its authors' code decodes it."""
    official = weights.official if weights is not None and method.needs_weights else None
    if official is None or official.method != method.name:
        return dict(colorizer.settings)
    return {**official.settings, **colorizer.settings}


def complete_settings(method: Method, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given settings with the method's defaults for the rest, as JSON holds them; raises ValueError."""
    method.parse_settings(given)
    defaults = method.default_settings()
    # 5 and 5.0 are one setting, whoever wrote it: a form, a command, a study file.
    alike = {key: float(value) if isinstance(defaults[key], float) else value for key, value in given.items()}
    settings: dict[str, Any] = json.loads(json.dumps({**defaults, **alike}))
    method.parse_settings(settings)
    return settings


def _check_needs(method: Method, weights: WeightsFile | None, reference_set: PhotoSet | None) -> None:
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


def _check_references(method: Method, colorizer: Colorizer) -> None:
    if method.check_references is None or colorizer.reference_set is None:
        return
    digests = set(colorizer.reference_set.photos.values_list("digest", flat=True))
    method.check_references(method.parse_settings(colorizer.settings), digests)


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


def _store_weights(weights: WeightsFile) -> str:
    digest = weights.digest
    return store_once(
        f"weights/{digest}{weights.suffix}",
        weights.path.read_bytes(),
        is_intact=lambda stored: sha256(stored) == digest,
    )
