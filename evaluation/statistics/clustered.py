"""Variance of a fool rate whose trials share participants and photos, and the intervals that rest on it.

Cameron, Gelbach & Miller, J. Business & Economic Statistics 29 (2011) 238-249, with a guard: the two-way
value is often too small, and in small studies often negative. What is taken off for few clusters, and the
degrees of freedom, follow a rule: see `rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from evaluation.statistics.arrays import AnyCodes, Flags
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import (
    DEFAULT,
    NAIVE,
    THESE_PHOTOS,
    THIS_PARTICIPANT,
    Interval,
    check_alpha,
    clopper_pearson,
    score_interval,
    wilson,
)
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE
from evaluation.statistics.satterthwaite import ONE, Scores, Spread, scores_of_mean, spread_over_clusters

DEFAULT_METHOD = "Wilson with effective n and t quantile, clustered by participant and photo"
THESE_PHOTOS_METHOD = "logit with t quantile, clustered by participant"


@dataclass(frozen=True)
class Basis:
    """What an interval and its test rest on: a variance that is not negative, and its degrees of freedom."""

    variance: float
    df: float


@dataclass(frozen=True)
class ClusteredRate:
    """A rate k/n with its cluster counts and its variance by cluster, each with the factor G/(G-1).

    A variance is None where there are fewer than two clusters of its kind. `spread_participant` and
    `spread_image` are the same two variances with the factor and the degrees of freedom that the sizes of the
    clusters give.
    """

    n: int
    k: int
    participants: int
    images: int
    v_participant: float | None
    v_image: float | None
    v_cell: float | None
    spread_participant: Spread | None
    spread_image: Spread | None

    @property
    def rate(self) -> float:
        """Share of fooled trials, in [0, 1]."""
        return self.k / self.n

    @property
    def binomial_variance(self) -> float:
        """p(1-p)/n, the variance if no two trials had anything in common."""
        return self.rate * (1 - self.rate) / self.n

    @property
    def on_boundary(self) -> bool:
        """Whether nobody or everybody was fooled, so that no variance can be estimated."""
        return self.k in (0, self.n)

    @property
    def two_way(self) -> float | None:
        """V_part + V_img - V_cell, unguarded: may be negative."""
        if self.v_participant is None or self.v_image is None or self.v_cell is None:
            return None
        return self.v_participant + self.v_image - self.v_cell

    @property
    def guarded(self) -> float | None:
        """max(two-way, participant, image, binomial); None with one participant or one photo."""
        if self.two_way is None or self.v_participant is None or self.v_image is None:
            return None
        return max(self.two_way, self.v_participant, self.v_image, self.binomial_variance)

    @property
    def n_eff(self) -> float | None:
        """How many independent trials would say as much under the rule `cgm_two_way`; n at 0 % and 100 %."""
        return self.effective_trials(CGM_TWO_WAY)

    @property
    def df(self) -> int:
        """Degrees of freedom under the rule `cgm_two_way`: min(participants, photos) - 1."""
        return min(self.participants, self.images) - 1

    def basis(self, rule: str = CURRENT_RULE) -> Basis | None:
        """Guarded variance and degrees of freedom under a rule; None with one participant or one photo."""
        if self.guarded is None:
            return None
        if rule == CGM_TWO_WAY:
            return Basis(self.guarded, self.df)
        return two_way_basis(
            self.spread_participant, self.spread_image, self.v_cell, least=self.binomial_variance
        )

    def effective_trials(self, rule: str = CURRENT_RULE) -> float | None:
        """How many independent trials would say as much; n at 0 % and 100 %."""
        basis = self.basis(rule)
        if basis is None:
            return None
        return float(self.n) if self.on_boundary else self.rate * (1 - self.rate) / basis.variance


def two_way_basis(
    participant: Spread | None, image: Spread | None, v_cell: float | None, least: float
) -> Basis | None:
    """max(V_part + V_img - V_cell, V_part, V_img, least) with the fewer degrees of freedom of the two.

    None without both kinds of clusters.
    """
    if participant is None or image is None or v_cell is None:
        return None
    two_way = participant.variance + image.variance - v_cell
    guarded = max(two_way, participant.variance, image.variance, least)
    return Basis(guarded, min(participant.df, image.df))


def cluster_variance(residuals: np.ndarray, clusters: AnyCodes, divisor: float) -> tuple[float | None, int]:
    """G/(G-1) times the sum of squared cluster totals over divisor squared, and G; O(n).

    `residuals` shape (n,), `clusters` codes >= 0 of shape (n,). The variance is None for fewer than two
    clusters.
    """
    present = np.bincount(clusters)
    count = int(np.count_nonzero(present))
    if count < 2:
        return None, count
    totals = np.bincount(clusters, residuals)
    return float(np.dot(totals, totals)) / divisor**2 * count / (count - 1), count


def _of_totals(scores: Scores) -> float | None:
    """`cluster_variance` of a mean whose scores are summed already."""
    count = len(scores.totals)
    return float(np.square(scores.totals).sum()) * count / (count - 1) if count > 1 else None


def clustered_rate(
    fooled: Flags, participant: AnyCodes, photo: AnyCodes, cell: AnyCodes | None = None
) -> ClusteredRate:
    """Count and cluster the trials of one condition.

    All of shape (n,), n >= 1; `fooled` is 0 or 1, the others are codes >= 0. `cell` codes the pairs of
    participant and photo; without it each trial is taken as a cell of its own, as it is when no photo is
    judged twice.
    """
    n = len(fooled)
    if n == 0:
        raise ValueError("no trials: a rate needs at least one")
    k = int(np.count_nonzero(fooled))
    residuals = np.asarray(fooled - k / n, dtype=np.float64)
    # Half an answer of each kind, so that 0 % and 100 % have degrees of freedom too.
    supposed = (k + 0.5) / (n + 1)
    noise = supposed * (1 - supposed)
    by_person, by_photo = (scores_of_mean(residuals, codes, noise) for codes in (participant, photo))
    if cell is None:
        v_cell = float(np.dot(residuals, residuals)) / n**2 * n / (n - 1) if n > 1 else None
    else:
        v_cell, _ = cluster_variance(residuals, cell, n)
    return ClusteredRate(
        n,
        k,
        participants=len(by_person.totals),
        images=len(by_photo.totals),
        v_participant=_of_totals(by_person),
        v_image=_of_totals(by_photo),
        v_cell=v_cell,
        spread_participant=spread_over_clusters(by_person, ONE),
        spread_image=spread_over_clusters(by_photo, ONE),
    )


def logit_t_interval(rate: float, variance: float, df: float, alpha: float) -> tuple[float, float] | None:
    """Interval symmetric on the log-odds scale, t quantile; None at 0 % and 100 % or without variance."""
    if not 0 < rate < 1 or df < 1 or variance <= 0:
        return None
    centre = log(rate / (1 - rate))
    half = t_quantile(alpha / 2, df) * sqrt(variance) / (rate * (1 - rate))
    return _expit(centre - half), _expit(centre + half)


def _expit(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def default_interval(found: ClusteredRate, alpha: float = 0.05, rule: str = CURRENT_RULE) -> Interval:
    """The interval for new participants and new photos of the same kinds: Wilson with n_eff, t quantile."""
    check_alpha(alpha)
    basis, n_eff = found.basis(rule), found.effective_trials(rule)
    if basis is None or n_eff is None:
        few = "one participant" if found.participants < 2 else "one photo"
        return Interval.none(
            DEFAULT,
            DEFAULT_METHOD,
            1 - alpha,
            f"only {few}: nothing shows how much the rate would change with others",
        )
    low, high = score_interval(found.rate, n_eff, t_quantile(alpha / 2, basis.df))
    return Interval(low, high, DEFAULT, DEFAULT_METHOD, 1 - alpha)


def these_photos_interval(found: ClusteredRate, alpha: float = 0.05) -> Interval:
    """The interval for new participants who judge exactly these photos; too short as a claim about others."""
    check_alpha(alpha)
    if found.v_participant is None:
        return Interval.none(
            THESE_PHOTOS,
            THESE_PHOTOS_METHOD,
            1 - alpha,
            "only one participant: nothing shows how much the rate would change with others",
        )
    df = found.participants - 1
    if found.on_boundary:
        low, high = score_interval(found.rate, found.n, t_quantile(alpha / 2, df))
        return Interval(low, high, THESE_PHOTOS, "Wilson with t quantile (all answers alike)", 1 - alpha)
    ends = logit_t_interval(found.rate, found.v_participant, df, alpha)
    if ends is None or found.v_participant < 1e-9 * found.binomial_variance:
        return Interval.none(
            THESE_PHOTOS,
            THESE_PHOTOS_METHOD,
            1 - alpha,
            "all participants have the same rate: no spread to estimate a variance from",
        )
    return Interval(*ends, THESE_PHOTOS, THESE_PHOTOS_METHOD, 1 - alpha)


def naive_interval(found: ClusteredRate, alpha: float = 0.05) -> Interval:
    """Wilson over trials as if all were independent: to compare with the literature, not to conclude."""
    low, high = wilson(found.k, found.n, alpha)
    return Interval(low, high, NAIVE, "Wilson over trials, ignores clustering", 1 - alpha)


def this_participant_interval(found: ClusteredRate, alpha: float = 0.05) -> Interval:
    """The exact interval for the only participant; says nothing about other people."""
    if found.participants != 1:
        return Interval.none(
            THIS_PARTICIPANT, "Clopper-Pearson", 1 - alpha, f"there are {found.participants} participants"
        )
    low, high = clopper_pearson(found.k, found.n, alpha)
    return Interval(low, high, THIS_PARTICIPANT, "Clopper-Pearson", 1 - alpha)
