"""Answer files of AMT_Real_vs_Fake, the tool behind Zhang 2016 and pix2pix (github.com/phillipi). Pure.

A file is Mechanical Turk's table of results: a row an assignment, and for each pair i, counted from 0 or 1,
`Input.gt_side<i>` (on which side the real picture was), `Input.images_left<i>` and `Input.images_right<i>`
(a path: the folder is the condition) and `Answer.selection<i>` (the side called fake; "unset": none).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from evaluation.reading.files.csv_faults import FileFault, read_header, records
from evaluation.statistics.table import ResponseTable

LEFT, RIGHT, UNSET = "left", "right", "unset"
OTHER = {LEFT: RIGHT, RIGHT: LEFT}
SIDE_LETTERS = {LEFT: "L", RIGHT: "R"}
PRACTICE = 10

PARTS = ("Input.gt_side", "Input.images_left", "Input.images_right", "Answer.selection")
COLUMNS = (
    "row_id", "participant_id", "trial_index", "phase", "model", "image_id", "fake_side", "chosen_side",
    "fooled", "rt_ms", "exposure_ms", "attention_passed",
)  # fmt: skip
"""Of the per-trial table that a file is turned into."""

_NUMBERED = re.compile(r"(Input[._](?:gt_side|images_left|images_right)|Answer[._]selection)(\d+)")
MOST_PAIRS = 10_000


@dataclass(frozen=True)
class Pair:
    """One presented pair: the condition and picture of its fake, the real one's side and the answer."""

    condition: str
    picture: str
    real_side: str
    answer: str


@dataclass(frozen=True)
class Assignment:
    """One row of the file: who it was (a number in the order of first appearance) and the pairs shown."""

    line: int
    participant: int
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class AnswerFile:
    """The assignments of a file, each with the same number of pairs, and what was seen on the way."""

    assignments: tuple[Assignment, ...]
    real_folder: str
    pairs: int
    unset: int
    rejected: int

    @property
    def participants(self) -> int:
        """How many different workers there are."""
        return len({assignment.participant for assignment in self.assignments})

    def rows(self, practice: int = PRACTICE, vigilance: str = "") -> Iterator[dict[str, Any]]:
        """The trials as rows of our per-trial table, workers under numbers; None is an empty field.

        The first `practice` pairs of each assignment are practice; those of the condition `vigilance` are
        vigilance trials. An unset answer stays a row without a choice.
        """
        row_id = 0
        before: dict[int, int] = {}
        for assignment in self.assignments:
            start = before.get(assignment.participant, 0)
            before[assignment.participant] = start + self.pairs
            for index, pair in enumerate(assignment.pairs):
                row_id += 1
                fake_side = OTHER[pair.real_side]
                fooled = None if pair.answer == UNSET else int(pair.answer != fake_side)
                is_check = index >= practice and pair.condition == vigilance
                yield {
                    "row_id": row_id,
                    "participant_id": f"p{assignment.participant}",
                    "trial_index": start + index,
                    "phase": "practice" if index < practice else "attention" if is_check else "test",
                    "model": pair.condition,
                    "image_id": pair.picture,
                    "fake_side": SIDE_LETTERS[fake_side],
                    "chosen_side": SIDE_LETTERS.get(pair.answer),
                    "fooled": fooled,
                    "attention_passed": int(fooled == 0) if is_check else None,
                }

    def table(self, practice: int = PRACTICE, vigilance: str = "") -> ResponseTable:
        """The same as the columns that the statistics work on."""
        rows = list(self.rows(practice, vigilance))
        return ResponseTable.from_columns(
            participant=[row["participant_id"] for row in rows],
            condition=[row["model"] for row in rows],
            photo=[row["image_id"] for row in rows],
            phase=[row["phase"] for row in rows],
            fake_side=[row["fake_side"] for row in rows],
            chosen_side=[row["chosen_side"] for row in rows],
            trial_index=[row["trial_index"] for row in rows],
            row_id=[row["row_id"] for row in rows],
        )


def read_answers(path: Path) -> AnswerFile:
    """Read a file of answers; FileFault says on which line what was expected."""
    names = read_header(path)
    places = _places(path, names)
    worker_at = names.index("WorkerId") if "WorkerId" in names else None
    id_at = names.index("AssignmentId") if "AssignmentId" in names else None
    status_at = names.index("AssignmentStatus") if "AssignmentStatus" in names else None
    workers: dict[str, int] = {}
    lines: dict[str, int] = {}
    assignments: list[Assignment] = []
    real_folder = ""
    rejected = 0
    rows = records(path)
    next(rows)
    for line, fields in rows:
        where = f"{path.name}, line {line}"
        if len(fields) != len(names):
            raise FileFault(f"{where}: {len(fields)} fields instead of {len(names)}")
        if id_at is not None:
            earlier = lines.setdefault(fields[id_at], line)
            if earlier != line:
                raise FileFault(f"{where}: the assignment {fields[id_at]!r} is on line {earlier} already")
        pairs = []
        for number, columns in places.items():
            pair, folder = _pair(where, number, [fields[column].strip() for column in columns])
            real_folder = real_folder or folder
            if folder != real_folder:
                raise FileFault(
                    f"{where}, pair {number}: the real picture lies in {folder!r}, expected {real_folder!r} "
                    f"as before: the tool keeps all real pictures in one folder. Is gt_side right?"
                )
            pairs.append(pair)
        name = fields[worker_at].strip() if worker_at is not None else ""
        who = workers.setdefault(name or f"line {line}", len(workers) + 1)
        rejected += status_at is not None and fields[status_at].strip().lower() == "rejected"
        assignments.append(Assignment(line, who, tuple(pairs)))
    if not assignments:
        raise FileFault(f"{path.name} has a header but no rows")
    unset = sum(pair.answer == UNSET for assignment in assignments for pair in assignment.pairs)
    return AnswerFile(tuple(assignments), real_folder, len(places), unset, rejected)


def _places(path: Path, names: list[str]) -> dict[int, list[int]]:
    """For the number of each pair, ascending, the places of its four columns in the order of PARTS."""
    found: dict[int, dict[str, int]] = {}
    for place, name in enumerate(names):
        match = _NUMBERED.fullmatch(name.strip())
        if match:
            part = match[1].replace("Input_", "Input.").replace("Answer_", "Answer.")
            found.setdefault(int(match[2][:9]), {})[part] = place
    if not found:
        raise FileFault(
            f"{path.name} is no answer file of AMT_Real_vs_Fake: expected the columns "
            f"{', '.join(f'{part}0' for part in PARTS)} and so on for each pair"
        )
    first, last = min(found), max(found)
    if first > 1 or last > MOST_PAIRS:
        raise FileFault(
            f"{path.name}: pairs are numbered {first} to {last}, expected 0 or 1 to {MOST_PAIRS:,} at most"
        )
    for number in range(first, last + 1):
        for part in PARTS:
            if part not in found.get(number, {}):
                raise FileFault(f"{path.name}, line 1: the column {part}{number} is missing")
    return {number: [found[number][part] for part in PARTS] for number in range(first, last + 1)}


def _pair(where: str, number: int, fields: list[str]) -> tuple[Pair, str]:
    """A pair and the folder of its real picture."""
    real_side, left, right, answer = fields
    if real_side not in OTHER:
        raise FileFault(f"{where}: {PARTS[0]}{number} is {real_side!r}, expected left or right")
    if answer not in (*OTHER, UNSET, ""):
        raise FileFault(f"{where}: {PARTS[3]}{number} is {answer!r}, expected left, right or unset")
    for part, path in zip(PARTS[1:3], (left, right), strict=True):
        if "/" not in path.strip("/"):
            raise FileFault(
                f"{where}: {part}{number} is {path!r}, expected folder/picture: the folder is the condition"
            )
    real, fake = (left, right) if real_side == LEFT else (right, left)
    folder, condition = _folder(real), _folder(fake)
    if folder == condition:
        raise FileFault(
            f"{where}, pair {number}: both pictures lie in {folder!r}, expected one real, one fake"
        )
    picture = PurePosixPath(fake).name
    return Pair(condition, PurePosixPath(picture).stem, real_side, answer or UNSET), folder


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
