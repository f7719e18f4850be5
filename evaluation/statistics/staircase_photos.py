"""What the photos add to the variance of a staircase threshold: new participants × new photos.

A threshold is no mean of answers, so a photo cannot simply be summed up. But a staircase stays where three
answers in four are right: photos that are harder by so much push the exposure up until they are, which is
their residual over the slope of the curve there. The slope is that within blocks. The exposure follows from
earlier answers, which makes it too steep in short blocks (Nickell, Econometrica 49 (1981) 1417-1426); the
first-order part of that is taken off.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Floats, Json, cells_of
from evaluation.statistics.clustered import Basis, cluster_variance
from evaluation.statistics.crossed import t_interval
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS

FEWEST_ERRORS = 4.0
"""A slope that is not so many standard errors above 0 gives no interval."""


NO_SLOPE = "the slope within blocks is not clear enough to say what harder photos would do"


def threshold_interval(
    own: Floats,
    *,
    participant: AnyCodes,
    photo: AnyCodes | None,
    block: AnyCodes,
    exposure_ms: Floats,
    right: Floats,
    alpha: float,
) -> Json:
    """The mean of people's thresholds `own` with its guarded two-way interval; without photos that by people.

    `own` shape (participants,); trials shape (n,), `block` numbers the blocks of all people.
    """
    people, mean = len(own), float(own.mean())
    by_people = float(own.var(ddof=1)) / people if people > 1 else None
    if photo is None:
        basis = None if by_people is None else Basis(by_people, people - 1)
        return t_interval(mean, basis, THESE_PHOTOS, alpha)
    photos = int(np.count_nonzero(np.bincount(photo)))
    if by_people is None or photos < 2:
        return t_interval(mean, None, DEFAULT, alpha)
    moves = threshold_moves(participant, block, exposure_ms, right)
    if moves is None:
        return t_interval(mean, None, DEFAULT, alpha) | {"reason": NO_SLOPE}
    basis = with_photos(Basis(by_people, people - 1), moves, participant, photo)
    return t_interval(mean, basis, DEFAULT, alpha)


def threshold_moves(
    participant: AnyCodes, block: AnyCodes, exposure_ms: Floats, right: Floats
) -> Floats | None:
    """By how many ms each trial of one condition moves the mean threshold, shape (n,).

    None where the slope within blocks is not clear.
    """
    size = np.bincount(block).astype(np.float64)
    x = exposure_ms - (np.bincount(block, exposure_ms) / np.maximum(size, 1))[block]
    y = right - (np.bincount(block, right) / np.maximum(size, 1))[block]
    spread, blocks = float(np.dot(x, x)), int(np.count_nonzero(size))
    free = len(x) - blocks - 1
    steep = float(np.dot(x, y)) / spread if spread > 0 else 0.0
    noise = float(np.square(y - steep * x).sum()) / free if free > 0 else 0.0
    slope = steep - noise * blocks / (steep * spread) if steep > 0 else 0.0
    if noise <= 0 or slope < FEWEST_ERRORS * sqrt(noise / spread):
        return None
    trials = np.bincount(participant)
    people = np.count_nonzero(trials)
    return np.asarray((y - steep * x) / slope / (people * trials[participant]))


def with_photos(people: Basis, moves: Floats, participant: AnyCodes, photo: AnyCodes) -> Basis:
    """The guarded two-way variance, from that by people and by how much each trial moves the estimate."""
    by_photo, photos = cluster_variance(moves, photo, 1.0)
    by_cell, _ = cluster_variance(moves, cells_of(participant, photo), 1.0)
    assert by_photo is not None
    two_way = people.variance + by_photo - (by_cell or 0.0)
    return Basis(max(two_way, people.variance, by_photo), min(people.df, photos - 1))
