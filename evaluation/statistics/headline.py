"""The fool rate of one condition with its three intervals, as plain values."""

from __future__ import annotations

from math import log, sqrt

from evaluation.statistics.arrays import Json
from evaluation.statistics.bootstraps import raw_variances
from evaluation.statistics.clustered import (
    ClusteredRate,
    default_interval,
    logit_t_interval,
    naive_interval,
    these_photos_interval,
    this_participant_interval,
)
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.intervals import (
    DEFAULT,
    NAIVE,
    THESE_PHOTOS,
    clopper_pearson,
    score_interval,
    wilson,
)
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE

ASSUMED_DEFF = 3.5
"""Design effect assumed at 0 % and 100 %, where the data show none."""


def headline(found: ClusteredRate, alpha: float, rule: str = CURRENT_RULE) -> Json:
    """Counts, rate, and the intervals by what they are about."""
    return {
        "n": found.n,
        "k": found.k,
        "fool_rate": found.rate,
        "participants": found.participants,
        "images": found.images,
        "wilson": list(wilson(found.k, found.n, alpha)),
        "estimand": {"wilson": NAIVE},
        "recommended": _recommended(found, alpha, rule),
        CGM_TWO_WAY: _recommended(found, alpha, CGM_TWO_WAY),
        "intervals": _intervals(found, alpha, rule),
    }


def no_headline() -> Json:
    """The same where no trial is left."""
    return {
        "n": 0,
        "k": 0,
        "fool_rate": None,
        "participants": 0,
        "images": 0,
        "wilson": None,
        "estimand": {"wilson": NAIVE},
        "recommended": None,
        CGM_TWO_WAY: None,
        "intervals": None,
    }


def cluster_errors(found: ClusteredRate) -> Json:
    """Standard errors by participant, by photo and two-way: with the factor G/(G-1), raw, and on log-odds.

    None where the variance cannot be estimated or, unguarded, would be negative.
    """
    raw = raw_variances(found)
    raw_two_way = None if raw is None else raw[0] + raw[1] - raw[2]
    two_way = _root(found.two_way)
    inside = not found.on_boundary
    return {
        "se_cluster_G_adj": {
            "participant": _root(found.v_participant),
            "image": _root(found.v_image),
            "two_way": two_way,
        },
        "se_cluster_raw": {
            "participant": None if raw is None else _root(raw[0]),
            "image": None if raw is None else _root(raw[1]),
            "two_way": _root(raw_two_way),
        },
        "logit": log(found.k / (found.n - found.k)) if inside else None,
        "logit_two_way_se_G_adj": two_way / (found.rate * (1 - found.rate))
        if inside and two_way is not None
        else None,
    }


def boundary_rule(found: ClusteredRate, alpha: float) -> Json:
    """Bounds under stated assumptions for 0 % and 100 %, where the data show no variance."""
    share = found.k / found.n
    assumed = found.n / ASSUMED_DEFF
    quantile = t_quantile(alpha / 2, found.df)
    return {
        "note": "all answers alike, so no variance can be estimated from them",
        "estimand": {
            "cp_at_deff_3_5": "as from independent trials, each of which counts as 2/7 of one",
            "cp_participants_as_units": THESE_PHOTOS,
        },
        "cp_at_deff_3_5": list(clopper_pearson(share * assumed, assumed, alpha)),
        "cp_participants_as_units": list(
            clopper_pearson(share * found.participants, found.participants, alpha)
        ),
        "recommended_wilson_t": {
            "df": found.df,
            "estimand": DEFAULT,
            "ci": list(score_interval(found.rate, found.n, quantile)),
        },
    }


def _intervals(found: ClusteredRate, alpha: float, rule: str) -> Json:
    """The default interval and its companions, each named by what it is about."""
    named = {
        "default": default_interval(found, alpha, rule),
        "these_photos": these_photos_interval(found, alpha),
        "naive": naive_interval(found, alpha),
    }
    if found.participants == 1:
        named["this_participant"] = this_participant_interval(found, alpha)
    return {name: interval.as_json() for name, interval in named.items()}


def _recommended(found: ClusteredRate, alpha: float, rule: str) -> Json | None:
    basis, n_eff = found.basis(rule), found.effective_trials(rule)
    if basis is None or n_eff is None:
        return None
    logit = None if found.on_boundary else logit_t_interval(found.rate, basis.variance, basis.df, alpha)
    return {
        "rule": rule,
        "estimand": DEFAULT,
        "se": None if found.on_boundary else sqrt(basis.variance),
        "df": basis.df,
        "n_eff": n_eff,
        "deff": found.n / n_eff,
        "wilson_neff_t_ci": default_interval(found, alpha, rule).ends,
        "logit_t_ci": None if logit is None else list(logit),
    }


def _root(variance: float | None) -> float | None:
    return None if variance is None or variance < 0 else sqrt(variance)
