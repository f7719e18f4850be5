"""Finished colorizations with real files, without a worker."""

import uuid
import zlib

import numpy as np
from django.core.files.base import ContentFile

from colorizers.models import Colorization, Colorizer, Photo, PhotoSet, WorkState
from tests.conftest import colourful_pixels, png_bytes


def paint(
    *, seed: int, size: int = 96, fake: np.ndarray | None = None, colorizer: str = "l2"
) -> Colorization:
    """A photo of `size` x `size` pixels and its recolouring (that of another seed, unless given)."""
    real = colourful_pixels(seed, width=size, height=size)
    fake = colourful_pixels(seed + 1000, width=size, height=size) if fake is None else fake
    photo, made = Photo.objects.get_or_create(
        digest=f"{seed:064d}",
        defaults={
            "name": f"p{seed}.png",
            "width": size,
            "height": size,
            "mean_chroma": 20,
            "source_digest": "",
        },
    )
    if made:
        photo.file.save(f"p{seed}.png", ContentFile(png_bytes(real)))
        PhotoSet.objects.get_or_create(name="painted")[0].photos.add(photo)
    painter, _ = Colorizer.objects.get_or_create(
        slug=colorizer, defaults={"method": "grey", "seed": zlib.crc32(colorizer.encode())}
    )
    colorization = Colorization(photo=photo, colorizer=painter, state=WorkState.DONE, digest=uuid.uuid4().hex)
    colorization.file.save(f"c{seed}.png", ContentFile(png_bytes(fake)))
    return colorization
