"""Laplace approximation of the likelihood of a logistic model with two crossed random intercepts.

The log-odds of a trial are b[arm] + sd_many * u[many] + sd_few * v[few], with u and v standard normal: one
effect for each level of two crossed groupings, such as photos and participants. The penalised least squares
behind it: Bates and others, Journal of Statistical Software 67 (2015) 1, section 3.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from evaluation.statistics.arrays import Floats
from evaluation.statistics.mixed_crossed import CrossedTrials, Precision

MODE_STEPS = 100
DECREMENT = 1e-16
ROUNDING = 1e-12


class NoMode(ArithmeticError):
    """The most likely effects of people and photos were not found."""


class LaplaceLikelihood:
    """Log-likelihood with the effects integrated out, as a function of the two SDs and the arms' log-odds.

    Each call starts from the effects that the last one found: the same calls in the same order give the same
    bits, and any other order the same number up to rounding.
    """

    def __init__(self, trials: CrossedTrials) -> None:
        self._trials = trials
        self._many = np.zeros(trials.manys)
        self._few = np.zeros(trials.fews)

    def __call__(self, sd_many: float, sd_few: float, log_odds: Floats) -> tuple[float, Floats]:
        """Value, and gradient in the order sd_many, sd_few, log_odds: shape (2 + arms,). SDs of any sign.

        Raises NoMode where the effects are not found.
        """
        trials = self._trials
        rate, joint, precision = self._mode(sd_many, sd_few, log_odds)
        value = joint - precision.log_determinant / 2

        of_many, of_few, at_cells = precision.inverse()
        shared = at_cells[trials.cell]
        by_many, by_few = of_many[trials.many], of_few[trials.few]
        leverage = sd_many**2 * by_many + sd_few**2 * by_few + 2 * sd_many * sd_few * shared
        weights, residuals = rate * (1 - rate), trials.fooled - rate
        # How the log-determinant moves with each trial's log-odds, directly and through the effects.
        push = leverage * weights * (1 - 2 * rate)
        back_many, back_few = precision.solve(sd_many * trials.per_many(push), sd_few * trials.per_few(push))
        echo = push - weights * (sd_many * back_many[trials.many] + sd_few * back_few[trials.few])
        u, v = self._many[trials.many], self._few[trials.few]
        turn_many = (
            2 * float(weights @ (sd_many * by_many + sd_few * shared))
            + float(echo @ u)
            + float(back_many @ trials.per_many(residuals))
        )
        turn_few = (
            2 * float(weights @ (sd_few * by_few + sd_many * shared))
            + float(echo @ v)
            + float(back_few @ trials.per_few(residuals))
        )
        by_sd = [float(residuals @ u) - turn_many / 2, float(residuals @ v) - turn_few / 2]
        return value, np.concatenate((by_sd, trials.per_arm(residuals - echo / 2)))

    def _mode(self, sd_many: float, sd_few: float, log_odds: Floats) -> tuple[Floats, float, Precision]:
        """The most likely effects by Newton's method; each trial's rate, joint log-density and precision."""
        trials = self._trials
        rate, joint = self._density(self._many, self._few, sd_many, sd_few, log_odds)
        for _ in range(MODE_STEPS):
            residuals = trials.fooled - rate
            precision = Precision(trials, rate * (1 - rate), sd_many, sd_few)
            pull_many = sd_many * trials.per_many(residuals) - self._many
            pull_few = sd_few * trials.per_few(residuals) - self._few
            step_many, step_few = precision.solve(pull_many, pull_few)
            decrement = float(pull_many @ step_many + pull_few @ step_few)
            if decrement < DECREMENT * max(1.0, -joint):
                return rate, joint, precision
            length = 1.0
            while True:
                many, few = self._many + length * step_many, self._few + length * step_few
                moved, density = self._density(many, few, sd_many, sd_few, log_odds)
                if density >= joint - ROUNDING * abs(joint):
                    break
                length /= 2
                if length < ROUNDING:
                    raise NoMode("the effects of people and photos could not be found")
            self._many, self._few, rate, joint = many, few, moved, density
        raise NoMode("the effects of people and photos did not settle")

    def _density(
        self, many: Floats, few: Floats, sd_many: float, sd_few: float, log_odds: Floats
    ) -> tuple[Floats, float]:
        """Each trial's rate, and the log-density of answers and effects without the normal constant."""
        trials = self._trials
        odds = log_odds[trials.arm] + (sd_many * many)[trials.many] + (sd_few * few)[trials.few]
        answers = float(trials.fooled @ odds) - float(np.logaddexp(0, odds).sum())
        return expit(odds), answers - (float(many @ many) + float(few @ few)) / 2
