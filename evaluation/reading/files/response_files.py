"""Reading files of responses and of metric scores; pure, no Django.

A million responses take about a second and stay in compact columns: the text of a block is coded and let go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.reading.files.chosen_side import FAKE, OF_COLUMNS, read_as, refuse_contradictions
from evaluation.reading.files.csv_faults import (
    LARGEST,
    MISSING,
    FileFault,
    decimal_mark,
    find_fault,
    line_of_row,
    locate,
    plain_number,
    read_header,
    records,
)
from evaluation.reading.files.file_forms import form_of
from evaluation.reading.files.gathering import KNOWN, gather, too_large
from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.table import TEST, UNKNOWN, Factor, ResponseTable

if TYPE_CHECKING:
    from studies.designs._columns import Column

NAMES = ("participant_id", "model", "image_id", "phase")
SIDES = ("fake_side", "chosen_side")
NUMBERS = ("trial_index", "rt_ms")
REQUIRED = (*NAMES, *SIDES, *NUMBERS, "attention_passed")
"""Without the sides where the column `fooled` says what they would."""
OPTIONAL = ("row_id", "fooled", "exposure_ms", "source", "voided", "excluded", "arrangement")
CLUSTER = "photo_cluster"
"""A column that a file may have: of which photograph each photo is a crop, or which scene it shows."""
ALIASES = {"participant": "participant_id", "condition": "model", "photo": "image_id"}
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
    gathered = gather(path, names, columns)
    table = gathered.table()
    _refuse_nameless(table, path)
    if chosen_side_means is None:
        refuse_contradictions(table, path.name)
    odd = gathered.unknown_values()
    first = min((column.first_unknown for column in odd.values()), default=None)
    return ResponseFile(
        table=read_as(table, chosen_side_means or FAKE),
        columns_ignored=[name for name in names if name not in columns.values()],
        columns_absent=[name for name in (*SIDES, *OPTIONAL) if name not in columns],
        unknown_values={name: _shortened(column.unknown) for name, column in odd.items()},
        first_unknown_line=None if first is None else line_of_row(path, first),
        excluded=gathered.names("excluded"),
        chosen_side_means=chosen_side_means or FAKE,
        remark=form_of(path).remark,
    )


def is_of_pairs(path: Path) -> bool:
    """Whether a file has a column that only those of pair tests have."""
    return bool({"fake_side", "fooled"} & set(read_header(path)))


def read_export(path: Path, own: Iterable[Column]) -> ResponseTable:
    """The table of trials of our own export, whatever the design, whose columns are `own`.

    Excluded rows are in it. Raises FileFault for what cannot be read.
    """
    names = read_header(path)
    wanted = dict.fromkeys((*KNOWN, *(column.name for column in own if not column.of_bytes)))
    columns = {name: name for name in wanted if name in names and name != "excluded"}
    return gather(path, names, columns, own).table()


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
                raise FileFault(too_large(path, line, name, score))
            of_model[name][image] = score
    if not scores:
        raise FileFault(f"{path.name} has a header but no rows")
    return scores


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
