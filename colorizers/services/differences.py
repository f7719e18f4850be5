"""What colorizers' imported pictures of some photos differ by from the photos, besides colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet

from colorizers.models import DeliveredPicture, Photo, PictureImport
from colorizers.pictures.tells import Difference, over

_MEASURES = ("lightness_shift", "lightness_bias", "sharpness", "noise", "displacement")


def differences(colorizers: Iterable[Any], photos: QuerySet[Photo]) -> dict[int, Difference]:
    """By the key of each colorizer that has imported pictures of these photos; in one order, so one sum."""
    rows = DeliveredPicture.objects.filter(
        colorization__colorizer__in=colorizers, colorization__photo__in=photos
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in _measured(rows, "colorization__colorizer"):
        found[row["colorization__colorizer"]].append(row)
    return {colorizer: over(pictures) for colorizer, pictures in found.items()}


def difference_of(picture_import: PictureImport) -> Difference | None:
    """The same of the pictures of one import, kept or not; None where none was measured."""
    found = list(_measured(picture_import.files.exclude(lightness_shift=None)))
    return over(found) if found else None


def _measured(rows: QuerySet[DeliveredPicture], *further: str) -> Iterable[dict[str, Any]]:
    """Measures as plain values: an import may have ten thousand rows, and a page asks for them."""
    same_size = Q(width=F("photo__width"), height=F("photo__height")) | Q(photo=None)
    found: Any = rows.annotate(resampled=~same_size).order_by("digest", "pk")
    measured: Iterable[dict[str, Any]] = found.values("resampled", *further, *_MEASURES)
    return measured
