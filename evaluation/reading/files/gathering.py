"""Gathering the columns of a file of responses, block by block, into compact arrays. Pure.

A million responses take about a second: the text of a block is coded and let go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from evaluation.reading.files.csv_faults import (
    COMMA,
    LARGEST,
    MISSING,
    POINT,
    FileFault,
    decimal_mark,
    find_fault,
    line_of_row,
    missing_spellings,
)
from evaluation.reading.files.file_forms import GZIP, form_of, open_utf8
from evaluation.statistics.arrays import Floats
from evaluation.statistics.table import (
    UNKNOWN,
    Factor,
    ResponseTable,
    phase_label,
    side_code,
    truth_code,
)

if TYPE_CHECKING:
    from studies.designs._columns import Column

BLOCK_BYTES = 8 << 20


@dataclass
class GatheredNames:
    """Gathers a column of names; labels are stripped, an empty one is -1."""

    spell: Callable[[str], str] = str.strip
    codes: list[npt.NDArray[np.int32]] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=lambda: {"": UNKNOWN})
    spelled: dict[str, int] = field(default_factory=dict)

    type = pa.dictionary(pa.int32(), pa.string())

    def add(self, column: Any, _first_row: int) -> None:
        labels = column.dictionary.to_pylist()
        for label in labels:
            if label not in self.spelled:
                self.spelled[label] = self.known.setdefault(self.spell(label), len(self.known) - 1)
        here = np.fromiter(map(self.spelled.__getitem__, labels), np.int32, len(labels))
        self.codes.append(here[_plain(column.indices)])

    def result(self) -> Factor:
        return Factor(np.concatenate(self.codes), tuple(self.known)[1:])


@dataclass
class GatheredFlags:
    """Gathers a column with few meanings, coded 0, 1 and -1, and counts the spellings that mean nothing."""

    code: Callable[[object], int]
    codes: list[npt.NDArray[np.int8]] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)
    first_unknown: int = 0

    type = pa.dictionary(pa.int32(), pa.string())

    def add(self, column: Any, first_row: int) -> None:
        labels = column.dictionary.to_pylist()
        indices = _plain(column.indices)
        here = np.asarray([self.code(label) for label in labels], dtype=np.int8)
        self.codes.append(here[indices])
        for place, label in enumerate(labels):
            if here[place] == UNKNOWN and label.strip().lower() not in MISSING:
                where = np.flatnonzero(indices == place)
                row = first_row + int(where[0])
                self.first_unknown = min(self.first_unknown, row) if self.unknown else row
                self.unknown[label] = self.unknown.get(label, 0) + len(where)

    def result(self) -> npt.NDArray[np.int8]:
        return np.concatenate(self.codes)


@dataclass
class GatheredNumbers:
    """Gathers a column of numbers; NaN where there is none."""

    parts: list[Floats] = field(default_factory=list)

    type = pa.float64()

    def add(self, column: Any, _first_row: int) -> None:
        self.parts.append(_plain(column))

    def result(self) -> Floats:
        return np.concatenate(self.parts)


def _plain(column: Any) -> npt.NDArray[Any]:
    """A column of numbers as numpy sees it, NaN or -1 where there is none.

    Arrow's own conversion first loads pandas, where pandas is installed: as long as reading 300,000 rows.
    """
    kind = np.dtype(str(column.type).replace("double", "float64"))
    present, values = column.buffers()
    end = column.offset + len(column)
    plain = np.frombuffer(values, dtype=kind, count=end)[column.offset :]
    if column.null_count:
        bits = np.unpackbits(np.frombuffer(present, dtype=np.uint8), count=end, bitorder="little")
        plain = np.where(bits[column.offset :] == 1, plain, np.nan if kind.kind == "f" else UNKNOWN)
        plain = plain.astype(kind, copy=False)
    return plain


Gatherer = GatheredNames | GatheredFlags | GatheredNumbers
_NAMES = (
    "participant_id", "model", "image_id", "phase", "source", "excluded", "arrangement", "photo_cluster",
)  # fmt: skip
_FLAGS: dict[str, Callable[[object], int]] = {
    "fake_side": side_code, "chosen_side": side_code, "fooled": truth_code, "attention_passed": truth_code,
    "voided": truth_code,
}  # fmt: skip
_NUMBERS = ("row_id", "trial_index", "rt_ms", "exposure_ms")
KNOWN = (*_NAMES, *_FLAGS, *_NUMBERS)
"""What a table of responses has, whatever the design."""


def _gatherer(name: str, own: Mapping[str, Column]) -> Gatherer:
    if name in _FLAGS:
        return GatheredFlags(_FLAGS[name])
    if name in own and name not in KNOWN:
        # Only here: a file of pair tests is read without the rest of the house.
        from studies.designs._columns import FLAG, TEXT, TIME

        kind = own[name].type
        if kind == FLAG:
            return GatheredFlags(truth_code)
        return GatheredNames() if kind in (TEXT, TIME) else GatheredNumbers()
    if name in _NAMES:
        return GatheredNames(phase_label if name == "phase" else str.strip)
    return GatheredNumbers()


@dataclass(frozen=True)
class Gathered:
    """The columns of a file under their names here."""

    columns: dict[str, Gatherer]
    rows: int

    def table(self) -> ResponseTable:
        """All but `excluded`; clusters only where there are such."""
        found = {name: column.result() for name, column in self.columns.items() if name != "excluded"}
        cluster = found.get("photo_cluster")
        if isinstance(cluster, Factor) and not cluster.labels:
            # Empty throughout.
            del found["photo_cluster"]
        return ResponseTable.of(found)

    def names(self, name: str) -> Factor:
        """A column of names; one that names nothing where the file has none."""
        column = self.columns.get(name)
        if isinstance(column, GatheredNames):
            return column.result()
        return Factor(np.full(self.rows, UNKNOWN, dtype=np.int32), ())

    def unknown_values(self) -> dict[str, GatheredFlags]:
        """The columns in which something means nothing."""
        flags = {n: one for n, one in self.columns.items() if isinstance(one, GatheredFlags)}
        return {name: one for name, one in flags.items() if one.unknown}


def gather(path: Path, names: list[str], columns: dict[str, str], own: Iterable[Column] = ()) -> Gathered:
    """Read the columns of a file: from the name that each has here to that in the file.

    `own` declares those of a design. Raises FileFault, with the line, for what cannot be read, for a file
    without rows and for numbers beyond all reason.
    """
    gathered, rows = _gathered(path, names, columns, {column.name: column for column in own})
    if rows == 0:
        raise FileFault(f"{path.name} has a header but no rows")
    _refuse_enormous(gathered, path)
    return Gathered(gathered, rows)


class _QuoteCounter:
    """A stream that counts quotes on their way: the fast reader does not notice one that is never closed."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self.stream, self.quotes = stream, 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.stream.read(size)
        self.quotes += data.count(b'"')
        return data

    def readable(self) -> bool:
        return True


def _gathered(
    path: Path, names: list[str], columns: dict[str, str], own: Mapping[str, Column]
) -> tuple[dict[str, Gatherer], int]:
    """The columns and the number of rows; read again where the numbers turn out to have a decimal comma."""
    for decimal in (POINT, COMMA):
        gathered = {name: _gatherer(name, own) for name in columns}
        numeric = {columns[name]: name for name in columns if isinstance(gathered[name], GatheredNumbers)}
        rows = 0
        try:
            for batch in _batches(path, names, columns, gathered, decimal):
                for name, column in columns.items():
                    gathered[name].add(batch.column(column), rows)
                rows += len(batch)
        except (pa.ArrowException, OSError, EOFError) as error:
            if decimal == POINT and decimal_mark(path, names, numeric) == COMMA:
                continue
            find_fault(path, names, numeric, decimal)
            raise FileFault(f"{path.name} cannot be read as CSV: {error}") from error
        break
    return gathered, rows


def _batches(
    path: Path, names: list[str], columns: dict[str, str], gathered: dict[str, Gatherer], decimal: str
) -> Iterator[pa.RecordBatch]:
    form = form_of(path)
    # Arrow unpacks faster than Python.
    packed = form.packing == GZIP and form.encoding == "utf-8"
    with path.open("rb") if packed else open_utf8(path) as raw:
        counter = _QuoteCounter(pa.CompressedInputStream(raw, "gzip") if packed else raw)
        yield from pa_csv.open_csv(
            pa.PythonFile(counter, mode="r"),
            # Arrow's own pool returns memory after each block; getting it back costs a fifth of the reading.
            memory_pool=pa.system_memory_pool(),
            read_options=pa_csv.ReadOptions(
                block_size=BLOCK_BYTES, column_names=names, skip_rows=1 + form.lines_before
            ),
            parse_options=pa_csv.ParseOptions(delimiter=form.separator, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={column: gathered[name].type for name, column in columns.items()},
                include_columns=list(columns.values()),
                null_values=sorted(missing_spellings()),
                decimal_point=decimal,
            ),
        )
        if counter.quotes % 2:
            raise pa.ArrowInvalid("an odd number of quotes: one is never closed")


def _refuse_enormous(gathered: dict[str, Gatherer], path: Path) -> None:
    """Infinite values stay: they have no size, and the rules leave them out."""
    for name, gatherer in gathered.items():
        if not isinstance(gatherer, GatheredNumbers) or name == "row_id":
            continue
        before = 0
        for part in gatherer.parts:
            large = np.abs(part) > LARGEST
            if large.any() and len(enormous := np.flatnonzero(large & np.isfinite(part))):
                line = line_of_row(path, before + int(enormous[0]))
                raise FileFault(too_large(path, line, name, part[enormous[0]]))
            before += len(part)


def too_large(path: Path, line: int, name: str, value: float) -> str:
    """What is wrong with a number beyond all reason."""
    expected = f"expected a number below {LARGEST:g}, or an empty field"
    return f"{path.name}, line {line}: {name} is {value:g}; {expected}"
