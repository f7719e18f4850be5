"""Opening a CSV file, plain or gzipped, and saying in words what is wrong with it and on which line.

Slow and careful: the fast reader calls in here for the header, and again when something does not fit.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

GZIP_MAGIC = b"\x1f\x8b"
MISSING = frozenset({"", "na", "nan", "null", "none"})
"""What stands for "no value" in a column of numbers, flags or sides, in lower case."""

LARGEST = 1e100
"""No time or place is larger; the squares of what is would leave the range of a number."""

_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook: export it as CSV (UTF-8)",
    b"\xff\xfe": "UTF-16 text: save it as CSV (UTF-8)",
    b"\xfe\xff": "UTF-16 text: save it as CSV (UTF-8)",
    b"PAR1": "a Parquet file: export it as CSV",
}


class FileFault(ValueError):
    """A file that cannot be read as what it should be; the message says where and what to do."""


def is_gzip(path: Path) -> bool:
    """Whether the content is gzipped, whatever the file is called; refuses what is no CSV at all."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise FileFault(f"{path} cannot be opened: {error.strerror}") from error
    if not start:
        raise FileFault(f"{path.name} is empty: expected a CSV file with a header line")
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise FileFault(f"{path.name} is {what}")
    return start.startswith(GZIP_MAGIC)


def open_binary(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if need be."""
    return cast(BinaryIO, gzip.open(path, "rb")) if is_gzip(path) else path.open("rb")


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line on which it starts, fields) of each record, header first, blank lines left out.

    Raises FileFault for bytes that are not UTF-8, an unclosed quote and a gzip file that is cut off or
    damaged.
    """
    line = 1
    with open_binary(path) as stream:
        reader = csv.reader(_decoded(stream, path.name), strict=True)
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "new-line" in str(error):
                    raise FileFault(f"{path.name}: lines end in CR alone; save it with LF or CRLF") from error
                raise FileFault(
                    f"{path.name}, line {line}: a quote is wrong or never closed ({error})"
                ) from error
            if fields:
                yield line, fields


def _decoded(stream: BinaryIO, name: str) -> Iterator[str]:
    number = 0
    try:
        for number, raw in enumerate(stream, start=1):
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise FileFault(
            f"{name}, line {number}: byte 0x{error.object[error.start]:02x} at place {error.start + 1} "
            f"is not UTF-8; save the file as UTF-8"
        ) from error
    except EOFError as error:
        raise FileFault(
            f"{name} is a gzip file that is cut off: it ends soon after line {number}; copy it again"
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FileFault(f"{name} is a damaged gzip file, broken after line {number} ({error})") from error


def read_header(path: Path) -> list[str]:
    """The names of the columns, stripped; refuses a file without one, and a name that occurs twice."""
    first = next(records(path), None)
    if first is None:
        raise FileFault(f"{path.name} is empty: expected a CSV file with a header line")
    if first[0] != 1:
        raise FileFault(f"{path.name}: line 1 is blank, expected the header; remove the blank lines above it")
    names = [name.strip() for name in first[1]]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise FileFault(f"{path.name}: the header names {', '.join(twice)} more than once; keep one of each")
    return names


def locate(
    names: Sequence[str], wanted: Sequence[str], aliases: dict[str, str], path: Path
) -> dict[str, str]:
    """Which wanted column (key) is called what in the file (value); refuses when one is missing."""
    spoken = {name: name for name in names}
    for alias, name in aliases.items():
        if alias in spoken and name not in spoken:
            spoken[name] = alias
    missing = [name for name in wanted if name not in spoken]
    if missing:
        hint = ""
        if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
            hint = ". The header holds no comma: separate the columns by commas"
        raise FileFault(
            f"{path.name}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"found {', '.join(names)}{hint}"
        )
    return spoken


def line_of_row(path: Path, row: int) -> int:
    """The line on which data row `row` (0 = the first after the header) starts."""
    for number, (line, _) in enumerate(records(path)):
        if number == row + 1:
            return line
    raise FileFault(f"{path.name} has no data row {row + 1}")


def find_fault(path: Path, names: Sequence[str], numeric: dict[str, str]) -> None:
    """Go through the file record by record and raise FileFault at the first that does not fit.

    `numeric` maps a column of the file to what it is called in the message. Returns if nothing is found.
    """
    places = {names.index(name): spoken for name, spoken in numeric.items()}
    rows = records(path)
    next(rows)
    for line, fields in rows:
        if [field.strip() for field in fields] == list(names):
            raise FileFault(f"{path.name}, line {line}: the header is repeated; were two files joined?")
        if len(fields) != len(names):
            raise FileFault(
                f"{path.name}, line {line}: {len(fields)} fields, expected {len(names)} as in the header"
            )
        for place, name in places.items():
            if not is_number(fields[place]):
                raise FileFault(
                    f"{path.name}, line {line}: {name} is {fields[place]!r}; "
                    f"expected a number or an empty field"
                )


def is_number(text: str) -> bool:
    """Whether a field holds a number as other programs write it, or nothing."""
    text = text.strip(" \t")
    if text.lower() in MISSING:
        return text in missing_spellings() or text.lower() == "nan"
    try:
        float(text)
    except ValueError:
        return False
    # Python alone takes these for numbers: 1_000, digits of other scripts, other spaces around.
    return text.isascii() and "_" not in text and text == text.strip()


def missing_spellings() -> set[str]:
    """MISSING as it may be spelled: na, NA, Na."""
    return {spelling for word in MISSING for spelling in (word, word.upper(), word.title())} | {"NaN"}
