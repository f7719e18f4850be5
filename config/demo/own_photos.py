"""A user's own folder of photographs, of which the demonstration takes no more than it can show soon."""

from __future__ import annotations

import shutil
from pathlib import Path

from config.demo.photos import SIDECAR, TooFewPhotos
from config.demo.plan import FEWEST_PHOTOS

MOST = 60
SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".heic"}


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder and its subfolders, in their order; hidden ones are left out.

    Raises TooFewPhotos if that cannot be enough.
    """
    if not folder.is_dir():
        raise TooFewPhotos(
            f"There is no folder {folder}. Give one with photographs: make demo PHOTOS=~/Pictures"
        )
    found = sorted(path for path in folder.rglob("*") if _is_picture(path, folder))
    if len(found) < FEWEST_PHOTOS:
        raise TooFewPhotos(
            f"{folder} holds {len(found)} pictures; at least {FEWEST_PHOTOS} colour photographs are needed "
            "(JPEG, PNG, TIFF or WebP, 256 pixels or more on the shorter side)."
        )
    return found


def _is_picture(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def choose(folder: Path, into: Path, *, most: int = MOST) -> Path:
    """The folder itself, or a copy of so many of its pictures, evenly from first to last.

    Whatever photos.csv files say of licence and author goes along.
    """
    pictures = pictures_in(folder)
    if len(pictures) <= most:
        return folder
    chosen = [pictures[index * len(pictures) // most] for index in range(most)]
    shutil.rmtree(into, ignore_errors=True)
    for path in [*chosen, *folder.rglob(SIDECAR)]:
        target = into / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return into
