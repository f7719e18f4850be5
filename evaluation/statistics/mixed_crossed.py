"""Trials by two crossed groupings, and the system of equations that their effects solve.

The grouping with more levels has a diagonal block in that system; it is eliminated, and only the smaller one
is factored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from evaluation.statistics.arrays import AnyCodes, Flags, Floats, Rows

DENSE = 0.15
"""Share of all pairs that must occur for a dense product to be the faster one."""
BLOCK = 2_000_000
"""Numbers held at once while the inverse is read at the cells that occur."""


@dataclass(frozen=True)
class CrossedTrials:
    """Trials of `arms` conditions by two crossed groupings, coded without gaps.

    `fooled`, `arm`, `many`, `few` and `cell` have shape (trials,); `cell` points into the pairs that occur,
    `cell_many` and `cell_few` of shape (cells,), sorted by `cell_many`.
    """

    fooled: Floats
    arm: Rows
    many: Rows
    few: Rows
    cell: Rows
    cell_many: Rows
    cell_few: Rows
    arms: int
    manys: int
    fews: int

    @classmethod
    def from_codes(cls, fooled: Flags, arm: AnyCodes, many: AnyCodes, few: AnyCodes) -> CrossedTrials:
        """Number the levels that occur, in the order of the given codes (>= 0), all of shape (trials,)."""
        (arms, arm_code), (manys, many_code), (fews, few_code) = (
            np.unique(codes, return_inverse=True) for codes in (arm, many, few)
        )
        pairs, cell = np.unique(many_code.astype(np.int64) * len(fews) + few_code, return_inverse=True)
        return cls(
            fooled=fooled.astype(np.float64),
            arm=arm_code,
            many=many_code,
            few=few_code,
            cell=cell,
            cell_many=(pairs // len(fews)).astype(np.intp),
            cell_few=(pairs % len(fews)).astype(np.intp),
            arms=len(arms),
            manys=len(manys),
            fews=len(fews),
        )

    def per_arm(self, values: Floats) -> Floats:
        """Sums over the trials of each condition, shape (arms,)."""
        return np.asarray(np.bincount(self.arm, values, self.arms), dtype=np.float64)

    def per_many(self, values: Floats) -> Floats:
        """Sums over the trials of each level of the larger grouping, shape (manys,)."""
        return np.asarray(np.bincount(self.many, values, self.manys), dtype=np.float64)

    def per_few(self, values: Floats) -> Floats:
        """Sums over the trials of each level of the smaller grouping, shape (fews,)."""
        return np.asarray(np.bincount(self.few, values, self.fews), dtype=np.float64)


class Precision:
    """I + A'WA, where A holds each trial's SDs at its levels and W its weight: factored, solved, inverted."""

    def __init__(self, trials: CrossedTrials, weights: Floats, sd_many: float, sd_few: float) -> None:
        self._trials = trials
        self._diagonal = 1 + sd_many**2 * trials.per_many(weights)
        shared = sd_many * sd_few * np.bincount(trials.cell, weights, len(trials.cell_many))
        starts = np.searchsorted(trials.cell_many, np.arange(trials.manys + 1))
        shape = trials.manys, trials.fews
        self._cross = sparse.csr_array((shared, trials.cell_few, starts), shape=shape)
        by_diagonal = shared / self._diagonal[trials.cell_many]
        self._scaled = sparse.csr_array((by_diagonal, trials.cell_few, starts), shape=shape)
        left = np.diag(1 + sd_few**2 * trials.per_few(weights)) - self._eliminated()
        self._factor = linalg.cholesky(left, lower=True, overwrite_a=True, check_finite=False)

    def _eliminated(self) -> Floats:
        """What eliminating the larger grouping takes from the block of the smaller, shape (fews, fews)."""
        if self._cross.nnz > DENSE * self._trials.manys * self._trials.fews:
            return np.asarray(self._cross.toarray().T @ self._scaled.toarray())
        return np.asarray((self._cross.T @ self._scaled).toarray())

    @property
    def log_determinant(self) -> float:
        """The logarithm of the determinant."""
        return float(np.log(self._diagonal).sum() + 2 * np.log(np.diag(self._factor)).sum())

    def solve(self, many: Floats, few: Floats) -> tuple[Floats, Floats]:
        """The solution for a right-hand side given by its two parts, shapes (manys,) and (fews,)."""
        of_few = linalg.cho_solve(
            (self._factor, True), few - self._scaled.T @ many, overwrite_b=True, check_finite=False
        )
        return np.asarray(many / self._diagonal - self._scaled @ of_few), np.asarray(of_few)

    def inverse(self) -> tuple[Floats, Floats, Floats]:
        """The inverse where it is needed: both diagonals, and its entries at the cells, shape (cells,)."""
        lower, _ = linalg.lapack.dpotri(self._factor, lower=1)
        of_few = np.tril(lower) + np.tril(lower, -1).T
        trials = self._trials
        at_cells = np.empty(len(trials.cell_many))
        height = max(1, BLOCK // trials.fews)
        for first in range(0, trials.manys, height):
            # In blocks of levels: all at once would take manys x fews numbers.
            start, stop = np.searchsorted(trials.cell_many, (first, first + height))
            block = self._scaled[first : first + height] @ of_few
            at_cells[start:stop] = block[trials.cell_many[start:stop] - first, trials.cell_few[start:stop]]
        of_many = 1 / self._diagonal
        of_many = of_many + np.bincount(trials.cell_many, self._scaled.data * at_cells, trials.manys)
        return of_many, np.diag(of_few).copy(), -at_cells
