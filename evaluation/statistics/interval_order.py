"""Of two pictures shown in turn, does it matter which came first? Rates, criterion and side bias by order.

In a two-interval task people may lean to one interval; that leaves a rate over both orders alone only where
the orders are balanced (Yeshurun, Carrasco & Maloney, Vision Research 48 (2008) 1837-1851).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from evaluation.statistics.arrays import AnyCodes, Bools, Flags, Floats, Json
from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.crossed import Crossed, t_interval
from evaluation.statistics.intervals import DEFAULT
from evaluation.statistics.rules import CURRENT_RULE
from evaluation.statistics.table import LEFT

FIRST, SECOND = 1, 0
NAMES = {FIRST: "first", SECOND: "second"}


def interval_order(
    fake_first: Flags,
    fake_side: Flags,
    chosen_side: Flags,
    participant: AnyCodes,
    photo: AnyCodes,
    cell: AnyCodes | None = None,
    alpha: float = 0.05,
    rule: str = CURRENT_RULE,
) -> Json | None:
    """One condition by the interval of its fakes; None where not both orders occur.

    All of shape (n,); `fake_first` is 1 (first), 0 (second), -1 (at once or unknown, left out).
    `difference` is the fool rate with the fake first minus that with the fake second. `called_first` is the
    share of trials in which the first picture was called fake, `criterion` the preference for an interval on
    the scale of d': above 0, people lean to calling the second one fake.
    """
    known = fake_first != -1
    if len(np.unique(fake_first[known])) < 2:
        return None
    clusters = participant[known], photo[known], None if cell is None else cell[known]
    first, right = fake_first[known] == FIRST, chosen_side[known] == fake_side[known]
    fooled, left = ~right, chosen_side[known] == LEFT
    on_left = fake_side[known] == LEFT
    called_first = first == right
    orders = {}
    for code, name in NAMES.items():
        rows = first == (code == FIRST)
        own = tuple(None if part is None else part[rows] for part in clusters)
        orders[name] = _share(fooled[rows], own, alpha, rule) | {
            "called_left": _share(left[rows], own, alpha, rule),
            "criterion": criterion(left[rows], on_left[rows], own, alpha),
        }
    return {
        "orders": orders,
        "difference": difference_of_shares(fooled, first, clusters, alpha),
        "called_first": _share(called_first, clusters, alpha, rule),
        "criterion": criterion(called_first, first, clusters, alpha),
    }


Clusters = tuple[AnyCodes | None, ...]
"""Participant, photo and cell of each trial."""


def criterion(said: Bools, was: Bools, clusters: Clusters, alpha: float = 0.05) -> Json | None:
    """-(z(H) + z(F)) / 2 with its interval, by the delta method; None where `was` is always the same.

    H and F are the shares of `said` with and without `was`, each with half a trial added to both outcomes
    (Hautus 1995). The variance is clustered by participants and photos.
    """
    numbers = np.array([np.count_nonzero(was), np.count_nonzero(~was)])
    if not numbers.all():
        return None
    shares = (np.array([np.count_nonzero(said & was), np.count_nonzero(said & ~was)]) + 0.5) / (numbers + 1)
    z = ndtri(shares)
    slope = np.sqrt(2 * np.pi) * np.exp(z * z / 2)
    return _interval(-float(z.sum()) / 2, -slope / 2, said, was, clusters, alpha)


def difference_of_shares(said: Bools, was: Bools, clusters: Clusters, alpha: float = 0.05) -> Json:
    """The share of `said` where `was` holds minus that elsewhere, with interval and test against 0."""
    estimate = float(said[was].mean() - said[~was].mean())
    return _interval(estimate, np.array([1.0, -1.0]), said, was, clusters, alpha, null=0.0)


def _interval(
    estimate: float,
    slopes: Floats,
    said: Bools,
    was: Bools,
    clusters: Clusters,
    alpha: float,
    null: float | None = None,
) -> Json:
    """A t interval for what moves by `slopes` with the two shares."""
    design = np.column_stack((was, ~was)).astype(np.float64)
    numbers = design.sum(axis=0)
    totals = design.T @ said
    supposed = design @ ((totals + 0.5) / (numbers + 1))
    participant, photo, cell = clusters
    assert participant is not None
    trials = Crossed(
        design, said - design @ (totals / numbers), supposed * (1 - supposed), np.ones(len(said)),
        participant, photo, cell,
    )  # fmt: skip
    return t_interval(estimate, trials.basis(slopes / numbers), DEFAULT, alpha, null)


def _share(said: Bools, clusters: Clusters, alpha: float, rule: str) -> Json:
    participant, photo, cell = clusters
    assert participant is not None
    assert photo is not None
    found = clustered_rate(said.astype(np.int8), participant, photo, cell)
    return {
        "n": found.n,
        "k": found.k,
        "share": found.rate,
        "interval": default_interval(found, alpha, rule).as_json(),
    }
