"""The workbench of the image side."""

from colorizers.admin.catalogue import ColorizationAdmin, GenerationRunAdmin
from colorizers.admin.colorizers import ColorizerAdmin
from colorizers.admin.photos import PhotoAdmin, PhotoImportAdmin, PhotoSetAdmin
from colorizers.admin.pictures import PictureImportAdmin

__all__ = [
    "ColorizationAdmin",
    "ColorizerAdmin",
    "GenerationRunAdmin",
    "PhotoAdmin",
    "PhotoImportAdmin",
    "PhotoSetAdmin",
    "PictureImportAdmin",
]
