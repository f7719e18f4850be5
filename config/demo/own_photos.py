"""A user's own folder of photographs, of which the demonstration takes no more than it can show soon."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from config.demo.photos import SIDECAR, TooFewPhotos

FEWEST_PHOTOS = 10
MOST = 60
SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".heic"}


def folder_slug(folder: Path) -> str:
    """A name for a folder that no folder of the same name elsewhere gets."""
    words = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "photos"
    return f"{words[:40].strip('-')}-{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}"


def pictures_in(folder: Path, *, fewest: int = FEWEST_PHOTOS, option: str = "PHOTOS") -> list[Path]:
    """The picture files of a folder and its subfolders, in their order; hidden ones are left out.

    Raises TooFewPhotos if that cannot be enough.
    """
    if not folder.is_dir():
        raise TooFewPhotos(
            f"There is no folder {folder}. Give one with photographs: make demo {option}=~/Pictures"
        )
    found = sorted(path for path in folder.rglob("*") if _is_picture(path, folder))
    if len(found) < fewest:
        kind = "colour photographs are" if fewest > 1 else "photograph is"
        raise TooFewPhotos(
            f"{folder} holds {len(found)} pictures; at least {fewest} {kind} needed "
            "(JPEG, PNG, TIFF or WebP, 256 pixels or more on the shorter side)."
        )
    return found


def _is_picture(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def choose(
    folder: Path, into: Path, *, most: int = MOST, fewest: int = FEWEST_PHOTOS, option: str = "PHOTOS"
) -> Path:
    """The folder itself, or a copy of so many of its pictures, evenly from first to last.

    Whatever photos.csv files say of licence and author goes along.
    """
    pictures = pictures_in(folder, fewest=fewest, option=option)
    if len(pictures) <= most:
        return folder
    chosen = [pictures[index * len(pictures) // most] for index in range(most)]
    shutil.rmtree(into, ignore_errors=True)
    for path in [*chosen, *folder.rglob(SIDECAR)]:
        target = into / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return into
