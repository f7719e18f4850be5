"""Files of answers of any design: which design it is, and the table of its answers. Pure.

A design declares its files (`files` of its concluding half); the machinery is that of `gathering.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluation import designs as concluding
from evaluation.designs._design import FileForm, Misread
from evaluation.reading.files.csv_faults import FileFault, line_of_row, locate, read_header, records
from evaluation.reading.files.file_forms import form_of
from evaluation.reading.files.gathering import KNOWN, Gathered, GatheredFlags, gather
from evaluation.reading.files.response_files import ALIASES, CLUSTER
from evaluation.statistics.arrays import Json
from evaluation.statistics.table import SIDES, TEST, TRUTHS, UNKNOWN, Factor, ResponseTable
from studies import designs as asking
from studies.designs._columns import FLAG, Column
from studies.designs._fields import CONFIDENCE

NO_PHOTOS = (
    "the file names no photos (image_id): each trial counts as one of a photo of its own, and every interval "
    "is about these photos only"
)


@dataclass(frozen=True)
class AnswerFile:
    """The answers of a file, and what there is to say about the file itself."""

    design: str
    table: ResponseTable
    excluded: Factor
    """The rule that leaves a row out, where the file names one; the table still has the row."""
    columns_ignored: list[str]
    names_photos: bool
    remark: str

    def as_json(self) -> Json:
        """What there is to say, as plain values."""
        return {
            "rows": len(self.table),
            "columns_ignored": self.columns_ignored,
            "names_photos": self.names_photos,
        }

    def claimed(self, told: Any) -> Any:
        """Findings or sections as JSON; where the file names no photos, without their number and claims."""
        if self.names_photos:
            return told
        if isinstance(told, dict):
            return {name: None if name == "images" else self.claimed(one) for name, one in told.items()}
        if isinstance(told, list):
            return [self.claimed(one) for one in told]
        if not isinstance(told, str):
            return told
        return re.sub(r"\son\s[\d,]+\sphotos?\b", "", told).replace("new photos", "these photos")


def design_of_file(path: Path) -> str | None:
    """The design whose columns a file has; None: it is the pair test's, or nobody's."""
    found = _form_of_file(read_header(path))
    return found[0] if found else None


def read_answers(path: Path, photo_cluster: str | None = None) -> AnswerFile:
    """The answers of a file whose design `design_of_file` knows.

    `photo_cluster` names the column that says which photos are crops of one. Raises FileFault, with the line,
    for whatever cannot be read, and for a value that the form needs and that is missing or has no meaning.
    """
    names = read_header(path)
    found = _form_of_file(names)
    if found is None:
        raise FileFault(f"{path.name} has the columns of no design; found {', '.join(names)}")
    design, form = found
    spoken = locate(names, ("participant_id", *(column.name for column in form.needs)), ALIASES, path)
    own = {column.name: column for column in (*_own_columns(design), *form.needs) if not column.of_bytes}
    columns = {name: spoken[name] for name in dict.fromkeys((*KNOWN, *own)) if name in spoken}
    if photo_cluster is not None:
        columns[CLUSTER] = locate(names, [photo_cluster], {}, path)[photo_cluster]
    gathered = gather(path, names, columns, own.values())
    for fault in _faults(gathered, form.needs, gathered.table()):
        raise _as_file_fault(path, fault, columns)
    table = gathered.table()
    rows = np.arange(len(table), dtype=np.int32)
    if "phase" not in columns:
        table = replace(table, phase=Factor(0 * rows, (TEST,)))
    names_photos = bool({"image_id", CLUSTER} & columns.keys())
    if "image_id" not in columns:
        photo = table.photo_cluster or Factor(rows, tuple(f"row {row + 1}" for row in rows))
        table = replace(table, photo=photo, photo_cluster=None)
    try:
        table = form.read(table)
    except Misread as fault:
        raise _as_file_fault(path, fault, columns) from fault
    ignored = [name for name in names if name not in columns.values()]
    return AnswerFile(design, table, gathered.names("excluded"), ignored, names_photos, form_of(path).remark)


def _form_of_file(names: list[str]) -> tuple[str, FileForm] | None:
    """The form with the most marks of those whose marks are all among the names."""
    forms = [(name, form) for name in concluding.names() for form in concluding.get(name).files]
    known = [(name, form) for name, form in forms if set(form.marks) <= set(names)]
    return max(known, key=lambda one: len(one[1].marks), default=None)


def _own_columns(name: str) -> tuple[Column, ...]:
    """All columns that the asking half may have, whatever its settings."""
    design = asking.get(name)
    settings = dict(concluding.get(name).fullest)
    if "confidence" in {field.name for field in fields(design.Settings)}:
        settings["confidence"] = list(CONFIDENCE)[-1]
    return design.configured(settings).columns()


def _faults(gathered: Gathered, needs: Iterable[Column], table: ResponseTable) -> Iterator[Misread]:
    """The first value of each needed column that is missing or has no meaning."""
    if (table.participant.codes == UNKNOWN).any():
        yield Misread("participant_id", int(np.argmax(table.participant.codes == UNKNOWN)), "a name")
    for column in needs:
        gatherer = gathered.columns[column.name]
        values = gatherer.result()
        if isinstance(values, Factor):
            meant = np.array([not column.values or label.lower() in column.values for label in values.labels])
            unclear = ~np.append(meant, np.False_)[values.codes]
            wanted = f"one of {', '.join(column.values)}" if column.values else "a name"
        elif isinstance(gatherer, GatheredFlags):
            unclear = values == UNKNOWN
            wanted = f"one of {', '.join(TRUTHS if column.type == FLAG else SIDES)}"
        else:
            unclear, wanted = ~np.isfinite(values), "a number"
        if unclear.any():
            yield Misread(column.name, int(np.argmax(unclear)), wanted)


def _as_file_fault(path: Path, fault: Misread, columns: dict[str, str]) -> FileFault:
    """The fault with its line, and with what stands there."""
    line = line_of_row(path, fault.row)
    place = read_header(path).index(columns[fault.column])
    text = next(fields[place].strip() for at, fields in records(path) if at == line)
    return FileFault(f"{path.name}, line {line}: {fault.column} is {text!r}, expected {fault.expected}")
