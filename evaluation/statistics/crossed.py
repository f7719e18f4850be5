"""Intervals for any estimate whose trials share participants and photos: the guarded two-way variance.

Every estimate that sums up trials has one number a trial by which that trial moves it. Summed over
participants, photos and cells, their squares give the same variance as that of a fool rate (`clustered.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Bools, Floats, Json, sums
from evaluation.statistics.clustered import Basis, cluster_variance, two_way_basis
from evaluation.statistics.distributions import t_quantile, t_tail
from evaluation.statistics.intervals import DEFAULT, THESE_PHOTOS
from evaluation.statistics.satterthwaite import ONE, Scores, Spread, spread_over_clusters

NO_PHOTOS = "the photos are not known, so this holds for these photos only"


@dataclass(frozen=True)
class Crossed:
    """The trials behind an estimate of k parameters that solves "scores add up to 0".

    A trial's score is `design[i] * residual[i]`; its variance is `design[i] design[i]' noise[i]`, and it
    moves with the parameters by `design[i] design[i]' response[i]`. `design` has shape (n, k), the others
    (n,). Without `photo` only participants are clusters, and the estimand is these photos only. `cell` codes
    the pairs of participant and photo; without it each trial is a cell of its own.
    """

    design: Floats
    residual: Floats
    noise: Floats
    response: Floats
    participant: AnyCodes
    photo: AnyCodes | None
    cell: AnyCodes | None = None

    @property
    def estimand(self) -> str:
        """What an interval from this is about."""
        return THESE_PHOTOS if self.photo is None else DEFAULT

    def basis(self, contrast: Floats = ONE) -> Basis | None:
        """Variance and degrees of freedom of what moves by `contrast` times the sum of scores."""
        people = spread_over_clusters(self._by_person, contrast)
        if self.photo is None:
            return None if people is None else Basis(people.variance, people.df)
        photos = spread_over_clusters(self._by_photo, contrast)
        moves = self.design @ contrast
        totals = moves * self.residual
        v_cell = _squares(totals if self.cell is None else sums(self.cell, totals))
        return two_way_basis(people, photos, v_cell, least=float(np.dot(moves * moves, self.noise)))

    def only(self, columns: Bools) -> Crossed:
        """The trials that some of the parameters (k,) rest on, where no other parameter moves with them."""
        rows = self.design[:, columns].any(axis=1)
        return Crossed(
            self.design[np.ix_(rows, columns)],
            self.residual[rows],
            self.noise[rows],
            self.response[rows],
            self.participant[rows],
            None if self.photo is None else self.photo[rows],
            None if self.cell is None else self.cell[rows],
        )

    def textbook_variance(self, contrast: Floats = ONE) -> float | None:
        """The two-way variance with the factors G / (G - 1), unguarded; None where it would be negative.

        For comparison with other software. Cameron, Gelbach & Miller, J. Business & Economic Statistics 29
        (2011) 238-249.
        """
        if self.photo is None:
            return None
        moves = self.design @ contrast * self.residual
        cell = np.arange(len(moves)) if self.cell is None else self.cell
        found = [cluster_variance(moves, codes, 1.0)[0] for codes in (self.participant, self.photo, cell)]
        if found[0] is None or found[1] is None or found[2] is None:
            return None
        two_way = found[0] + found[1] - found[2]
        return two_way if two_way >= 0 else None

    @cached_property
    def _by_person(self) -> Scores:
        return self._scores(self.participant)

    @cached_property
    def _by_photo(self) -> Scores:
        assert self.photo is not None
        return self._scores(self.photo)

    def _scores(self, clusters: AnyCodes) -> Scores:
        present = np.bincount(clusters) > 0
        k = self.design.shape[1]
        groups = int(np.count_nonzero(present))
        totals = np.empty((groups, k))
        information, response = np.empty((groups, k, k)), np.empty((groups, k, k))
        for a in range(k):
            own = self.design[:, a]
            totals[:, a] = np.bincount(clusters, own * self.residual)[present]
            for b in range(a + 1):
                both = own * self.design[:, b]
                for kept, weight in ((information, self.noise), (response, self.response)):
                    kept[:, a, b] = kept[:, b, a] = np.bincount(clusters, both * weight)[present]
        return Scores(totals, information, response)


def people_means(
    values: Floats,
    participant: AnyCodes,
    photo: AnyCodes,
    cell: AnyCodes | None = None,
    against: Bools | None = None,
) -> tuple[float, Basis | None] | None:
    """The mean over people of their own means, and the guarded two-way variance behind it; O(n).

    With `against`, the mean over people of the difference of their trials without and with that mark; people
    who lack either are left out. All of shape (n,). The degrees of freedom by photos take trials for weighing
    nearly alike on every photo; where people with many trials and with few judged other photos, they are only
    roughly right. None without a single participant to go by.
    """
    sides = 1 if against is None else 2
    # Which side of which person a trial is on; the rest is looked up by that in small tables.
    place = participant if against is None else participant * 2 + against
    size = (int(participant.max(initial=-1)) + 1) * sides
    numbers = np.bincount(place, minlength=size).reshape(-1, sides)
    counted = np.asarray((numbers > 0).all(axis=1), dtype=np.bool_)
    people = int(np.count_nonzero(counted))
    if people == 0:
        return None
    weights = np.where(counted[:, None], 1 / (people * np.maximum(numbers, 1)), 0.0)
    totals = np.bincount(place, values, minlength=size).reshape(-1, sides)
    centres = (weights * totals).sum(axis=0)
    signed = weights * np.array([1.0, -1.0])[:sides]
    estimate = float((signed * totals).sum())
    if people < 2:
        return estimate, None
    own = (signed * (totals - numbers * centres)).sum(axis=1)
    by_person = Spread(float(np.dot(own, own)) * people / (people - 1), people - 1)
    scores = signed.ravel()[place] * values - (signed * centres).ravel()[place]
    shares = sums(photo, weights.ravel()[place])
    kept = shares > 0
    # As if trials weighed alike on every photo: their squares then go with their shares.
    squares = float((weights**2 * numbers).sum()) / sides
    by_photo = spread_over_clusters(
        Scores(
            sums(photo, scores)[kept][:, None],
            (shares * (squares * float(values.var())))[kept][:, None, None],
            (shares / sides)[kept][:, None, None],
        ),
        ONE,
    )
    v_cell = _squares(scores if cell is None else sums(cell, scores))
    return estimate, two_way_basis(by_person, by_photo, v_cell, least=0.0)


def _squares(totals: Floats) -> float:
    """Sum of squares of the cells' totals, with their factor."""
    count = int(np.count_nonzero(totals))
    return float(np.dot(totals, totals)) * (count / (count - 1) if count > 1 else 1.0)


def t_interval(
    estimate: float, basis: Basis | None, estimand: str, alpha: float, null: float | None = None
) -> Json:
    """The estimate with its t interval, and with its test against `null` where one is wanted."""
    result: Json = {
        "estimate": estimate,
        "estimand": estimand,
        "se": None,
        "df": None,
        "ci": None,
        "reason": "",
    }
    if null is not None:
        result["p"] = None
    if basis is None:
        fewer = "participant" if estimand == THESE_PHOTOS else "participant or photo"
        return result | {"reason": f"a single {fewer}: nothing shows how much it would change with others"}
    if basis.variance <= 1e-24:
        return result | {"reason": "it does not vary: no spread to estimate a variance from"}
    se = sqrt(basis.variance)
    half = t_quantile(alpha / 2, basis.df) * se
    result |= {"se": se, "df": basis.df, "ci": [estimate - half, estimate + half]}
    if null is not None:
        result["p"] = 2 * t_tail(abs(estimate - null) / se, basis.df)
    return result
