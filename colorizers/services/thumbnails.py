"""Small copies for lists and grids, made when first looked at; never shown to participants."""

import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from PIL import Image

SIDE = 360
LARGE = 960


def thumbnail(file: FieldFile, digest: str, side: int = SIDE) -> bytes:
    """A JPEG of at most so many pixels each way, kept for the next time."""
    name = f"thumbnails/{digest[:2]}/{digest}-{side}.jpg"
    if default_storage.exists(name):
        with default_storage.open(name, "rb") as kept:
            data: bytes = kept.read()
        if data.endswith(b"\xff\xd9"):
            return data
        default_storage.delete(name)
    data = _shrunk(file, side)
    saved = default_storage.save(name, ContentFile(data))
    if saved != name:
        default_storage.delete(saved)
    return data


def _shrunk(file: FieldFile, side: int) -> bytes:
    with file.open("rb") as opened, Image.open(opened) as image:
        small = image.convert("RGB")
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        # No chroma subsampling: the colours are what people come to see.
        small.save(buffer, "JPEG", quality=90, subsampling=0)
        return buffer.getvalue()
