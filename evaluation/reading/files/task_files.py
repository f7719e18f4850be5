"""Files of tasks whose design concludes nothing yet, each known by its columns. Pure.

These files are small, so they are read line by line, and what is wrong is said with its line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.reading.files.csv_faults import (
    FileFault,
    decimal_mark,
    locate,
    plain_number,
    read_header,
    records,
)
from evaluation.reading.files.response_files import ALIASES, CLUSTER
from evaluation.statistics.arrays import Codes, Flags, Floats, Json
from evaluation.statistics.rules import CURRENT_RULE
from evaluation.statistics.staircase import Steps, staircases
from evaluation.statistics.table import Factor

TRUTHS = {"1": 1, "true": 1, "0": 0, "false": 0}


def analyse_task(
    path: Path, alpha: float = 0.05, photo_cluster: str | None = None, rule: str = CURRENT_RULE
) -> Json | None:
    """The analysis of a file whose columns are those of another task; None for a file of pair tests.

    `photo_cluster` names the column that says which photos are crops of one; they are then one photo.
    Raises FileFault, with the line, for a value that is missing or has no meaning, and for an earlier rule,
    which knows pair tests only.
    """
    names = read_header(path)
    for task in TASKS:
        if set(task.marks) <= set(names):
            if rule != CURRENT_RULE:
                raise FileFault(
                    f"{path.name} holds a {task.name} task, and --rule {rule} is for pair tests only; leave "
                    f"--rule out to use {CURRENT_RULE}"
                )
            columns = _read(path, names, task.columns, photo_cluster)
            if not columns[task.columns[0]]:
                raise FileFault(f"{path.name} has a header but no rows")
            return {"task": task.name, "alpha": alpha, "inference_rule": rule} | task.analyse(
                columns, path, alpha
            )
    return None


@dataclass
class _Column:
    """The texts of a column and the line on which each record starts."""

    name: str
    texts: list[str]
    lines: list[int]

    def __bool__(self) -> bool:
        return bool(self.texts)

    def flags(self, meanings: dict[str, int], path: Path) -> Flags:
        """Each text by its meaning."""
        found = [meanings.get(text.lower(), -1) for text in self.texts]
        if -1 in found:
            self._refuse(found.index(-1), f"one of {', '.join(meanings)}", path)
        return np.asarray(found, dtype=np.int8)

    def numbers(self, path: Path) -> Floats:
        """Each text as a finite number."""
        found = []
        decimal = decimal_mark(path, read_header(path), [self.name])
        for row, text in enumerate(self.texts):
            try:
                found.append(float(plain_number(text, decimal)))
            except ValueError:
                found.append(np.nan)
            if not np.isfinite(found[-1]):
                self._refuse(row, "a number", path)
        return np.asarray(found, dtype=np.float64)

    def factor(self, path: Path) -> Factor:
        """The names, none empty."""
        if "" in self.texts:
            self._refuse(self.texts.index(""), "a name", path)
        return Factor.of(self.texts)

    def _refuse(self, row: int, wanted: str, path: Path) -> None:
        raise FileFault(
            f"{path.name}, line {self.lines[row]}: {self.name} is {self.texts[row]!r}, expected {wanted}"
        )


_Columns = dict[str, _Column]


def _read(path: Path, names: list[str], wanted: tuple[str, ...], cluster: str | None) -> _Columns:
    """The columns wanted, and `image_id` and CLUSTER where there are such."""
    spoken = locate(names, wanted, ALIASES, path)
    if cluster is not None:
        spoken[CLUSTER] = locate(names, [cluster], {}, path)[cluster]
    wanted += tuple(name for name in ("image_id", CLUSTER) if name in spoken and name not in wanted)
    columns = {name: _Column(name, [], []) for name in wanted}
    places = {name: names.index(spoken[name]) for name in wanted}
    rows = records(path)
    next(rows)
    for line, fields in rows:
        if len(fields) != len(names):
            raise FileFault(f"{path.name}, line {line}: {len(fields)} fields instead of {len(names)}")
        for name, column in columns.items():
            column.texts.append(fields[places[name]].strip())
            column.lines.append(line)
    return columns


def _photos(columns: _Columns, path: Path) -> Codes | None:
    """The photos, where the file names them, or rather what they are cut from."""
    named = next((name for name in (CLUSTER, "image_id") if name in columns), None)
    return None if named is None else columns[named].factor(path).codes


def _staircase(columns: _Columns, path: Path, alpha: float) -> Json:
    steps = Steps(
        participant=columns["participant_id"].factor(path),
        condition=columns["model"].factor(path),
        block=columns["block"].numbers(path).astype(np.int64),
        trial_index=columns["trial_index"].numbers(path),
        exposure_ms=columns["exposure_ms"].numbers(path),
        right=columns["correct"].flags(TRUTHS, path).astype(np.int64),
        photo=_photos(columns, path),
    )
    if steps.exposure_ms.min() <= 0:
        row = int(np.argmin(steps.exposure_ms))
        raise FileFault(f"{path.name}, line {columns['exposure_ms'].lines[row]}: exposure_ms must be above 0")
    return staircases(steps, alpha=alpha)


@dataclass(frozen=True)
class _Task:
    """A kind of file: the columns that give it away, those it needs, and what is made of them."""

    name: str
    marks: tuple[str, ...]
    columns: tuple[str, ...]
    analyse: Callable[[_Columns, Path, float], Json]


TASKS = (
    _Task(
        "staircase",
        ("block", "correct"),
        ("participant_id", "block", "trial_index", "model", "exposure_ms", "correct"),
        _staircase,
    ),
)
"""The tasks that a file may hold beside the pair test."""
