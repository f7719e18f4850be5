"""Sensitivity to the fake, from two-alternative answers.

Green & Swets, Signal Detection Theory and Psychophysics (1966); log-linear correction: Hautus, Behavior
Research Methods 27 (1995) 46-51.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.special import ndtri

from evaluation.statistics.arrays import Flags, Json
from evaluation.statistics.table import LEFT, RIGHT


def dprime_2afc(fooled: int, trials: int) -> float | None:
    """sqrt(2) z(1 - fooled/trials): 0 is chance, positive sees the fake; None where it is infinite.

    It is infinite at 0 % and 100 %. Assumes no preference for a side; see `sdt_side`.
    """
    return float(sqrt(2) * ndtri(1 - fooled / trials)) if 0 < fooled < trials else None


def dprime_2afc_loglinear(fooled: int, trials: int) -> float:
    """The same with half a trial added to each outcome: always finite, a little nearer to 0."""
    return float(sqrt(2) * ndtri(1 - (fooled + 0.5) / (trials + 1)))


def sdt_side(fake_side: Flags, chosen_side: Flags) -> Json:
    """Sensitivity free of side preference, and the preference itself.

    Hit: chose left with the fake on the left; false: chose left with the fake on the right; each with the
    log-linear correction. A positive criterion leans to the right. Both shape (n,), 0 = left, 1 = right.
    """
    on_left, on_right = fake_side == LEFT, fake_side == RIGHT
    chose_left = chosen_side == LEFT
    n_left, n_right = int(on_left.sum()), int(on_right.sum())
    hits, false = int(np.sum(chose_left & on_left)), int(np.sum(chose_left & on_right))
    z_hit = float(ndtri((hits + 0.5) / (n_left + 1)))
    z_false = float(ndtri((false + 0.5) / (n_right + 1)))
    both = n_left > 0 and n_right > 0
    return {
        "n_fake_left": n_left,
        "hits_left": hits,
        "n_fake_right": n_right,
        "false_left": false,
        "dprime_bias_free_loglinear": (z_hit - z_false) / sqrt(2) if both else None,
        "criterion_loglinear": -(z_hit + z_false) / 2 if both else None,
    }
