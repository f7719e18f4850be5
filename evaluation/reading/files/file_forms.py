"""The forms in which programs write a table, each opened as one stream of UTF-8 text. Pure.

Plain or gzipped text in UTF-8 or UTF-16, separated by comma, semicolon, tab or bar, and workbooks of Excel
and LibreOffice: what a file is follows from its first bytes and its header, whatever it is called.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, cast

GZIP_MAGIC = b"\x1f\x8b"
PLAIN, GZIP, WORKBOOK = "plain", "gzip", "workbook"
ZIP_MAGIC = b"PK\x03\x04"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
LARGEST_WORKBOOK = 2 << 30
"""Bytes that a workbook may hold once unpacked."""
LONGEST_HEADER = 4 << 20
SEPARATORS = (",", ";", "\t", "|")
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks other than that of UTF-8; that of UTF-32 begins like one of UTF-16."""


class FileFault(ValueError):
    """A file that cannot be read as what it should be; the message says where and what to do."""


@dataclass(frozen=True)
class Form:
    """How a file is packed and encoded, what separates its columns, and what else there is to know."""

    packing: str = PLAIN
    encoding: str = "utf-8"
    separator: str = ","
    lines_before: int = 0
    """Lines above the header that are none of the table: Excel's `sep=;`."""
    remark: str = ""


def form_of(path: Path) -> Form:
    """What the file is, by its content. Raises FileFault for what is no table at all."""
    try:
        found = path.stat()
        return _form(path, found.st_mtime_ns, found.st_size)
    except OSError as error:
        raise FileFault(f"{path} cannot be opened: {error.strerror}") from error


def open_utf8(path: Path) -> BinaryIO:
    """The table as lines of UTF-8 text, unpacked, recoded and taken out of its workbook if need be."""
    form = form_of(path)
    if form.packing == WORKBOOK:
        found = path.stat()
        return io.BytesIO(_sheet(path, found.st_mtime_ns, found.st_size)[0])
    return _text(path, form.packing, form.encoding)


@lru_cache(maxsize=8)
def _form(path: Path, _changed: int, _size: int) -> Form:
    with path.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise FileFault(f"{path.name} is empty: expected a CSV file with a header line")
    if start.startswith(b"PAR1"):
        raise FileFault(f"{path.name} is a Parquet file: export it as CSV")
    if start.startswith((ZIP_MAGIC, OLD_EXCEL_MAGIC)):
        return Form(packing=WORKBOOK, remark=_sheet(path, _changed, _size)[1])
    packing = GZIP if start.startswith(GZIP_MAGIC) else PLAIN
    try:
        with _bytes(path, packing) as content:
            start = content.read(4)
        encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8")
        with _text(path, packing, encoding) as text:
            first = text.readline(LONGEST_HEADER)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        # Whoever reads on says with its line where it breaks.
        return Form(packing=packing)
    header = first.decode("utf-8-sig", "replace")
    declared = re.fullmatch(r'"?sep=([,;\t|])"?\s*', header, re.IGNORECASE)
    if declared:
        return Form(packing, encoding, declared[1], lines_before=1)
    bare = re.sub(r'"[^"]*"', "", header)
    return Form(packing, encoding, max(SEPARATORS, key=bare.count))


def _bytes(path: Path, packing: str) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if packing == GZIP else path.open("rb")


def _text(path: Path, packing: str, encoding: str) -> BinaryIO:
    content = _bytes(path, packing)
    if encoding == "utf-8":
        return content
    return cast(BinaryIO, io.BufferedReader(_Recoded(content, encoding, path.name)))


class _Recoded(io.RawIOBase):
    """A stream of another encoding as UTF-8, block by block."""

    def __init__(self, content: BinaryIO, encoding: str, name: str) -> None:
        self._content, self._name, self._encoding = content, name, encoding.upper()
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""
        self._lines = 1

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._content.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            block = self._content.read(1 << 16)
            try:
                self._ready = self._decoder.decode(block, final=not block).encode()
            except UnicodeDecodeError as error:
                raise FileFault(
                    f"{self._name} is {self._encoding} text that is damaged after line {self._lines} "
                    f"({error.reason}); save it again as CSV (UTF-8)"
                ) from error
            self._lines += self._ready.count(b"\n")
            if not block:
                break
        taken = self._ready[: len(buffer)]
        buffer[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)


@lru_cache(maxsize=2)
def _sheet(path: Path, _changed: int, _size: int) -> tuple[bytes, str]:
    """The first sheet with anything on it as CSV, one line a row, and a remark where there are others."""
    _refuse_other_archives(path)
    # Only here: a plain file needs no reader of workbooks.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                      for name in book.sheet_names}  # fmt: skip
    except (CalamineError, OSError, zipfile.BadZipFile) as error:
        raise FileFault(
            f"{path.name} begins like an Excel workbook, but cannot be read as one ({error}); "
            f"save it again, or export it as CSV (UTF-8)"
        ) from error
    filled = [name for name, rows in sheets.items() if any(cell != "" for row in rows for cell in row)]
    if not filled:
        raise FileFault(f"{path.name} is a workbook without any content: expected a sheet with a header")
    rows = sheets[filled[0]]
    width = max(place + 1 for row in rows for place, cell in enumerate(row) if cell != "")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        cells = [_cell(cell) for cell in row[:width]]
        # A row of nothing is a blank line, which every reader passes over.
        writer.writerow(cells) if any(cells) else out.write("\n")
    others = ", ".join(f"“{name}”" for name in filled[1:])
    remark = f"read from the sheet “{filled[0]}”; not read: {others}" if others else ""
    return out.getvalue().encode(), remark


def _cell(value: object) -> str:
    """A cell as its CSV would have it: whole numbers without a point, flags as 1 and 0, one line."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return " ".join(str(value).splitlines())


def _refuse_other_archives(path: Path) -> None:
    """Zip files that are no workbook, and workbooks that would not fit into memory."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    if not names & {"[Content_Types].xml", "content.xml"}:
        raise FileFault(
            f"{path.name} is a zip archive and no Excel workbook: unpack it and name the table in it"
        )
    size = sum(part.file_size for part in parts)
    if size > LARGEST_WORKBOOK:
        raise FileFault(
            f"{path.name} holds {size >> 20:,} MiB once unpacked, and a workbook may hold "
            f"{LARGEST_WORKBOOK >> 20:,}; export it as CSV (UTF-8)"
        )
