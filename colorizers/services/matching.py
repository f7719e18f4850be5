"""Which photo a delivered file is of: by a table, by its name, or by a digest; what is in doubt is told."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from colorizers.models import DeliveryOutcome
from colorizers.services.photo_facts import csv_rows, plain_path
from colorizers.services.photo_sources import ImportRefused, printable

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SAMPLE = re.compile(r"[0-9]{1,5}")
_NUMBERED = re.compile(rf"(.+)_({_SAMPLE.pattern})")
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
    sample: int = 1


@dataclass(frozen=True)
class Listed:
    """What a table says of a file: the photo as it calls it, and which of several pictures of that it is."""

    photo: str
    sample: int = 1


@dataclass(frozen=True)
class Matches:
    """A verdict on each file, in their order, and on each photo that is left without one."""

    files: list[Verdict]
    photos: list[Verdict] = field(default_factory=list)


def stem(name: str) -> str:
    """A file's name without folders and ending, in one Unicode form and case: what names are compared by."""
    bare = PurePosixPath(printable(name)).stem
    return unicodedata.normalize("NFC", bare.casefold())


def parse_table(data: bytes, *, called: str) -> dict[str, Listed]:
    """What a table with the columns photo, file and perhaps sample says of each file.

    Raises ImportRefused for a table that cannot be read, or that names a file twice.
    """
    table: dict[str, Listed] = {}
    for row in csv_rows(data, called=called, needed=("photo", "file"), known=("sample",)):
        name = plain_path(row["file"])
        if not row["file"] or not row["photo"]:
            continue
        sample = row.get("sample") or "1"
        if not _SAMPLE.fullmatch(sample):
            raise ImportRefused(f"{called}: the sample of {name} is no number, but {sample!r}.")
        listed = Listed(row["photo"], int(sample))
        if table.setdefault(name, listed) != listed:
            both = f"{table[name].photo}, {listed.photo}"
            raise ImportRefused(f"{called} says two things of the file {name}: {both}.")
    return table


def match(
    files: Sequence[str], photos: Iterable[KnownPhoto], table: Mapping[str, Listed] | None = None
) -> Matches:
    """Find the photo of each file; `table` says it by the file's name as written.

    cat_2 is the second sample of the photo cat, unless a photo is called cat_2. No guess is made: two files
    of one photo and sample, and two photos that one name may mean, are told with both names.
    """
    known = list(photos)
    finder = _Finder(known)
    found = _by_table(files, table, finder) if table is not None else [finder.of_file(name) for name in files]
    rivals: dict[tuple[int, int], list[str]] = defaultdict(list)
    for verdict in found:
        if verdict.photo is not None:
            rivals[verdict.photo, verdict.sample].append(verdict.name)
    names = {photo.pk: photo.name for photo in known}
    settled = [_alone(verdict, rivals, names) for verdict in found]
    return Matches(settled, list(_without(known, {photo for photo, _ in rivals}, finder, table)))


def _alone(
    verdict: Verdict, rivals: Mapping[tuple[int, int], list[str]], names: Mapping[int, str]
) -> Verdict:
    if verdict.photo is None:
        return verdict
    of_same = rivals[verdict.photo, verdict.sample]
    if len(of_same) < 2:
        return verdict
    which = f"sample {verdict.sample} of the photo" if verdict.sample != 1 else "the photo"
    reason = f"Several files are of {which} {names[verdict.photo]}: {_listed(of_same)}. Keep one."
    return Verdict(verdict.name, None, DeliveryOutcome.DOUBLE, reason)


def _without(
    photos: Iterable[KnownPhoto],
    matched: Collection[int],
    finder: _Finder,
    table: Mapping[str, Listed] | None,
) -> Iterable[Verdict]:
    lost = {finder.of_reference(listed.photo).photo: file for file, listed in (table or {}).items()}
    for photo in photos:
        if photo.pk in matched:
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
        """By the file's stem, else by the digest that its stem is; then without a number at its end."""
        bare = stem(name)
        found, sample = self._called(bare), 1
        numbered = _NUMBERED.fullmatch(bare)
        if not found and numbered is not None:
            found, sample = self._called(numbered[1]), int(numbered[2])
        verdict = _one(name, found, f"No photo of the set is called {PurePosixPath(name).stem}.")
        return replace(verdict, sample=sample)

    def _called(self, bare: str) -> list[KnownPhoto] | None:
        return self.by_stem.get(bare) or (self.by_digest.get(bare) if _DIGEST.fullmatch(bare) else None)

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


def _by_table(files: Sequence[str], table: Mapping[str, Listed], finder: _Finder) -> list[Verdict]:
    bare: dict[str, list[str]] = defaultdict(list)
    for name in files:
        bare[PurePosixPath(name).name].append(name)
    # A table may name a file without its folder where no other folder has one of that name.
    paths = {}
    known = set(files)
    for written, listed in table.items():
        there = [written] if written in known else bare.get(PurePosixPath(written).name, [])
        if len(there) == 1:
            paths[there[0]] = listed
    verdicts = []
    for name in files:
        if name not in paths:
            verdicts.append(Verdict(name, None, DeliveryOutcome.UNMATCHED, "The table does not name it."))
            continue
        found = finder.of_reference(paths[name].photo)
        verdicts.append(replace(found, name=name, sample=paths[name].sample))
    return verdicts
