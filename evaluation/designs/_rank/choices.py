"""The trials of best of several that count, as choices between the pictures that stood together. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evaluation.designs._choices.analysis import NOTHING
from evaluation.designs._choices.judged import Judged, coded, only_shown
from evaluation.designs._common.counted import ONE_TRIAL, counted, trials_of
from evaluation.designs._design import Evidence
from evaluation.statistics.arrays import Bools, Ints, Json
from evaluation.statistics.joint import Joint
from evaluation.statistics.ranked_choice import (
    FEWEST,
    NONE,
    RankedChoices,
    chance_best,
    estimate,
    ranked_choice,
)
from evaluation.statistics.table import UNKNOWN, ResponseTable

PLACE = re.compile(r"shown_(\d+)")


@dataclass(frozen=True)
class _Columns:
    """What stood in each place (n, slots), and what was called best and worst (n,); codes into `labels`."""

    labels: tuple[str, ...]
    shown: Ints
    best: Ints
    worst: Ints

    @classmethod
    def of(cls, table: ResponseTable) -> _Columns:
        """Places in the order of their numbers; without any nothing was shown."""
        places = sorted(int(found[1]) for name in table.own if (found := PLACE.fullmatch(name)))
        names = [f"shown_{place}" for place in places or range(1, FEWEST + 1)]
        labels, codes = coded([table.names(name) for name in (*names, "best_model", "worst_model")])
        shown, best, worst = codes[:, :-2], codes[:, -2], codes[:, -1]
        return cls(labels, shown, best, np.where(worst == best, UNKNOWN, worst))

    @property
    def answered(self) -> Bools:
        """Whether different conditions were shown, at least two, and one of them was called best."""
        in_order = np.sort(self.shown, axis=1)
        twice = ((np.diff(in_order, axis=1) == 0) & (in_order[:, 1:] != UNKNOWN)).any(axis=1)
        several = (self.shown != UNKNOWN).sum(axis=1) >= FEWEST
        return np.asarray(several & ~twice & (self._slot(self.best) != NONE))

    @property
    def best_slot(self) -> Ints:
        return self._slot(self.best)

    @property
    def worst_slot(self) -> Ints:
        return self._slot(self.worst)

    def _slot(self, chosen: Ints) -> Ints:
        """Where a condition stood; NONE where it was not shown, or nothing was chosen."""
        there = (self.shown == chosen[:, None]) & (chosen != UNKNOWN)[:, None]
        return np.where(there.any(axis=1), there.argmax(axis=1), NONE)


def judged_choices(evidence: Evidence) -> tuple[Judged, RankedChoices | None]:
    """The rows that count, also as choices; None where there are no rows.

    Raises ValueError as `counted` does.
    """
    table = evidence.table
    every = _Columns.of(table)
    rows = counted(
        evidence,
        every.answered,
        what="answered, and what was shown is known",
        once=trials_of(table),
        once_words=ONE_TRIAL,
    )
    columns = _Columns.of(rows.table)
    labels, code = only_shown(columns.labels, columns.shown)
    shown, choices = code[columns.shown], None
    if len(rows):
        grouped, worst = rows.table.by_photo_cluster(), columns.worst_slot
        asked = bool(evidence.settings.get("ask_worst")) or bool((worst != NONE).any())
        choices = RankedChoices(
            grouped.participant.codes, shown, columns.best_slot[:, None], labels, worst if asked else None,
            grouped.photo.codes,
        )  # fmt: skip

    def strengths(some: Bools) -> tuple[Joint | None, str]:
        assert choices is not None
        found = estimate(choices.take(some))
        return found.joint, found.reason

    def chances(joint: Joint) -> list[Json]:
        return chance_best(joint, evidence.alpha)

    return Judged(rows, labels, shown, code[columns.best], strengths, chances), choices


def statistics(choices: RankedChoices | None, alpha: float) -> Json:
    """Strengths, chances to be called best, the habit of choosing a place, and who was chosen before whom."""
    if choices is None:
        return NOTHING
    found = ranked_choice(choices, alpha)
    wins, models = found["win_matrix"], found["models"]
    found["win_matrix_pairs"] = [
        {"a": models[a], "b": models[b], "wins_a": wins[a][b], "wins_b": wins[b][a]}
        for a, b in combinations(range(len(models)), 2)
    ]
    slots = choices.best[:, 0]
    found["places"] = [
        {"slot": slot, "best": int(np.count_nonzero(slots == slot))}
        | ({} if choices.worst is None else {"worst": int(np.count_nonzero(choices.worst == slot))})
        for slot in range(choices.shown.shape[1])
    ]
    return found
