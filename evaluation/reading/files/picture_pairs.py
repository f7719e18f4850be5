"""Which picture is to be measured against which: by names in two folders, or by a list."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePath

from colorizers.pictures.photo_containers import PICTURE_ENDINGS
from evaluation.reading.files.csv_faults import FileFault, read_header, records

COLUMNS = ("real", "fake")
_SHOWN = 10


class FoldersDiffer(ValueError):
    """The pictures cannot be paired or measured; the message names those that are at fault."""


@dataclass(frozen=True)
class Pair:
    """A photograph, its recoloured version, and the name under which their numbers stand."""

    name: str
    real: Path
    fake: Path


def paired(real_folder: Path, fake_folder: Path) -> list[Pair]:
    """The pictures of two folders by equal names, else by stems that only one picture has on either side.

    Names are equal however a system stores their accents. Raises FoldersDiffer for what has no counterpart.
    """
    real, fake = _pictures_of(real_folder), _pictures_of(fake_folder)
    partners = {name: name for name in real.keys() & fake.keys()}
    problems = []
    left_real, left_fake = _by_stem(real.keys() - partners), _by_stem(fake.keys() - partners)
    for stem in sorted(left_real | left_fake):
        here, there = left_real.get(stem, []), left_fake.get(stem, [])
        if len(here) == len(there) == 1:
            partners[here[0]] = there[0]
        elif here and there:
            problems.append(f"{', '.join(here)} may belong to any of {', '.join(there)}")
        else:
            folder = fake_folder if here else real_folder
            problems += [f"{name} is missing in {folder}" for name in here or there]
    if problems:
        raise FoldersDiffer(
            f"Each picture needs one of the same name in the other folder, but {_listed(problems)}. "
            "Or list the pairs in a CSV file with the columns real and fake, and give it as --pairs."
        )
    if not real:
        raise FoldersDiffer(f"There are no pictures in {real_folder}.")
    return [Pair(name, real[name], fake[partners[name]]) for name in sorted(real)]


def listed_pairs(table: Path, real_folder: Path | None = None, fake_folder: Path | None = None) -> list[Pair]:
    """The pairs of a CSV file with the columns `real` and `fake`, named by their fakes; one photograph may be
    the real one of many.

    Paths are relative to the folders or, where none are given, to the file. Raises FoldersDiffer.
    """
    try:
        names = read_header(table)
        _, *rows = records(table)
    except FileFault as fault:
        raise FoldersDiffer(f"{fault}.") from fault
    if not set(COLUMNS) <= set(names):
        raise FoldersDiffer(f"{table} needs the columns real and fake; it has {names or 'none'}.")
    folders = {"real": real_folder or table.parent, "fake": fake_folder or table.parent}
    found: dict[str, Pair] = {}
    missing = []
    for line, fields in rows:
        row = dict.fromkeys(COLUMNS, "") | dict(zip(names, fields, strict=False))
        paths = {column: _found(folders[column], row[column].strip()) for column in COLUMNS}
        name = _plain(PurePath(row["fake"].strip()).as_posix())
        missing += [
            f"line {line}: {column} {row[column]!r} is no file in {folders[column]}"
            for column in COLUMNS
            if paths[column] is None
        ]
        if name in found:
            missing.append(f"line {line}: {name} is listed twice")
        real, fake = paths["real"], paths["fake"]
        if real and fake:
            found[name] = Pair(name, real, fake)
    if missing:
        raise FoldersDiffer(f"{table}: {_listed(missing)}.")
    if not found:
        raise FoldersDiffer(f"{table} lists no pairs.")
    return list(found.values())


def left_aside(*folders: Path) -> list[str]:
    """Files without a picture's ending, and folders, which are not looked into."""
    return sorted(
        {
            f"{_plain(path.name)}{'/' * path.is_dir()}"
            for folder in folders
            for path in _visible(folder)
            if path.is_dir() or not _is_picture(path)
        }
    )


def _found(folder: Path, name: str) -> Path | None:
    """The file of that name, however the folder stores its accents."""
    for form in ("NFC", "NFD"):
        path = folder / unicodedata.normalize(form, name)
        if name and path.is_file():
            return path
    path = folder / name
    if not name or not path.parent.is_dir():
        return None
    same = (other for other in path.parent.iterdir() if _plain(other.name) == _plain(path.name))
    return next((other for other in same if other.is_file()), None)


def _pictures_of(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise FoldersDiffer(f"{folder} is not a folder.")
    found: dict[str, Path] = {}
    for path in sorted(_visible(folder)):
        if path.is_file() and _is_picture(path) and found.setdefault(_plain(path.name), path) != path:
            raise FoldersDiffer(f"{folder} holds two files called {_plain(path.name)}, stored differently.")
    return found


def _by_stem(names: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        found[PurePath(name).stem].append(name)
    return found


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_ENDINGS


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _listed(problems: list[str]) -> str:
    rest = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "; ".join(problems[:_SHOWN]) + rest
