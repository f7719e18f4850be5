"""A fool rate against 50 %, where fake and real cannot be told apart: difference and equivalence."""

from __future__ import annotations

from math import sqrt

from evaluation.statistics.arrays import Json
from evaluation.statistics.clustered import ClusteredRate
from evaluation.statistics.distributions import binomial_at_least, binomial_at_most, normal_tail, t_tail
from evaluation.statistics.side import even_odds_p


def against_chance(found: ClusteredRate) -> Json:
    """Test of rate = 50 %: t with the guarded variance, and the exact binomial, which ignores clustering.

    A rate significantly above 50 % is reported like any other.
    """
    result: Json = {
        "p_exact_binomial": even_odds_p(found.k, found.n),
        "z_cluster": None,
        "p_cluster_t": None,
    }
    se = _standard_error(found)
    if se is None:
        return result
    z = (found.rate - 0.5) / se
    return result | {"z_cluster": z, "p_cluster_t": 2 * t_tail(abs(z), found.df)}


def equivalence(found: ClusteredRate, margin: float) -> Json | None:
    """Two one-sided tests that the rate lies within 50 % +- margin; the margin is declared before the data.

    A small p supports "indistinguishable within the margin". None without a variance (one participant or
    photo, 0 %, 100 %). Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680.
    """
    se = _standard_error(found)
    if se is None:
        return None
    naive = sqrt(found.binomial_variance)
    below, above = found.rate - (0.5 - margin), found.rate - (0.5 + margin)
    clustered = {
        "p_lower": t_tail(below / se, found.df),
        "p_upper": t_tail(-above / se, found.df),
    }
    pooled = {
        "p_lower": normal_tail(below / naive),
        "p_upper": normal_tail(-above / naive),
    }
    return {
        "cluster_t": clustered | {"p": max(clustered.values())},
        "naive_z": pooled | {"p": max(pooled.values())},
    }


def exact_equivalence(k: int, n: int, margin: float = 0.05) -> float:
    """The exact binomial form of `equivalence`: larger of the two one-sided p values; ignores clustering."""
    lower = binomial_at_least(k, n, 0.5 - margin)
    upper = binomial_at_most(k, n, 0.5 + margin)
    return max(lower, upper)


def _standard_error(found: ClusteredRate) -> float | None:
    return None if found.guarded is None or found.on_boundary else sqrt(found.guarded)
