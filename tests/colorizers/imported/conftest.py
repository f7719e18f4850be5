"""A set of photos, and finished pictures of it in folders and archives."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from colorizers.models import PhotoSet
from colorizers.services import deliveries, delivering
from tests.builders import make_photo_set
from tests.conftest import colourful_pixels, png_bytes


@pytest.fixture
def meadow(db) -> PhotoSet:
    """Four photos of 96 x 80 pixels, photo-000.png to photo-003.png."""
    return make_photo_set(4)


def painted(seed: int) -> np.ndarray:
    """A picture of the photo with this seed as some model might make it: its colours changed places."""
    return np.ascontiguousarray(colourful_pixels(seed)[..., ::-1])


def results(n: int = 4) -> dict[str, bytes]:
    """A finished picture of each of n photos."""
    return {f"photo-{seed:03d}.png": png_bytes(painted(seed)) for seed in range(n)}


def folder_of(tmp_path: Path, files: dict[str, bytes], name: str = "results") -> Path:
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    for called, data in files.items():
        path = folder / called
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zip_of(tmp_path: Path, files: dict[str, bytes], name: str = "results.zip") -> Path:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        for called, data in files.items():
            archive.writestr(called, data)
    return path


def look(path: Path, photo_set: PhotoSet, slug: str = "ours", **more):
    return delivering.import_colorizations(path, photo_set=photo_set, slug=slug, **more)


def keep(path: Path, photo_set: PhotoSet, slug: str = "ours", *, partial: bool = False, **more):
    found = look(path, photo_set, slug, **more)
    deliveries.keep(found, partial=partial)
    return found


def outcomes(picture_import) -> dict[str, str]:
    return dict(picture_import.files.values_list("name", "outcome"))


def reason(picture_import, name: str) -> str:
    return picture_import.files.get(name=name).reason
