"""Whether people prefer a side, and whether the fakes were on both sides alike."""

from __future__ import annotations

import numpy as np

from evaluation.statistics.arrays import Flags, Json
from evaluation.statistics.distributions import binomial_at_most
from evaluation.statistics.table import LEFT


def side_preference(fake_side: Flags, chosen_side: Flags) -> Json:
    """Left choices and left fakes with exact binomial tests against one half; both shape (n,).

    The tests take trials as independent: a small p says "look", not how strong the habit of a person is.
    """
    n = len(fake_side)
    chosen, fake = int(np.sum(chosen_side == LEFT)), int(np.sum(fake_side == LEFT))
    return {
        "chosen_left": chosen,
        "n": n,
        "share_chosen_left": chosen / n if n else None,
        "p_chosen": even_odds_p(chosen, n),
        "fake_left": fake,
        "p_fake": even_odds_p(fake, n),
    }


def even_odds_p(successes: int, trials: int) -> float | None:
    """Two-sided exact binomial p against one half; None without trials."""
    if trials == 0:
        return None
    return min(1.0, 2 * binomial_at_most(min(successes, trials - successes), trials, 0.5))
