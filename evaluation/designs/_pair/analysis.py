"""From a table of responses to everything that a report says: counts, rates, intervals, comparisons."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evaluation.designs._common.observers import observed
from evaluation.designs._exclusion_rules import (
    LowVigilance,
    TooSoon,
    UnlikelyResponseTime,
    strict_view,
    vigilance_rows,
    vigilance_shares,
)
from evaluation.statistics.always_valid import beta_mixture_sequence, participant_sequence
from evaluation.statistics.arrays import Flags, Floats, Json, Rows, one_thread
from evaluation.statistics.bootstraps import Resampling, bootstrap, pigeonhole_linearised
from evaluation.statistics.chance import against_chance, equivalence, exact_equivalence
from evaluation.statistics.clustered import ClusteredRate, clustered_rate, default_interval
from evaluation.statistics.comparisons import pairwise, residual_totals
from evaluation.statistics.correlation import PhotoScores, metric_correlation
from evaluation.statistics.early_looks import rates_of_people
from evaluation.statistics.filters import ValidResponses, valid_responses
from evaluation.statistics.headline import boundary_rule, cluster_errors, headline, no_headline
from evaluation.statistics.interval_order import NAMES, interval_order
from evaluation.statistics.intervals import NAIVE, check_alpha, clopper_pearson, jeffreys
from evaluation.statistics.lapses import attentive_interval, attentive_rate, lapse_estimate
from evaluation.statistics.means import mean_over_photos
from evaluation.statistics.over_time import response_times
from evaluation.statistics.person_weighted import person_weighted
from evaluation.statistics.photo_influence import photo_influence
from evaluation.statistics.photo_rates import eb_beta_binomial
from evaluation.statistics.planning import next_study
from evaluation.statistics.ranking import add_simultaneous, ranking
from evaluation.statistics.rules import CURRENT_RULE, check_rule
from evaluation.statistics.side import side_preference, side_within_participants
from evaluation.statistics.signal_detection import dprime_2afc, dprime_2afc_loglinear, sdt_side
from evaluation.statistics.table import UNKNOWN, Factor, ResponseTable

MetricScores = Mapping[str, Mapping[str, Floats]]
"""Scores by condition and metric: one number a photo, shape (photos,)."""


@one_thread()
def analyse(
    table: ResponseTable,
    *,
    metrics: MetricScores | None = None,
    photo_scores: PhotoScores | None = None,
    alpha: float = 0.05,
    vigilance: LowVigilance | None = None,
    response_time: UnlikelyResponseTime | None = None,
    too_soon: TooSoon | None = None,
    mix_sources: bool = False,
    resampling: Resampling | None = None,
    with_mixed_model: bool = False,
    rule: str = CURRENT_RULE,
) -> Json:
    """Everything that the responses allow to say, ready for JSON; the same rows give the same numbers.

    Bootstraps and drawn sign flips are made only with `resampling`, which holds their seed; the mixed model
    only if asked for, as it takes longer than all the rest. `photo_scores` are the metrics by photo, which
    the correlation needs. `rule` names how variances and degrees of freedom are found.
    Raises ValueError for a table that mixes sources (people and simulated participants) unless `mix_sources`.
    """
    check_alpha(alpha)
    check_rule(rule)
    sources = table.source.counts()
    if len(sources) > 1 and not mix_sources:
        raise ValueError(
            f"the table mixes responses from {sorted(sources)}; analyse them apart (of_source), "
            f"or ask for one estimate over all with mix_sources=True"
        )
    valid = valid_responses(table)
    strict = strict_view(
        table, valid.table, vigilance=vigilance, response_time=response_time, too_soon=too_soon
    )
    # What is said of single photos goes by photo; every variance goes by what the photos are cut from.
    grouped = valid.by_photo_cluster()
    lapses = _lapses(table.by_photo_cluster(), alpha, rule)
    totals = residual_totals(grouped)
    pairs = pairwise(grouped, alpha, resampling, totals, rule)
    add_simultaneous(pairs, totals, alpha, rule)
    result: Json = {
        "alpha": alpha,
        "rule": rule,
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
        "lapse": lapses,
        "models": {},
        "side": _sides(grouped, alpha),
        "pairwise": pairs,
        "ranking": ranking(totals, alpha, rule),
        **observed(valid, grouped, alpha),
    }
    if table.photo_cluster is not None:
        result["photo_clusters"] = int(np.count_nonzero(np.bincount(grouped.table.photo.codes)))
    for code, name in _conditions(valid):
        rows = np.flatnonzero(valid.table.condition.codes == code)
        rate = _rate(grouped, rows)
        found = _condition(valid, grouped, rate, rows, rows[strict.keep[rows]], alpha, rule, resampling)
        if lapses["rate"] is not None:
            found["attentive_rate"] = attentive_rate(found["fool_rate"], lapses["rate"])
            interval = attentive_interval(found["fool_rate"], default_interval(rate, alpha, rule), lapses)
            found["attentive_interval"] = interval.as_json()
        result["models"][name] = found
    if metrics is not None:
        result["metrics"] = {
            model: {metric: mean_over_photos(values, alpha) for metric, values in scores.items()}
            for model, scores in sorted(metrics.items())
        }
    if photo_scores is not None:
        result["metric_correlation"] = metric_correlation(valid, photo_scores, alpha)
    if with_mixed_model:
        # Only here: its solvers take longer to load than the other statistics to compute.
        from evaluation.statistics.mixed_model import mixed_model

        result["glmm"] = mixed_model(grouped, alpha)
    return result


def _conditions(valid: ValidResponses) -> list[tuple[int, str]]:
    labels = valid.table.condition.labels
    present = np.flatnonzero(np.bincount(valid.table.condition.codes, minlength=len(labels)))
    return sorted(((int(code), labels[code]) for code in present), key=lambda pair: pair[1])


def _condition(
    valid: ValidResponses,
    grouped: ValidResponses,
    found: ClusteredRate,
    rows: Rows,
    strict_rows: Rows,
    alpha: float,
    rule: str,
    resampling: Resampling | None,
) -> Json:
    """All that is said about one condition: its valid rows, at least one, and those of the strict view."""
    n, k = found.n, found.k
    table, fooled = valid.table, valid.fooled[rows]
    who, photo = _places(table.participant, rows), _places(table.photo, rows)
    cluster = photo if grouped is valid else _places(grouped.table.photo, rows)
    result: Json = headline(found, alpha, rule) | {
        "estimand": dict.fromkeys(
            ("wilson", "clopper_pearson", "jeffreys", "anytime_beta_mixture_cs"), NAIVE
        ),
        "clopper_pearson": list(clopper_pearson(k, n, alpha)),
        "jeffreys": list(jeffreys(k, n, alpha)),
        "anytime_beta_mixture_cs": list(beta_mixture_sequence(k, n, alpha)),
        "always_valid": participant_sequence(rates_of_people(fooled, who), alpha).as_json(),
        "person_weighted": person_weighted(fooled, who, cluster, alpha),
        **cluster_errors(found),
        "pigeonhole_linearised": pigeonhole_linearised(found),
        "chance": against_chance(found, rule),
        "tost_05": equivalence(found, 0.05, rule),
        "tost_10": equivalence(found, 0.10, rule),
        "tost_05_exact_binomial": exact_equivalence(k, n, 0.05),
        "dprime_2afc": dprime_2afc(k, n),
        "dprime_2afc_loglinear": dprime_2afc_loglinear(k, n),
        "sdt_side": sdt_side(table.fake_side[rows], table.chosen_side[rows]),
        "response_times": response_times(
            fooled, who, table.rt_ms[rows], alpha, cluster, grouped.cells_of(rows)
        ),
        "eb_beta_binomial": eb_beta_binomial(fooled, photo, table.photo.labels, alpha),
        "photo_influence": photo_influence(fooled, photo, table.photo.labels),
        "planning": next_study(fooled, who, photo, alpha),
        "strict": headline(_rate(grouped, strict_rows), alpha, rule) if len(strict_rows) else no_headline(),
    }
    by_order = None
    if table.arrangement is not None:
        by_order = interval_order(
            _fake_first(table.arrangement, rows), table.fake_side[rows], table.chosen_side[rows],
            who, cluster, grouped.cells_of(rows), alpha, rule,
        )  # fmt: skip
    if by_order is not None:
        result["interval_order"] = by_order
    if found.on_boundary and found.n_eff is not None:
        result["boundary_rule"] = boundary_rule(found, alpha)
    if resampling is not None:
        result["bootstrap"] = bootstrap(fooled, who, cluster, resampling, alpha)
    return result


def _fake_first(arrangement: Factor, rows: Rows) -> Flags:
    """1, 0 or -1 (at once, or unknown): the pair test calls its arrangements by side and interval."""
    places = {f"-{name}": code for code, name in NAMES.items()}
    of_label = [
        next((code for end, code in places.items() if label.endswith(end)), UNKNOWN)
        for label in arrangement.labels
    ]
    return np.array([*of_label, UNKNOWN], dtype=np.int8)[arrangement.codes[rows]]


def _rate(valid: ValidResponses, rows: Rows) -> ClusteredRate:
    codes = _places(valid.table.participant, rows), _places(valid.table.photo, rows)
    return clustered_rate(valid.fooled[rows], *codes, valid.cells_of(rows))


def _places(factor: Factor, rows: Rows | slice = slice(None)) -> Rows:
    """The codes as numpy counts by them: it would otherwise make them anew for each sum."""
    return factor.codes[rows].astype(np.intp)


def _sides(valid: ValidResponses, alpha: float) -> Json:
    """Of the rows whose sides are known: all, or none in a file that says only whether people were fooled."""
    known = valid.table.chosen_side != UNKNOWN
    table = valid.table if known.all() else valid.table.take(known)
    return side_preference(table.fake_side, table.chosen_side) | {
        "within_participants": side_within_participants(
            table.chosen_side, table.participant.codes, alpha, table.photo.codes, valid.cell[known]
        )
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


def _lapses(table: ResponseTable, alpha: float, rule: str) -> Json:
    rows = vigilance_rows(table)
    failed = (table.attention_passed[rows] != 1).astype(np.int8)
    who, photo = table.participant.codes[rows], table.photo.codes[rows]
    return lapse_estimate(failed, who, photo, alpha, rule)
