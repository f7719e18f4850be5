"""From a table of responses to everything that a report says: counts, rates, intervals, comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import numpy as np

from evaluation.exclusion_rules import LowVigilance, UnlikelyResponseTime, strict_view, vigilance_shares
from evaluation.statistics.arrays import Floats, Json, Rows
from evaluation.statistics.chance import against_chance, equivalence, exact_equivalence
from evaluation.statistics.clustered import (
    ClusteredRate,
    clustered_rate,
    default_interval,
    logit_t_interval,
    naive_interval,
    these_photos_interval,
    this_participant_interval,
)
from evaluation.statistics.comparisons import pairwise
from evaluation.statistics.distributions import t_quantile
from evaluation.statistics.filters import ValidResponses, valid_responses
from evaluation.statistics.intervals import check_alpha, clopper_pearson, jeffreys, score_interval, wilson
from evaluation.statistics.means import mean_over_photos
from evaluation.statistics.side import side_preference
from evaluation.statistics.signal_detection import dprime_2afc, dprime_2afc_loglinear, sdt_side
from evaluation.statistics.table import ResponseTable

MetricScores = Mapping[str, Mapping[str, Floats]]
"""Scores by condition and metric: one number a photo, shape (photos,)."""

ASSUMED_DEFF = 3.5
"""Design effect assumed at 0 % and 100 %, where the data show none."""


def analyse(
    table: ResponseTable,
    *,
    metrics: MetricScores | None = None,
    alpha: float = 0.05,
    vigilance: LowVigilance | None = None,
    response_time: UnlikelyResponseTime | None = None,
    mix_sources: bool = False,
) -> Json:
    """Everything that the responses allow to say, ready for JSON; deterministic, without a seed.

    Raises ValueError for a table that mixes sources (people and simulated participants) unless `mix_sources`.
    """
    check_alpha(alpha)
    sources = table.source.counts()
    if len(sources) > 1 and not mix_sources:
        raise ValueError(
            f"the table mixes responses from {sorted(sources)}; analyse them apart (of_source), "
            f"or ask for one estimate over all with mix_sources=True"
        )
    valid = valid_responses(table)
    strict = strict_view(table, valid, vigilance=vigilance, response_time=response_time)
    result: Json = {
        "alpha": alpha,
        "rows": valid.rows,
        "test_rows": valid.test_rows,
        "usable_rows": valid.usable_rows,
        "contradictory": valid.contradictory,
        "valid_rows": len(valid),
        "participants": int(np.count_nonzero(np.bincount(valid.table.participant.codes))),
        "images": int(np.count_nonzero(np.bincount(valid.table.photo.codes))),
        "attention_excluded": list(strict.attention_excluded),
        "strict_rows": int(strict.keep.sum()),
        "filters": [*valid.steps, *strict.steps],
        "phases": table.phase.counts(),
        "sources": sources,
        "vigilance": _vigilance(table),
        "models": {},
        "side": side_preference(valid.table.fake_side, valid.table.chosen_side),
        "pairwise": pairwise(valid, alpha),
    }
    for code, name in _conditions(valid):
        rows = np.flatnonzero(valid.table.condition.codes == code)
        result["models"][name] = _condition(valid, rows, rows[strict.keep[rows]], alpha)
    if metrics is not None:
        result["metrics"] = {
            model: {metric: mean_over_photos(values, alpha) for metric, values in scores.items()}
            for model, scores in sorted(metrics.items())
        }
    return result


def _conditions(valid: ValidResponses) -> list[tuple[int, str]]:
    labels = valid.table.condition.labels
    present = np.flatnonzero(np.bincount(valid.table.condition.codes, minlength=len(labels)))
    return sorted(((int(code), labels[code]) for code in present), key=lambda pair: pair[1])


def _condition(valid: ValidResponses, rows: Rows, strict_rows: Rows, alpha: float) -> Json:
    """All that is said about one condition: its valid rows, at least one, and those of the strict view."""
    found = _rate(valid, rows)
    n, k = found.n, found.k
    result: Json = _headline(found, alpha) | {
        "clopper_pearson": list(clopper_pearson(k, n, alpha)),
        "jeffreys": list(jeffreys(k, n, alpha)),
        "se_cluster_G_adj": {
            "participant": _root(found.v_participant),
            "image": _root(found.v_image),
            "two_way": _root(found.two_way),
        },
        "chance": against_chance(found),
        "tost_05": equivalence(found, 0.05),
        "tost_10": equivalence(found, 0.10),
        "tost_05_exact_binomial": exact_equivalence(k, n, 0.05),
        "dprime_2afc": dprime_2afc(k, n),
        "dprime_2afc_loglinear": dprime_2afc_loglinear(k, n),
        "sdt_side": sdt_side(valid.table.fake_side[rows], valid.table.chosen_side[rows]),
        "strict": _headline(_rate(valid, strict_rows), alpha) if len(strict_rows) else _nothing_left(),
    }
    if found.on_boundary and found.n_eff is not None:
        result["boundary_rule"] = _boundary(found, alpha)
    return result


def _rate(valid: ValidResponses, rows: Rows) -> ClusteredRate:
    # After step S3 each row of a condition is a (participant, photo) cell of its own.
    codes = valid.table.participant.codes[rows], valid.table.photo.codes[rows]
    return clustered_rate(valid.fooled[rows], *codes)


def _headline(found: ClusteredRate, alpha: float) -> Json:
    return {
        "n": found.n,
        "k": found.k,
        "fool_rate": found.rate,
        "participants": found.participants,
        "images": found.images,
        "wilson": list(wilson(found.k, found.n, alpha)),
        "recommended": _recommended(found, alpha),
        "intervals": _intervals(found, alpha),
    }


def _intervals(found: ClusteredRate, alpha: float) -> Json:
    """The default interval and its companions, each named by what it is about."""
    named = {
        "default": default_interval(found, alpha),
        "these_photos": these_photos_interval(found, alpha),
        "naive": naive_interval(found, alpha),
    }
    if found.participants == 1:
        named["this_participant"] = this_participant_interval(found, alpha)
    return {name: interval.as_json() for name, interval in named.items()}


def _recommended(found: ClusteredRate, alpha: float) -> Json | None:
    if found.n_eff is None or found.guarded is None:
        return None
    logit = None if found.on_boundary else logit_t_interval(found.rate, found.guarded, found.df, alpha)
    return {
        "se": None if found.on_boundary else sqrt(found.guarded),
        "df": found.df,
        "n_eff": found.n_eff,
        "deff": found.n / found.n_eff,
        "wilson_neff_t_ci": default_interval(found, alpha).ends,
        "logit_t_ci": None if logit is None else list(logit),
    }


def _boundary(found: ClusteredRate, alpha: float) -> Json:
    """Bounds under stated assumptions for 0 % and 100 %, where the data show no variance."""
    share = found.k / found.n
    assumed = found.n / ASSUMED_DEFF
    quantile = t_quantile(alpha / 2, found.df)
    return {
        "note": "all answers alike, so no variance can be estimated from them",
        "cp_at_deff_3_5": list(clopper_pearson(share * assumed, assumed, alpha)),
        "cp_participants_as_units": list(
            clopper_pearson(share * found.participants, found.participants, alpha)
        ),
        "recommended_wilson_t": {
            "df": found.df,
            "ci": list(score_interval(found.rate, found.n, quantile)),
        },
    }


def _vigilance(table: ResponseTable) -> Json:
    """How attentive the participants were: people asked, and the mean and lowest share of trials passed."""
    shares = vigilance_shares(table)
    asked = shares[np.isfinite(shares)]
    return {
        "participants": len(asked),
        "mean_share": float(asked.mean()) if len(asked) else None,
        "lowest_share": float(asked.min()) if len(asked) else None,
    }


def _nothing_left() -> Json:
    return {
        "n": 0,
        "k": 0,
        "fool_rate": None,
        "participants": 0,
        "images": 0,
        "wilson": None,
        "recommended": None,
        "intervals": None,
    }


def _root(variance: float | None) -> float | None:
    return None if variance is None or variance < 0 else sqrt(variance)
