"""Rows of the image side: photos, photo sets, colorizers and the catalogue that they make."""

from colorizers.models.catalogue import Colorization, ColorizationQuerySet, GenerationRun
from colorizers.models.colorizers import Colorizer
from colorizers.models.common import NAMED, OPEN_STATES, SLUG, Fixed, WorkState, digest_of
from colorizers.models.deliveries import MEASURES, DeliveredPicture, DeliveryOutcome, PictureImport
from colorizers.models.imports import FilesImport, ImportedFile, ImportOutcome, PhotoImport
from colorizers.models.photos import Photo, PhotoSet

__all__ = [
    "MEASURES", "NAMED", "OPEN_STATES", "SLUG", "Colorization", "ColorizationQuerySet", "Colorizer",
    "DeliveredPicture", "DeliveryOutcome", "FilesImport", "Fixed", "GenerationRun", "ImportOutcome",
    "ImportedFile", "Photo", "PhotoImport", "PhotoSet", "PictureImport", "WorkState", "digest_of",
]  # fmt: skip
