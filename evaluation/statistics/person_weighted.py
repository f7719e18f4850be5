"""The fool rate in which every participant counts alike, and whether it differs from that over trials.

Where people who are easily fooled do more trials than others, or stay longer, the rate over trials tells more
of them than of the rest. Then the two rates are answers to different questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags, Floats, Json, sums
from evaluation.statistics.clustered import Basis, two_way_basis
from evaluation.statistics.distributions import t_quantile, t_tail
from evaluation.statistics.intervals import DEFAULT, Interval, check_alpha, score_interval
from evaluation.statistics.satterthwaite import Scores, spread_over_clusters

WARNING_LEVEL = 0.01
"""Level of the test behind the warning, declared here and not chosen after the fact.

No warning is no proof that the rates agree: the test misses many real differences.
"""

METHOD = "Wilson with effective n and t quantile, each participant weighted alike"
OF_PEOPLE, OVER_LESS_OF_PEOPLE = np.array([0.0, 1.0]), np.array([1.0, -1.0])


def person_weighted(fooled: Flags, participant: AnyCodes, photo: AnyCodes, alpha: float = 0.05) -> Json:
    """Mean over people of their own rates, its two-way interval, and how far the rate over trials is from it.

    All of shape (n,), n >= 1; nobody judged a photo twice. `differs` is True where the difference has a p
    value below WARNING_LEVEL, and None where there is no test: everybody has as many trials, or the answers
    do not vary.
    """
    check_alpha(alpha)
    two = _TwoRates.of(fooled, participant, photo)
    rate = two.of_people
    basis = two.basis(OF_PEOPLE, least=two.noise)
    difference = two.basis(OVER_LESS_OF_PEOPLE, least=0.0)
    found: Json = {
        "fool_rate": rate,
        "interval": _interval(rate, basis, len(fooled), alpha).as_json(),
        "df": None if basis is None else basis.df,
        "difference": two.over_trials - rate,
        "difference_se": None,
        "p": None,
        "level": WARNING_LEVEL,
        "differs": None,
    }
    if difference is None or difference.variance < 1e-18:
        return found
    se = sqrt(difference.variance)
    p = 2 * t_tail(abs(found["difference"]) / se, difference.df)
    return found | {"difference_se": se, "p": p, "differs": p < WARNING_LEVEL}


def _interval(rate: float, basis: Basis | None, n: int, alpha: float) -> Interval:
    if basis is None:
        return Interval.none(
            DEFAULT, METHOD, 1 - alpha, "a single participant or photo: nothing shows how much others differ"
        )
    inside = 0 < rate < 1 and basis.variance > 0
    n_eff = rate * (1 - rate) / basis.variance if inside else float(n)
    low, high = score_interval(rate, n_eff, t_quantile(alpha / 2, basis.df))
    return Interval(low, high, DEFAULT, METHOD, 1 - alpha)


@dataclass(frozen=True)
class _TwoRates:
    """The rate over trials and the mean over people as two parameters of the same answers; O(n).

    `n` and `k` are the trials and the fooled trials of each person.
    """

    over_trials: float
    of_people: float
    n: Floats
    k: Floats
    by_person: Scores
    by_photo: Scores

    @classmethod
    def of(cls, fooled: Flags, participant: AnyCodes, photo: AnyCodes) -> _TwoRates:
        """Count each person's trials, and sum up what each person and photo adds to either rate."""
        sizes, taken = sums(participant), sums(participant, fooled)
        n, k = sizes[sizes > 0], taken[sizes > 0]
        total, people = float(n.sum()), len(n)
        over, own = float(k.sum()) / total, min(1.0, float((k / n).mean()))
        supposed = (total * own + 0.5) / (total + 1)
        variance = supposed * (1 - supposed)
        by_person = _scores(
            n / total,
            k / total,
            1 / (people * n) * n,
            k / (people * n),
            1 / (people**2 * n),
            total,
            over,
            own,
            variance,
        )
        weights = (1 / (people * np.maximum(sizes, 1)))[participant]
        judged = sums(photo) > 0
        shares, fooled_shares, weight, fooled_weight, square = (
            sums(photo, values)[judged]
            for values in (None, fooled, weights, weights * fooled, weights * weights)
        )
        by_photo = _scores(
            shares / total, fooled_shares / total, weight, fooled_weight, square, total, over, own, variance
        )
        return cls(over, own, n, k, by_person, by_photo)

    @property
    def noise(self) -> float:
        """Variance of the mean over people if no two trials had anything in common."""
        rate = self.of_people
        return rate * (1 - rate) * float((1 / self.n).sum()) / len(self.n) ** 2

    def basis(self, contrast: Floats, least: float) -> Basis | None:
        """Variance and degrees of freedom of a combination of the two rates, by people and photos."""
        people, photos = (
            spread_over_clusters(scores, contrast) for scores in (self.by_person, self.by_photo)
        )
        return two_way_basis(people, photos, self._cells(contrast), least)

    def _cells(self, contrast: Floats) -> float | None:
        """The part of single trials: all fooled ones of a person move the rates alike, so do others."""
        total = float(self.n.sum())
        if total < 2:
            return None
        squares = 0.0
        for outcome, count in ((1.0, self.k), (0.0, self.n - self.k)):
            moves = contrast[0] * (outcome - self.over_trials) / total
            moves = moves + contrast[1] * (outcome - self.of_people) / (len(self.n) * self.n)
            squares += float(np.dot(count, moves * moves))
        return squares * total / (total - 1)


def _scores(
    share: Floats,
    fooled_share: Floats,
    weight: Floats,
    fooled_weight: Floats,
    square: Floats,
    total: float,
    over: float,
    own: float,
    variance: float,
) -> Scores:
    """Of one kind of clusters: trials as shares of all, the weights of their people, and those squared."""
    response = np.zeros((len(share), 2, 2))
    information = np.zeros_like(response)
    response[:, 0, 0], response[:, 1, 1] = share, weight
    information[:, 0, 0], information[:, 1, 1] = share / total, square
    information[:, 0, 1] = information[:, 1, 0] = weight / total
    totals = np.stack((fooled_share - share * over, fooled_weight - weight * own), axis=1)
    return Scores(totals, information * variance, response)
