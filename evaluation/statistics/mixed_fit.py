"""Maximum of the Laplace likelihood: the two SDs, the log-odds of the conditions and their covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from threadpoolctl import threadpool_limits

from evaluation.statistics.arrays import Floats
from evaluation.statistics.mixed_crossed import CrossedTrials
from evaluation.statistics.mixed_laplace import LaplaceLikelihood, NoMode

LARGEST_SD = 3.0
"""Above this the approximation says nothing: it prints 29 % where the truth is 5 %."""
FARTHEST_SD = 10.0
ABSENT = 1e-3
"""An SD below this is zero: the data show no differences of this kind."""
START_SD = 0.5
DIFFERENCE = 1e-3
ENOUGH = 1e-3
"""Log-likelihood that may at most be left to gain at the reported maximum."""


class NoMaximum(ArithmeticError):
    """The likelihood has no maximum that the search could find."""


class SpreadTooLarge(ArithmeticError):
    """An SD above LARGEST_SD."""

    def __init__(self, sd_many: float, sd_few: float) -> None:
        super().__init__(f"the SDs are {sd_many:.1f} and {sd_few:.1f}; above {LARGEST_SD:g} none is believed")
        self.sd_many = sd_many
        self.sd_few = sd_few


@dataclass(frozen=True)
class Optimum:
    """The fitted model; `log_odds` of shape (arms,), `covariance` of shape (arms, arms)."""

    sd_many: float
    sd_few: float
    log_odds: Floats
    covariance: Floats
    log_likelihood: float


def maximise(trials: CrossedTrials, *, few_vary: bool = True) -> Optimum:
    """Fit the SDs and the log-odds of each condition; with `few_vary` false the second SD is held at zero.

    Every condition needs both answers. Raises SpreadTooLarge, or NoMaximum where the search does not end at a
    maximum. On one thread: the result has the same bits on any number of cores, and a busy core delays the
    factorisation a hundredfold when it is spread over all.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        return _Search(trials, few_vary).optimum()


class _Search:
    """The likelihood as a function of one point: the SDs that vary, then the log-odds."""

    def __init__(self, trials: CrossedTrials, few_vary: bool) -> None:
        self._trials = trials
        self._sds = 2 if few_vary else 1
        self._kept = np.r_[0 : self._sds, 2 : 2 + trials.arms]
        self._likelihood = LaplaceLikelihood(trials)

    def optimum(self) -> Optimum:
        try:
            point, value = self._climb()
            found = np.abs(point[: self._sds])
            sd_many, sd_few = (float(sd) if sd >= ABSENT else 0.0 for sd in (*found, 0.0)[:2])
            if max(sd_many, sd_few) > LARGEST_SD:
                raise SpreadTooLarge(sd_many, sd_few)
            covariance = self._covariance(point)
        except NoMode as reason:
            raise NoMaximum(str(reason)) from reason
        return Optimum(sd_many, sd_few, point[self._sds :], covariance, value)

    def _climb(self) -> tuple[Floats, float]:
        # Imported here: it would add a sixth of a second to every analysis, and few fit a model.
        from scipy import optimize

        shares = self._trials.per_arm(self._trials.fooled) / np.bincount(self._trials.arm)
        start = np.concatenate((np.full(self._sds, START_SD), np.log(shares / (1 - shares))))
        # In units of about a standard error: the search then needs a third of the steps.
        unit = 1 / np.sqrt(len(self._trials.fooled))
        # The likelihood is even in each SD. A search over both signs never sticks to the edge at zero, where
        # the slope is always zero.
        far = FARTHEST_SD / unit
        bounds = [(-far, far)] * self._sds + [(None, None)] * self._trials.arms

        def minus(scaled: Floats) -> tuple[float, Floats]:
            value, gradient = self._at(scaled * unit)
            return -value, -gradient * unit

        found = optimize.minimize(
            minus, start / unit, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-4, "ftol": 0}
        )
        return np.asarray(found.x, dtype=np.float64) * unit, -float(found.fun)

    def _at(self, point: Floats) -> tuple[float, Floats]:
        sds = (*point[: self._sds], 0.0)
        value, gradient = self._likelihood(float(sds[0]), float(sds[1]), point[self._sds :])
        return value, gradient[self._kept]

    def _covariance(self, point: Floats) -> Floats:
        """Of the log-odds, from the curvature in everything that varies (an SD of zero does not)."""
        free = np.flatnonzero((np.arange(len(point)) >= self._sds) | (np.abs(point) >= ABSENT))
        curvature = np.empty((len(free), len(free)))
        for row, parameter in enumerate(free):
            step = np.zeros(len(point))
            step[parameter] = DIFFERENCE
            slopes = self._at(point - step)[1] - self._at(point + step)[1]
            curvature[row] = slopes[free] / (2 * DIFFERENCE)
        try:
            factor = linalg.cho_factor((curvature + curvature.T) / 2)
        except linalg.LinAlgError as reason:
            raise NoMaximum("the likelihood is flat where the search ended") from reason
        slope = self._at(point)[1][free]
        if slope @ linalg.cho_solve(factor, slope) / 2 > ENOUGH:
            raise NoMaximum("the search ended before the maximum")
        arms = self._trials.arms
        return np.asarray(linalg.cho_solve(factor, np.eye(len(free)))[-arms:, -arms:])
