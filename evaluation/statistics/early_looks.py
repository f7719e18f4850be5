"""What may be said of the rates while a study runs: of people who are through, valid at every look."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from evaluation.statistics.always_valid import participant_sequence
from evaluation.statistics.arrays import AnyCodes, Flags, Floats, Json
from evaluation.statistics.filters import ValidResponses


def rates_of_people(fooled: Flags, participant: AnyCodes) -> Floats:
    """The fool rate of each participant of these rows, both of shape (n,); the order means nothing."""
    seen = np.bincount(participant)
    taken = np.bincount(participant, fooled)
    return np.asarray(taken[seen > 0] / seen[seen > 0], dtype=np.float64)


def early_looks(valid: ValidResponses, finished: Iterable[str], alpha: float = 0.05) -> Json:
    """For each condition the mean over the people who finished, with its always-valid interval.

    Whoever is still answering is left out: a rate that may yet change would spoil the claim.
    """
    table, names = valid.table, frozenset(finished)
    through = np.array([label in names for label in table.participant.labels], dtype=np.bool_)
    found: Json = {}
    for code, condition in sorted(enumerate(table.condition.labels), key=lambda pair: pair[1]):
        rows = (table.condition.codes == code) & through[table.participant.codes]
        means = rates_of_people(valid.fooled[rows], table.participant.codes[rows])
        found[condition] = {
            "participants": len(means),
            "mean": float(means.mean()) if len(means) else None,
            "interval": participant_sequence(means, alpha).as_json(),
        }
    return found
