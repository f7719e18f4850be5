"""The trials of a preference test that count, as choices between two conditions. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.designs._choices.analysis import NOTHING
from evaluation.designs._choices.judged import TIED, Judged, coded, only_shown
from evaluation.designs._common.counted import ONE_TRIAL, Counted, counted, trials_of
from evaluation.designs._design import Evidence
from evaluation.statistics.arrays import Bools, Ints, Json
from evaluation.statistics.bradley_terry import (
    TIE,
    Preferences,
    bradley_terry,
    chance_preferred,
    estimate,
)
from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.joint import Joint
from evaluation.statistics.table import UNKNOWN, ResponseTable
from studies.designs.preference import NO_PREFERENCE


@dataclass(frozen=True)
class _Columns:
    """What stood where and what was preferred, as codes into `labels`, of shape (n,); TIED: no difference."""

    labels: tuple[str, ...]
    left: Ints
    right: Ints
    best: Ints

    @classmethod
    def of(cls, table: ResponseTable) -> _Columns:
        """From the design's own columns."""
        names = [table.names(name) for name in ("left_model", "right_model", "preferred_model")]
        labels, codes = coded(names)
        left, right, best = codes.T
        if NO_PREFERENCE in labels:
            best = np.where(best == labels.index(NO_PREFERENCE), TIED, best)
        return cls(labels, left, right, best)

    @property
    def answered(self) -> Bools:
        """Whether two conditions were shown, and one of them or none was preferred."""
        two = (self.left != UNKNOWN) & (self.right != UNKNOWN) & (self.left != self.right)
        known = (self.best == self.left) | (self.best == self.right) | (self.best == TIED)
        return np.asarray(two & known)


def judged_choices(evidence: Evidence) -> tuple[Judged, Preferences | None]:
    """The rows that count, also as choices; None where there are no rows.

    Raises ValueError as `counted` does.
    """
    table = evidence.table
    every = _Columns.of(table)
    rows = counted(
        evidence,
        every.answered,
        what="answered, and two conditions known",
        once=trials_of(table),
        once_words=ONE_TRIAL,
    )
    columns = _Columns.of(rows.table)
    both = np.stack((columns.left, columns.right), axis=1)
    labels, code = only_shown(columns.labels, both)
    best = np.where(columns.best == TIED, TIED, code[columns.best])
    choices = _choices(evidence, rows, labels, code[both], best) if len(rows) else None

    def strengths(some: Bools) -> tuple[Joint | None, str]:
        assert choices is not None
        found = estimate(choices.take(some))
        return found.joint, found.reason

    def chances(joint: Joint) -> list[Json]:
        return chance_preferred(joint, evidence.alpha)

    return Judged(rows, labels, code[both], best, strengths, chances), choices


def _choices(
    evidence: Evidence, rows: Counted, labels: tuple[str, ...], shown: Ints, best: Ints
) -> Preferences:
    table = rows.table.by_photo_cluster()
    tied = best == TIED
    first_labels, first = coded([rows.table.names("first_model")])
    place = {label: at for at, label in enumerate(labels)}
    came_first = np.array([*(place.get(label, UNKNOWN) for label in first_labels), UNKNOWN])[first[:, 0]]
    return Preferences(
        table.participant.codes,
        shown[:, 0],
        shown[:, 1],
        best == shown[:, 0],
        labels,
        table.photo.codes,
        tied if evidence.settings.get("ties") or tied.any() else None,
        came_first == shown[:, 0] if (came_first != UNKNOWN).all() else None,
    )


def statistics(choices: Preferences | None, alpha: float) -> Json:
    """Strengths and habits; the share of the better one where two conditions have no strengths."""
    if choices is None:
        return NOTHING
    found = bradley_terry(choices, alpha)
    decided = choices.outcome != TIE
    left = choices.chose_left[decided]
    found["left_chosen"] = _counted(left)
    if choices.left_first is not None:
        found["first_chosen"] = _counted(choices.left_first[decided] == left)
    if not found["connected"] and len(choices.labels) == 2 and decided.any():
        found["one_way"] = _one_way(choices, decided, alpha)
    return found


def _counted(chosen: Bools) -> Json:
    return {"n": len(chosen), "k": int(np.count_nonzero(chosen))}


def _one_way(choices: Preferences, decided: Bools, alpha: float) -> Json:
    """Of two conditions of which one was always preferred."""
    best = np.where(choices.chose_left, choices.left, choices.right)[decided]
    who, photo = choices.participant[decided], choices.photo
    assert photo is not None
    rate = clustered_rate(np.ones(len(best), dtype=np.int8), who, photo[decided])
    return {
        "model": choices.labels[int(best[0])],
        "n": len(best),
        "interval": default_interval(rate, alpha).as_json(),
    }
