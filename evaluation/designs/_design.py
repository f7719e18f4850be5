"""What the concluding half of a design offers; docs/designs.md has an example."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from evaluation.designs._planned import Planning
from evaluation.report.section import Section
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.rules import CURRENT_RULE
from evaluation.statistics.table import ResponseTable
from studies.designs._columns import Column

PARTICIPANTS, PHOTOS, CONDITIONS = "participants", "photos", "conditions"
"""The tables of an export to which a design adds columns of its own, beside that of the trials."""


@dataclass(frozen=True)
class Evidence:
    """All that a design concludes from: the answers, the scores of the pictures, and the rules in force.

    `table.own` holds the columns that the asking half adds to the table of trials; `settings` are the
    design's, as the study fixed them, empty where nobody knows them. `scores` has one number a photo by
    condition and metric, `by_photo` the same by photo. `strict` holds the rules of the strict view by name,
    `faulty` the row_id of trials whose exposure was off, `finished` the participants who came to the end.
    """

    table: ResponseTable
    scores: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    by_photo: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    strict: Mapping[str, Any] = field(default_factory=dict)
    rule: str = CURRENT_RULE
    mix_sources: bool = False
    faulty: Iterable[float] = ()
    finished: Iterable[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    alpha: float = 0.05
    """Error rate of the intervals."""
    brief: bool = False
    """Whether the tables of an export are all that is made of it: what takes time for no column stays out."""


class Misread(ValueError):
    """A value of a file that means nothing to a design: its column, its row from 0, what was expected."""

    def __init__(self, column: str, row: int, expected: str) -> None:
        super().__init__(f"row {row + 1}: {column} is not {expected}")
        self.column, self.row, self.expected = column, row, expected


def as_it_is(table: ResponseTable) -> ResponseTable:
    """The table of a file that has the design's own columns."""
    return table


@dataclass(frozen=True)
class FileForm:
    """A file of answers that a design knows by the columns `marks`.

    Each row has a value in the columns of `needs`; the design's own and the common ones may be there, too.
    `read` makes the design's own columns of those that are none, and raises Misread.
    """

    marks: tuple[str, ...]
    needs: tuple[Column, ...] = ()
    read: Callable[[ResponseTable], ResponseTable] = as_it_is


class Concluding:
    """`CONCLUDES` of a module in `evaluation/designs`; only `analyse` and `report` must be there."""

    columns: ClassVar[Mapping[str, tuple[Column, ...]]] = {}
    """What it adds to the tables PARTICIPANTS, PHOTOS and CONDITIONS of an export; `after` says where.

    `_common/tabled.py` has columns that several designs want. A name means the same in each table.
    """
    starters: ClassVar[tuple[Path, ...]] = ()
    """Scripts that go into an export, and run there on its trials."""
    keywords: ClassVar[tuple[str, ...]] = ()
    """What a catalogue of data sets should find its exports by."""
    files: ClassVar[tuple[FileForm, ...]] = ()
    """The files of answers that `analyse` reads as its own: those of our exports, and from elsewhere."""
    fullest: ClassVar[Mapping[str, Any]] = {}
    """Settings under which the asking half has every column that it ever has, but for confidence."""

    planning: ClassVar[Planning | None] = None
    """What the planner asks before such a study, and answers; None: there is no planner for it."""

    def analyse(self, evidence: Evidence) -> Json:
        """The findings, ready for JSON: equal evidence, equal findings. The platform adds what it counts."""
        raise NotImplementedError

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """What the report says, the answer first.

        `findings` also hold what the platform counted (`filters`, `participations`, `vigilance`, `exposure`,
        `scores`, `gallery`); any of it may be missing. `facts` hold `study`, `population`, `code_version`,
        `data_digest` and `software`.
        """
        raise NotImplementedError

    def rows(self, evidence: Evidence, findings: Json) -> Mapping[str, Mapping[Hashable, Mapping[str, Any]]]:
        """The values of `columns` by table: by participant; by (condition, photo); by condition.

        Names are those of `evidence.table`. What stands under EVERY_OTHER is for all without a row; rows of
        REAL_PHOTO are added to photos and conditions.
        """
        return {}

    def gallery(self, findings: Json) -> Json:
        """Photos worth a look: by condition and by name ("most", "least") a list of facts with `photo`.

        `photo` is its digest. The platform adds the digest of the condition's picture (`colorization`), and
        the photo's `title`, `author` and `licence`; all of it stands under `gallery` of the findings. Where a
        fact names further conditions (`beside`), the digests of their pictures come as `pictures`.
        """
        return {}

    def standing(self, evidence: Evidence) -> Standing | None:
        """One value for each condition, greater for what looks more real, and how sure they are together.

        With these several studies are set side by side, each known by its name later; None where there are
        fewer than two conditions to tell apart.
        """
        return None
