"""Several values estimated from the same crossed trials: intervals, differences, and their order.

Strengths, mean scores, error rates: whatever solves "scores add up to 0" over trials that share people and
photos. Every statement rests on the guarded two-way variance of `crossed.py` and names its estimand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Floats, Json
from evaluation.statistics.clustered import Basis
from evaluation.statistics.compared import Compared, sum_of_products
from evaluation.statistics.crossed import Crossed, t_interval
from evaluation.statistics.simultaneous import two_way_covariance


@dataclass(frozen=True)
class Joint:
    """k values, shape (k,), and by what each moves with the sum of the scores: `moves` (k, parameters).

    `separate` says that the parameters are means of trials of their own, so that what is asked of some of
    them concerns no others.
    """

    labels: tuple[str, ...]
    values: Floats
    moves: Floats
    crossed: Crossed
    separate: bool = False

    @classmethod
    def means(
        cls,
        labels: tuple[str, ...],
        values: Floats,
        arm: AnyCodes,
        participant: AnyCodes,
        photo: AnyCodes | None,
        cell: AnyCodes | None = None,
    ) -> Joint:
        """The mean of each arm's trials; `values`, `arm`, `participant`, `photo` and `cell` of shape (n,).

        `arm` codes point into `labels`, and each label has at least one trial.
        """
        k = len(labels)
        n = np.bincount(arm, minlength=k).astype(np.float64)
        if not n.all():
            missing = ", ".join(label for label, own in zip(labels, n, strict=True) if own < 1)
            raise ValueError(f"a mean needs trials, and there are none of: {missing}")
        mean = np.bincount(arm, values, minlength=k) / n
        residual = values - mean[arm]
        spread = np.bincount(arm, residual**2, minlength=k) / n
        design = np.zeros((len(arm), k))
        design[np.arange(len(arm)), arm] = 1.0
        crossed = Crossed(design, residual, spread[arm], np.ones(len(arm)), participant, photo, cell)
        return cls(labels, mean, np.diag(1 / n), crossed, separate=True)

    @property
    def estimand(self) -> str:
        """What every interval from this is about."""
        return self.crossed.estimand

    @property
    def these_photos(self) -> Joint:
        """The same values with errors by people alone: a claim about these photos."""
        return replace(self, crossed=replace(self.crossed, photo=None, cell=None))

    def basis(self, contrast: Floats) -> Basis | None:
        """Variance and degrees of freedom of `contrast` (k,) times the values."""
        moves = contrast @ self.moves
        if not self.separate:
            return self.crossed.basis(moves)
        used = np.asarray(moves != 0)
        return self.crossed.only(used).basis(moves[used])

    def interval(self, contrast: Floats, alpha: float, null: float | None = None) -> Json:
        """`contrast` (k,) times the values with its t interval, and its test against `null` where wanted."""
        return t_interval(
            float(contrast @ self.values), self.basis(contrast), self.estimand, alpha, null=null
        )

    def one(self, place: int, alpha: float, null: float | None = None) -> Json:
        """A single value with its t interval."""
        return self.interval(np.eye(len(self.values))[place], alpha, null)

    def each(self, alpha: float) -> list[Json]:
        """Every value by the name of its condition, with its t interval."""
        return [{"model": label} | self.one(place, alpha) for place, label in enumerate(self.labels)]

    def combined(self, labels: tuple[str, ...], contrasts: Floats) -> Joint:
        """Other values, each row of `contrasts` (m, k) times these."""
        return replace(self, labels=labels, values=contrasts @ self.values, moves=contrasts @ self.moves)

    @property
    def centred(self) -> Joint:
        """Each value less the mean of all."""
        k = len(self.values)
        return self.combined(self.labels, np.eye(k) - 1 / k)

    def pairs(self, alpha: float) -> list[Json]:
        """Every difference a - b with its intervals and tests: see `Compared.pairs`."""
        return self.compared.pairs(alpha)

    def order(self, alpha: float) -> list[Json]:
        """From the greatest value to the smallest, and how sure that is: see `Compared.order`."""
        return self.compared.order(alpha)

    @cached_property
    def compared(self) -> Compared:
        """All differences and the joint covariance."""
        unit = np.eye(len(self.values))
        bases = {(a, b): self.basis(unit[a] - unit[b]) for a, b in combinations(range(len(self.values)), 2)}
        return Compared(self.labels, self.values, self.estimand, bases, self._raw_covariance())

    def _raw_covariance(self) -> Floats:
        crossed = self.crossed
        by_person = sum_of_products(self._grid(crossed.participant))
        if crossed.photo is None:
            return by_person
        cell = np.arange(len(crossed.residual)) if crossed.cell is None else crossed.cell
        by_cell = self._grid(cell)
        return two_way_covariance(by_person, sum_of_products(self._grid(crossed.photo)), by_cell.T @ by_cell)

    def photo_influence(self) -> Floats:
        """How far the trials of each photo move each value, shape (largest photo code + 1, k)."""
        assert self.crossed.photo is not None
        return self._grid(self.crossed.photo)

    def _grid(self, clusters: AnyCodes) -> Floats:
        rows = (self.crossed.design * self.crossed.residual[:, None]) @ self.moves.T
        return np.stack([np.bincount(clusters, column) for column in rows.T], axis=1)
