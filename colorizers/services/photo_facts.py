"""Who took a photo and who may use it: from the sidecar photos.csv, else as said for the whole import."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePosixPath

from colorizers.models import Photo
from colorizers.pictures.images import PhotoRefused
from colorizers.services.photo_sources import SIDECAR, Entry, ImportRefused, printable

MAX_SIDECAR_BYTES = 20 * 2**20


@dataclass(frozen=True)
class Facts:
    """What is known of a photo besides its pixels; an empty text is unknown."""

    licence: str = ""
    author: str = ""
    year: str = ""
    source: str = ""
    title: str = ""

    def over(self, general: "Facts") -> "Facts":
        """These facts, and the general ones where these are silent."""
        silent = {
            item.name: getattr(general, item.name) for item in fields(self) if not getattr(self, item.name)
        }
        return replace(self, **silent)

    def check(self) -> None:
        """Raise PhotoRefused if a fact is longer than its column."""
        for item in fields(self):
            limit = getattr(Photo._meta.get_field(item.name), "max_length", None)
            if limit is not None and len(getattr(self, item.name)) > limit:
                raise PhotoRefused(f"Its {item.name} has more than {limit} characters.")


COLUMNS = {item.name for item in fields(Facts)}


@dataclass(frozen=True)
class Sidecar:
    """The facts of all photos.csv files of a source, by file name."""

    rows: dict[str, Facts] = field(default_factory=dict)

    def of(self, name: str, general: Facts) -> Facts:
        return self.rows.get(name, Facts()).over(general)

    def absent_from(self, names: Iterable[str]) -> dict[str, str]:
        """Names that are described but are not there, and what may have been meant."""
        there = set(names)
        similar = {name.casefold(): name for name in there}
        return {
            name: f"photos.csv describes it, but there is no such file.{_hint(similar.get(name.casefold()))}"
            for name in sorted(self.rows.keys() - there)
        }


def _hint(similar: str | None) -> str:
    return f" There is {similar}: small and capital letters have to agree." if similar else ""


def read_sidecars(entries: Iterable[Entry]) -> Sidecar:
    """The facts of every photos.csv among the files; raises ImportRefused if one cannot be understood."""
    rows: dict[str, Facts] = {}
    for entry in entries:
        if not entry.is_sidecar:
            continue
        try:
            data = entry.read()
        except PhotoRefused as refusal:
            raise ImportRefused(f"{entry.name}: {refusal}") from refusal
        folder = PurePosixPath(entry.name).parent
        for name, facts in parse_sidecar(data, called=entry.name).items():
            rows[(folder / name).as_posix()] = facts
    return Sidecar(rows)


def parse_sidecar(data: bytes, *, called: str = SIDECAR) -> dict[str, Facts]:
    """The rows of a photos.csv: columns file, licence, author, year, source, title; , or ; between them."""
    return {
        plain_path(row["file"]): Facts(**{name: row[name] for name in COLUMNS & row.keys()})
        for row in csv_rows(data, called=called, needed=("file",), known=COLUMNS)
        if row["file"]
    }


def csv_rows(
    data: bytes, *, called: str, needed: Sequence[str], known: Iterable[str] = ()
) -> Iterator[dict[str, str]]:
    """The rows of a CSV file with , or ; between cells: what its needed and known columns hold, stripped.

    Column names are compared without case. Raises ImportRefused, which speaks of the file as `called`.
    """
    if len(data) > MAX_SIDECAR_BYTES:
        raise ImportRefused(f"{called} is larger than {MAX_SIDECAR_BYTES >> 20} MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused(
            f"{called} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8."
        ) from error
    if "\0" in text:
        raise ImportRefused(f"{called} is not a text file: it contains NUL characters.")
    header = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in header and "," not in header else ",")
    try:
        names = {(name or "").strip().lower(): name for name in reader.fieldnames or []}
        for column in needed:
            if column not in names:
                raise ImportRefused(
                    f"{called} has no column “{column}”; it has {sorted(names) or 'none'}. "
                    f"Expected: {', '.join([*needed, *sorted(known)])}."
                )
        wanted = [name for name in (*needed, *known) if name in names]
        for row in reader:
            yield {name: (row[names[name]] or "").strip() for name in wanted}
    except csv.Error as error:
        raise ImportRefused(f"{called}, line {reader.line_num}: {error}.") from error


def plain_path(name: str) -> str:
    """A path as a list names it, in the form in which files are known here."""
    return PurePosixPath(printable(name.strip().replace("\\", "/"))).as_posix()
