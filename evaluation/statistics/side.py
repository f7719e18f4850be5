"""Whether people prefer a side, and whether the fakes were on both sides alike."""

from __future__ import annotations

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags, Json
from evaluation.statistics.crossed import people_means, t_interval
from evaluation.statistics.distributions import binomial_at_most
from evaluation.statistics.intervals import DEFAULT
from evaluation.statistics.over_time import mean_difference
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


def side_within_participants(
    chosen_side: Flags,
    participant: AnyCodes,
    alpha: float = 0.05,
    photo: AnyCodes | None = None,
    cell: AnyCodes | None = None,
) -> Json:
    """The habit of choosing left, less one half, as a mean over participants with t interval and test.

    All of shape (n,). `strong` counts participants who chose left in under 20 % or over 80 %. `ci` is by
    people, for these photos; `two_way` by photos too, where they are given.
    """
    seen = np.bincount(participant)
    left = np.bincount(participant, chosen_side == LEFT)[seen > 0] / seen[seen > 0]
    strong = int(np.count_nonzero(np.abs(left - 0.5) > 0.3))
    result = mean_difference(np.asarray(left - 0.5, dtype=np.float64), alpha) | {"strong": strong}
    if photo is None:
        return result
    found = people_means((chosen_side == LEFT) - 0.5, participant, photo, cell)
    two_way = None if found is None else t_interval(*found, DEFAULT, alpha, null=0.0)
    return result | {"two_way": two_way}


def even_odds_p(successes: int, trials: int) -> float | None:
    """Two-sided exact binomial p against one half; None without trials."""
    if trials == 0:
        return None
    return min(1.0, 2 * binomial_at_most(min(successes, trials - successes), trials, 0.5))


def mid_p(successes: int, trials: int) -> float | None:
    """The same less half the chance of the observed count on either side: less cautious, nearer to its level.

    Lancaster, JASA 56 (1961) 223-234.
    """
    if trials == 0:
        return None
    fewer = min(successes, trials - successes)
    below, up_to = binomial_at_most(fewer - 1, trials, 0.5), binomial_at_most(fewer, trials, 0.5)
    return min(1.0, below + up_to)
