"""What colorizers' imported pictures of some photos differ by from the photos, besides colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet

from colorizers.models import DeliveredPicture, Photo
from colorizers.pictures.tells import Difference, over

_MEASURES = ("lightness_shift", "lightness_bias", "sharpness", "noise", "displacement")


def differences(colorizers: Iterable[Any], photos: QuerySet[Photo]) -> dict[int, Difference]:
    """By the key of each colorizer that has imported pictures of these photos; in one order, so one sum."""
    rows = DeliveredPicture.objects.filter(
        colorization__colorizer__in=colorizers, colorization__photo__in=photos
    ).annotate(
        resampled=~Q(width=F("colorization__photo__width")) | ~Q(height=F("colorization__photo__height"))
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.order_by("digest", "pk").values("colorization__colorizer", "resampled", *_MEASURES):
        found[row["colorization__colorizer"]].append(row)
    return {colorizer: over(pictures) for colorizer, pictures in found.items()}
