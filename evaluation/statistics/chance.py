"""A fool rate against 50 %, where fake and real cannot be told apart: difference and equivalence."""

from __future__ import annotations

from math import sqrt

from evaluation.statistics.arrays import Json
from evaluation.statistics.clustered import Basis, ClusteredRate
from evaluation.statistics.distributions import binomial_at_least, binomial_at_most, normal_tail, t_tail
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE
from evaluation.statistics.side import even_odds_p


def against_chance(found: ClusteredRate, rule: str = CURRENT_RULE) -> Json:
    """Test of rate = 50 %: t with the guarded variance, and the exact binomial, which ignores clustering.

    `recommended` follows the rule, `p_cluster_t` is that of `cgm_two_way`. A rate significantly above 50 % is
    reported like any other.
    """
    result: Json = {
        "p_exact_binomial": even_odds_p(found.k, found.n),
        "z_cluster": None,
        "p_cluster_t": None,
        "recommended": None,
    }
    older, basis = _basis(found, CGM_TWO_WAY), _basis(found, rule)
    if older is None or basis is None:
        return result
    z, t = ((found.rate - 0.5) / sqrt(each.variance) for each in (older, basis))
    return result | {
        "z_cluster": z,
        "p_cluster_t": 2 * t_tail(abs(z), older.df),
        "recommended": {"t": t, "df": basis.df, "p": 2 * t_tail(abs(t), basis.df)},
    }


def equivalence(found: ClusteredRate, margin: float, rule: str = CURRENT_RULE) -> Json | None:
    """Two one-sided tests that the rate lies within 50 % +- margin; the margin is declared before the data.

    `recommended` follows the rule, `cluster_t` is that of `cgm_two_way`. A small p supports
    "indistinguishable within the margin". None without a variance (one participant or photo, 0 %, 100 %).
    Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680.
    """
    older, basis = _basis(found, CGM_TWO_WAY), _basis(found, rule)
    if older is None or basis is None:
        return None
    naive = sqrt(found.binomial_variance)
    below, above = found.rate - (0.5 - margin), found.rate - (0.5 + margin)
    tests = {
        "cluster_t": _one_sided(below, above, older),
        "recommended": _one_sided(below, above, basis),
        "naive_z": {"p_lower": normal_tail(below / naive), "p_upper": normal_tail(-above / naive)},
    }
    return {name: ends | {"p": max(ends.values())} for name, ends in tests.items()}


def _one_sided(below: float, above: float, basis: Basis) -> dict[str, float]:
    se = sqrt(basis.variance)
    return {"p_lower": t_tail(below / se, basis.df), "p_upper": t_tail(-above / se, basis.df)}


def exact_equivalence(k: int, n: int, margin: float = 0.05) -> float:
    """The exact binomial form of `equivalence`: larger of the two one-sided p values; ignores clustering."""
    lower = binomial_at_least(k, n, 0.5 - margin)
    upper = binomial_at_most(k, n, 0.5 + margin)
    return max(lower, upper)


def _basis(found: ClusteredRate, rule: str) -> Basis | None:
    return None if found.on_boundary else found.basis(rule)
