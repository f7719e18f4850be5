"""Going through a table record by record, and saying in words what is wrong with it and on which line.

Slow and careful: the fast reader calls in here for the header, and again when something does not fit.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from evaluation.reading.files.file_forms import FileFault as FileFault
from evaluation.reading.files.file_forms import form_of, open_utf8

MISSING = frozenset({"", "na", "nan", "null", "none"})
"""What stands for "no value" in a column of numbers, flags or sides, in lower case."""

LARGEST = 1e100
"""No time or place is larger; the squares of what is would leave the range of a number."""

NOTHING: Mapping[str, str] = MappingProxyType({})
POINT, COMMA = ".", ","
_WITH_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_LIKE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line on which it starts, fields) of each record, header first, blank lines left out.

    Raises FileFault for bytes that are not UTF-8, an unclosed quote and a gzip file that is cut off or
    damaged.
    """
    form = form_of(path)
    with open_utf8(path) as stream:
        lines = _decoded(stream, path.name)
        for _ in range(form.lines_before):
            next(lines)
        reader = csv.reader(lines, delimiter=form.separator, strict=True)
        while True:
            line = reader.line_num + 1 + form.lines_before
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
    if first[0] != 1 + form_of(path).lines_before:
        raise FileFault(f"{path.name}: line 1 is blank, expected the header; remove the blank lines above it")
    names = [name.strip() for name in first[1]]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise FileFault(f"{path.name}: the header names {', '.join(twice)} more than once; keep one of each")
    return names


def locate(
    names: Sequence[str],
    wanted: Sequence[str],
    aliases: dict[str, str],
    path: Path,
    meanings: Mapping[str, str] = NOTHING,
) -> dict[str, str]:
    """Which wanted column (key) is called what in the file (value); refuses when one is missing.

    `meanings` says of a column what it holds, where that is easily mistaken.
    """
    spoken = {name: name for name in names}
    for alias, name in aliases.items():
        if alias in spoken and name not in spoken:
            spoken[name] = alias
    missing = [name for name in wanted if name not in spoken]
    if missing:
        expected = "".join(f"; {name}: {meanings[name]}" for name in missing if name in meanings)
        raise FileFault(
            f"{path.name}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"found {', '.join(names)}{expected}"
        )
    return spoken


def line_of_row(path: Path, row: int) -> int:
    """The line on which data row `row` (0 = the first after the header) starts."""
    for number, (line, _) in enumerate(records(path)):
        if number == row + 1:
            return line
    raise FileFault(f"{path.name} has no data row {row + 1}")


def decimal_mark(path: Path, names: Sequence[str], columns: Iterable[str]) -> str:
    """What the file writes between a number and its decimals: a comma as soon as one number has one.

    Raises FileFault where a comma could as well part the thousands: 1,234 in a file whose columns are not
    separated by semicolons.
    """
    places = {names.index(name): name for name in columns}
    doubtful: tuple[int, str, str] | None = None
    rows = records(path)
    next(rows)
    for line, fields in rows:
        for place, name in places.items():
            text = fields[place].strip() if place < len(fields) else ""
            if "," not in text or not _WITH_COMMA.fullmatch(text):
                continue
            if form_of(path).separator == ";" or not _LIKE_THOUSANDS.fullmatch(text):
                return COMMA
            doubtful = doubtful or (line, name, text)
    if doubtful:
        line, name, text = doubtful
        raise FileFault(
            f"{path.name}, line {line}: {name} is {text!r}, and the comma may stand for decimals or part the "
            f"thousands; write {text.replace(',', '.')} or {text.replace(',', '')}"
        )
    return POINT


def plain_number(text: str, decimal: str = POINT) -> str:
    """The text of a number with a decimal point."""
    return text.replace(COMMA, POINT) if decimal == COMMA and POINT not in text else text


def find_fault(path: Path, names: Sequence[str], numeric: dict[str, str], decimal: str = POINT) -> None:
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
            if not is_number(fields[place], decimal):
                mark = " (decimals after a comma, as elsewhere in this file)" if decimal == COMMA else ""
                raise FileFault(
                    f"{path.name}, line {line}: {name} is {fields[place]!r}; "
                    f"expected a number or an empty field{mark}"
                )


def is_number(text: str, decimal: str = POINT) -> bool:
    """Whether a field holds a number as other programs write it, or nothing."""
    text = text.strip(" \t")
    if text.lower() in MISSING:
        return text in missing_spellings() or text.lower() == "nan"
    if decimal == COMMA and POINT in text:
        return False
    text = plain_number(text, decimal)
    try:
        float(text)
    except ValueError:
        return False
    # Python alone takes these for numbers: 1_000, digits of other scripts, other spaces around.
    return text.isascii() and "_" not in text and text == text.strip()


def missing_spellings() -> set[str]:
    """MISSING as it may be spelled: na, NA, Na."""
    return {spelling for word in MISSING for spelling in (word, word.upper(), word.title())} | {"NaN"}
