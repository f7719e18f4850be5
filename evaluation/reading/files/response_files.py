"""Reading files of responses and of metric scores; pure, no Django.

A million responses take about a second and stay in compact columns: the text of a block is coded and let go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from evaluation.reading.files.chosen_side import FAKE, OF_COLUMNS, read_as, refuse_contradictions
from evaluation.reading.files.csv_faults import (
    COMMA,
    LARGEST,
    MISSING,
    POINT,
    FileFault,
    decimal_mark,
    find_fault,
    line_of_row,
    locate,
    missing_spellings,
    plain_number,
    read_header,
    records,
)
from evaluation.reading.files.file_forms import GZIP, form_of, open_utf8
from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.table import (
    TEST,
    UNKNOWN,
    Factor,
    ResponseTable,
    phase_label,
    side_code,
    truth_code,
)

NAMES = ("participant_id", "model", "image_id", "phase")
SIDES = ("fake_side", "chosen_side")
NUMBERS = ("trial_index", "rt_ms")
REQUIRED = (*NAMES, *SIDES, *NUMBERS, "attention_passed")
"""Without the sides where the column `fooled` says what they would."""
OPTIONAL = ("row_id", "fooled", "exposure_ms", "source", "voided", "excluded", "arrangement")
CLUSTER = "photo_cluster"
"""A column that a file may have: of which photograph each photo is a crop, or which scene it shows."""
ALIASES = {"participant": "participant_id", "condition": "model", "photo": "image_id"}
BLOCK_BYTES = 8 << 20
MOST_UNKNOWN_VALUES = 20


@dataclass
class ResponseFile:
    """The responses of a file, and what there is to say about the file itself."""

    table: ResponseTable
    columns_ignored: list[str]
    columns_absent: list[str]
    unknown_values: dict[str, dict[str, int]]
    first_unknown_line: int | None
    excluded: Factor
    """The rule that leaves a row out, where the file names one; the table still has the row."""
    chosen_side_means: str
    remark: str
    """What there is to say about the form of the file."""

    def as_json(self) -> Json:
        """All but the table, as plain values."""
        return {
            "rows": len(self.table),
            "columns_ignored": self.columns_ignored,
            "columns_absent": self.columns_absent,
            "unknown_values": self.unknown_values,
            "first_unknown_line": self.first_unknown_line,
            "chosen_side_means": self.chosen_side_means,
        }


def read_responses(
    path: Path, chosen_side_means: str | None = None, photo_cluster: str | None = None
) -> ResponseFile:
    """Read a table of responses in any of the forms of `file_forms.py`.

    Columns: those of REQUIRED, in any order, and where present those of OPTIONAL and CLUSTER; others are
    named and ignored. Without `fake_side` and `chosen_side` the column `fooled` is needed. Sides, flags and
    phases in unknown spellings count as unknown and are reported. `chosen_side_means` is "fake" or "real":
    which side the file names; `photo_cluster` names the column of CLUSTER where it is called otherwise.
    Unless it is said, the side called fake is taken, and a file that contradicts this in most rows is
    refused. Raises FileFault, with the line, for anything that cannot be read: missing or repeated columns,
    ragged rows, text where numbers belong, other encodings.
    """
    names = read_header(path)
    required = [name for name in REQUIRED if name not in SIDES or "fooled" not in names]
    spoken = locate(names, required, ALIASES, path, OF_COLUMNS)
    columns = {name: spoken[name] for name in (*REQUIRED, *OPTIONAL) if name in spoken}
    if photo_cluster is not None or CLUSTER in names:
        columns[CLUSTER] = locate(names, [photo_cluster or CLUSTER], {}, path)[photo_cluster or CLUSTER]
    gathered, rows = _gathered(path, names, columns)
    if rows == 0:
        raise FileFault(f"{path.name} has a header but no rows")
    _refuse_enormous(gathered, path)
    table = _table(gathered)
    _refuse_nameless(table, path)
    if chosen_side_means is None:
        refuse_contradictions(table, path.name)
    odd = {name: g for name, g in gathered.items() if isinstance(g, _Flags) and g.unknown}
    first = min((g.first_unknown for g in odd.values()), default=None)
    return ResponseFile(
        table=read_as(table, chosen_side_means or FAKE),
        columns_ignored=[name for name in names if name not in columns.values()],
        columns_absent=[name for name in (*SIDES, *OPTIONAL) if name not in columns],
        unknown_values={name: _shortened(g.unknown) for name, g in odd.items()},
        first_unknown_line=None if first is None else line_of_row(path, first),
        excluded=_names_or_none(gathered, "excluded", rows),
        chosen_side_means=chosen_side_means or FAKE,
        remark=form_of(path).remark,
    )


def read_metrics(path: Path) -> dict[str, dict[str, Floats]]:
    """The scores of `read_photo_scores` as columns, one number a photo."""
    return {
        model: {metric: np.asarray(list(by_photo.values())) for metric, by_photo in of_model.items()}
        for model, of_model in read_photo_scores(path).items()
    }


def read_photo_scores(path: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Scores by model, metric and photo from a CSV file: model, image_id and one column for each metric.

    One row for each model and photo; an empty field is a missing score, `inf` is allowed. Raises FileFault.
    """
    names = read_header(path)
    spoken = locate(names, ("model", "image_id"), ALIASES, path)
    model_at, image_at = names.index(spoken["model"]), names.index(spoken["image_id"])
    metrics = {place: name for place, name in enumerate(names) if place not in (model_at, image_at)}
    if not metrics:
        raise FileFault(f"{path.name} has no column with a metric beside model and image_id")
    decimal = decimal_mark(path, names, metrics.values())
    find_fault(path, names, {name: f"the metric {name}" for name in metrics.values()}, decimal)
    scores: dict[str, dict[str, dict[str, float]]] = {}
    seen: dict[tuple[str, str], int] = {}
    rows = records(path)
    next(rows)
    for line, fields in rows:
        model, image = fields[model_at].strip(), fields[image_at].strip()
        if not (model and image):
            raise FileFault(f"{path.name}, line {line}: model and image_id must both be given")
        earlier = seen.setdefault((model, image), line)
        if earlier != line:
            raise FileFault(
                f"{path.name}, line {line}: {model}, {image} has its scores on line {earlier} already"
            )
        of_model = scores.setdefault(model, {name: {} for name in metrics.values()})
        for place, name in metrics.items():
            text = fields[place].strip()
            score = np.nan if text.lower() in MISSING else float(plain_number(text, decimal))
            if LARGEST < abs(score) < np.inf:
                raise FileFault(_too_large(path, line, name, score))
            of_model[name][image] = score
    if not scores:
        raise FileFault(f"{path.name} has a header but no rows")
    return scores


@dataclass
class _Names:
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
class _Flags:
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
class _Numbers:
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


_Gatherer = _Names | _Flags | _Numbers


def _gatherer(name: str) -> _Gatherer:
    if name in (*NAMES, "source", "excluded", "arrangement", CLUSTER):
        return _Names(phase_label if name == "phase" else str.strip)
    if name in SIDES:
        return _Flags(side_code)
    return _Flags(truth_code) if name in ("fooled", "attention_passed", "voided") else _Numbers()


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


def _gathered(path: Path, names: list[str], columns: dict[str, str]) -> tuple[dict[str, _Gatherer], int]:
    """The columns and the number of rows; read again where the numbers turn out to have a decimal comma."""
    for decimal in (POINT, COMMA):
        gathered = {name: _gatherer(name) for name in columns}
        numeric = {columns[name]: name for name in columns if isinstance(gathered[name], _Numbers)}
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
    path: Path, names: list[str], columns: dict[str, str], gathered: dict[str, _Gatherer], decimal: str
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


def _table(gathered: dict[str, _Gatherer]) -> ResponseTable:
    found = {name: gatherer.result() for name, gatherer in gathered.items() if name != "excluded"}
    cluster = found.get(CLUSTER)
    if isinstance(cluster, Factor) and not cluster.labels:
        # Empty throughout.
        del found[CLUSTER]
    return ResponseTable.of(found)


def _names_or_none(gathered: dict[str, _Gatherer], name: str, rows: int) -> Factor:
    gatherer = gathered.get(name)
    if isinstance(gatherer, _Names):
        return gatherer.result()
    return Factor(np.full(rows, UNKNOWN, dtype=np.int32), ())


def _refuse_enormous(gathered: dict[str, _Gatherer], path: Path) -> None:
    """Infinite values stay: they have no size, and the rules leave them out."""
    for name, gatherer in gathered.items():
        if not isinstance(gatherer, _Numbers) or name == "row_id":
            continue
        before = 0
        for part in gatherer.parts:
            large = np.abs(part) > LARGEST
            if large.any() and len(enormous := np.flatnonzero(large & np.isfinite(part))):
                line = line_of_row(path, before + int(enormous[0]))
                raise FileFault(_too_large(path, line, name, part[enormous[0]]))
            before += len(part)


def _too_large(path: Path, line: int, name: str, value: float) -> str:
    expected = f"expected a number below {LARGEST:g}, or an empty field"
    return f"{path.name}, line {line}: {name} is {value:g}; {expected}"


def _refuse_nameless(table: ResponseTable, path: Path) -> None:
    is_test = table.phase.is_label(TEST)
    named = (("participant_id", table.participant), ("model", table.condition), ("image_id", table.photo))
    for name, factor in named:
        nameless = np.flatnonzero(is_test & (factor.codes == UNKNOWN))
        if len(nameless):
            line = line_of_row(path, int(nameless[0]))
            raise FileFault(
                f"{path.name}, line {line}: a test trial without {name} ({len(nameless)} such rows); "
                f"fill it in or leave the rows out"
            )


def _shortened(counts: dict[str, int]) -> dict[str, int]:
    """The most frequent values; the rest as one number."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(n for _, n in ranked[MOST_UNKNOWN_VALUES:])
    return dict(ranked[:MOST_UNKNOWN_VALUES]) | ({"(other values)": rest} if rest else {})
