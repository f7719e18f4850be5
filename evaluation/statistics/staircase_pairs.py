"""Differences between conditions' mean thresholds, by people and, where known, by photos."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Ints, cells_of
from evaluation.statistics.clustered import Basis
from evaluation.statistics.compared import Compared, sum_of_products
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS
from evaluation.statistics.joint import Joint
from evaluation.statistics.simultaneous import two_way_covariance
from evaluation.statistics.staircase_photos import NO_SLOPE, threshold_moves, with_photos


def compared_thresholds(
    labels: tuple[str, ...],
    own: Floats,
    own_condition: Ints,
    own_person: Ints,
    rows_of: list[Bools],
    *,
    participant: AnyCodes,
    photo: AnyCodes | None,
    block: AnyCodes,
    exposure_ms: Floats,
    right: Floats,
) -> Compared:
    """People's thresholds `own`, each of a person under a condition (all (m,)), and the trials behind them.

    `rows_of` marks each condition's trials among all (n,); the rest is of shape (n,) as in
    `threshold_interval`. A difference has no basis where a condition has one person, or where the slope
    within blocks says nothing of what harder photos would do.
    """
    people = Joint.means(labels, own, own_condition, own_person, None)
    bases, moves = dict(people.compared.bases), []
    if photo is None:
        return Compared(labels, people.values, THESE_PHOTOS, bases, people.compared.raw_covariance)
    for rows in rows_of:
        found = threshold_moves(participant[rows], block[rows], exposure_ms[rows], right[rows])
        spread = np.zeros(len(participant))
        if found is not None:
            spread[rows] = found
        moves.append(spread if found is not None else None)
    unclear = {place for place, own in enumerate(moves) if own is None}
    reasons = {pair: NO_SLOPE for pair, basis in bases.items() if basis is not None and unclear & {*pair}}
    for a, b in combinations(range(len(labels)), 2):
        bases[a, b] = _pair(bases[a, b], moves[a], moves[b], participant, photo)
    known = np.stack([np.zeros(len(participant)) if own is None else own for own in moves], axis=1)
    by_photo, by_cell = (_grid(known, codes) for codes in (photo, cells_of(participant, photo)))
    covariance = two_way_covariance(
        people.compared.raw_covariance, sum_of_products(by_photo), by_cell.T @ by_cell
    )
    return Compared(labels, people.values, DEFAULT, bases, covariance, reasons)


def _pair(
    people: Basis | None, one: Floats | None, other: Floats | None, participant: AnyCodes, photo: AnyCodes
) -> Basis | None:
    if people is None or one is None or other is None:
        return None
    moves = one - other
    rows = moves != 0
    if np.count_nonzero(np.bincount(photo[rows])) < 2:
        return None
    return with_photos(people, moves[rows], participant[rows], photo[rows])


def _grid(moves: Floats, clusters: AnyCodes) -> Floats:
    return np.stack([np.bincount(clusters, column) for column in moves.T], axis=1)
