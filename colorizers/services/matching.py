"""Which photo a delivered file is of: by a table, by its name, or by a digest; what is in doubt is told."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from colorizers.models import DeliveryOutcome
from colorizers.services.photo_facts import csv_rows, plain_path
from colorizers.services.photo_sources import ImportRefused, printable

_DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_NAMED = 5


@dataclass(frozen=True)
class KnownPhoto:
    """A photo of the set, as far as a file can name it."""

    pk: int
    name: str
    digest: str
    source_digest: str


@dataclass(frozen=True)
class Verdict:
    """What a name alone says about a file or a photo: the photo it is of, or why it is of none."""

    name: str
    photo: int | None = None
    outcome: DeliveryOutcome | None = None
    reason: str = ""


@dataclass(frozen=True)
class Matches:
    """A verdict on each file, in their order, and on each photo that is left without one."""

    files: list[Verdict]
    photos: list[Verdict] = field(default_factory=list)


def stem(name: str) -> str:
    """A file's name without folders and ending, in one Unicode form and case: what names are compared by."""
    bare = PurePosixPath(printable(name)).stem
    return unicodedata.normalize("NFC", bare.casefold())


def parse_table(data: bytes, *, called: str) -> dict[str, str]:
    """The photo of each file, both as a table with the columns photo and file names them.

    Raises ImportRefused for a table that cannot be read, or that names a file twice.
    """
    table: dict[str, str] = {}
    for row in csv_rows(data, called=called, needed=("photo", "file")):
        name = plain_path(row["file"])
        if not row["file"] or not row["photo"]:
            continue
        if table.setdefault(name, row["photo"]) != row["photo"]:
            raise ImportRefused(
                f"{called} gives the file {name} to two photos: {table[name]}, {row['photo']}."
            )
    return table


def match(
    files: Sequence[str], photos: Iterable[KnownPhoto], table: Mapping[str, str] | None = None
) -> Matches:
    """Find the photo of each file; `table` gives the photo by the file, both by their names as written.

    No guess is made: two files of one photo, and two photos that one name may mean, are told with both names.
    """
    known = list(photos)
    finder = _Finder(known)
    found = _by_table(files, table, finder) if table is not None else [finder.of_file(name) for name in files]
    rivals: dict[int, list[str]] = defaultdict(list)
    for verdict in found:
        if verdict.photo is not None:
            rivals[verdict.photo].append(verdict.name)
    names = {photo.pk: photo.name for photo in known}
    settled = [_alone(verdict, rivals, names) for verdict in found]
    return Matches(settled, list(_without(known, rivals, finder, files, table)))


def _alone(verdict: Verdict, rivals: Mapping[int, list[str]], names: Mapping[int, str]) -> Verdict:
    of_same = rivals.get(verdict.photo, []) if verdict.photo is not None else []
    if len(of_same) < 2:
        return verdict
    reason = f"Several files are of the photo {names[verdict.photo or 0]}: {_listed(of_same)}. Keep one."
    return Verdict(verdict.name, None, DeliveryOutcome.DOUBLE, reason)


def _without(
    photos: Iterable[KnownPhoto],
    rivals: Mapping[int, list[str]],
    finder: _Finder,
    files: Sequence[str],
    table: Mapping[str, str] | None,
) -> Iterable[Verdict]:
    lost = {finder.of_reference(photo).photo: file for file, photo in (table or {}).items()}
    for photo in photos:
        if rivals.get(photo.pk):
            continue
        alike = finder.alike(photo)
        if table is None and len(alike) > 1:
            reason = f"Names do not tell these photos apart: {_listed(alike)}. Give a table (photo, file)."
            yield Verdict(photo.name, photo.pk, DeliveryOutcome.DOUBLE, reason)
        elif photo.pk in lost:
            reason = f"The table gives it the file {lost[photo.pk]}, which is not there."
            yield Verdict(photo.name, photo.pk, DeliveryOutcome.MISSING, reason)
        elif table is not None:
            yield Verdict(photo.name, photo.pk, DeliveryOutcome.MISSING, "The table does not name it.")
        else:
            reason = f"No file is called {PurePosixPath(photo.name).stem}, with any ending."
            yield Verdict(photo.name, photo.pk, DeliveryOutcome.MISSING, reason)


def _listed(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:MOST_NAMED]), len(names) - MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


class _Finder:
    """The photos of a set by what may name them."""

    def __init__(self, photos: Sequence[KnownPhoto]) -> None:
        self.by_stem: dict[str, list[KnownPhoto]] = defaultdict(list)
        self.by_name: dict[str, list[KnownPhoto]] = defaultdict(list)
        self.by_digest: dict[str, list[KnownPhoto]] = defaultdict(list)
        for photo in photos:
            self.by_stem[stem(photo.name)].append(photo)
            self.by_name[printable(photo.name)].append(photo)
            for digest in {photo.digest, photo.source_digest}:
                self.by_digest[digest].append(photo)

    def alike(self, photo: KnownPhoto) -> list[str]:
        """The names of all photos that its stem may mean."""
        return [other.name for other in self.by_stem[stem(photo.name)]]

    def of_file(self, name: str) -> Verdict:
        """By the file's stem, else by the digest that its stem is."""
        bare = stem(name)
        found = self.by_stem.get(bare) or (self.by_digest.get(bare) if _DIGEST.fullmatch(bare) else None)
        return _one(name, found, f"No photo of the set is called {PurePosixPath(name).stem}.")

    def of_reference(self, reference: str) -> Verdict:
        """By what a table calls a photo: a digest, its name as it stands, or its stem."""
        wanted = printable(reference.strip())
        found = (
            self.by_digest.get(wanted.lower()) or self.by_name.get(wanted) or self.by_stem.get(stem(wanted))
        )
        return _one(reference, found, f"The table says that it is of {reference}, which is not in the set.")


def _one(name: str, found: Sequence[KnownPhoto] | None, none: str) -> Verdict:
    if not found:
        return Verdict(name, None, DeliveryOutcome.UNMATCHED, none)
    if len(found) > 1:
        photos = _listed([photo.name for photo in found])
        reason = f"It may be of several photos: {photos}. Give a table (photo, file)."
        return Verdict(name, None, DeliveryOutcome.DOUBLE, reason)
    return Verdict(name, found[0].pk)


def _by_table(files: Sequence[str], table: Mapping[str, str], finder: _Finder) -> list[Verdict]:
    bare: dict[str, list[str]] = defaultdict(list)
    for name in files:
        bare[PurePosixPath(name).name].append(name)
    # A table may name a file without its folder where no other folder has one of that name.
    paths = {}
    for written, photo in table.items():
        there = [written] if written in files else bare.get(PurePosixPath(written).name, [])
        if len(there) == 1:
            paths[there[0]] = photo
    verdicts = []
    for name in files:
        if name not in paths:
            verdicts.append(Verdict(name, None, DeliveryOutcome.UNMATCHED, "The table does not name it."))
            continue
        found = finder.of_reference(paths[name])
        verdicts.append(Verdict(name, found.photo, found.outcome, found.reason))
    return verdicts
