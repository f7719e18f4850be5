"""What answers tell of those who gave them, in any design: response times, order, agreement. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.designs._common.claims import claims_of, estimand_of, under_its_rule
from evaluation.report.section import Definition, Fact
from evaluation.report.wording import (
    NBSP,
    count,
    number,
    number_range,
    p_equals,
    percent,
    points,
    points_range,
)
from evaluation.statistics.arrays import Floats, Json
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.over_time import exposure_times, halves, order_effect, response_times
from evaluation.statistics.reliability import (
    complete_design,
    cronbach_alpha,
    intraclass_correlations,
    krippendorff_alpha,
    split_half,
    units,
)


@dataclass(frozen=True)
class Counting:
    """The words for what is counted in a trial: "fooled", "not fooled", "fooled by", "fool rate"."""

    verb: str
    opposite: str
    by: str
    rate: str


def observed(valid: ValidResponses, grouped: ValidResponses, alpha: float = 0.05) -> Json:
    """Order, response and exposure times, and agreement; `grouped` has clusters of photos for photos."""
    table = valid.table
    who = table.participant.codes.astype(np.intp)
    over_time = valid.fooled, who, table.trial_index
    crossed = grouped.table.photo.codes.astype(np.intp), grouped.cell
    grid = complete_design(valid)
    result: Json = {
        "order": order_effect(valid.fooled, table.condition.codes, *over_time[1:], *crossed, alpha)
        | {"halves": halves(*over_time, alpha, *crossed)},
        "response_times": response_times(valid.fooled, who, table.rt_ms, alpha, *crossed),
        "exposure_ms": exposure_times(table.exposure_ms),
        "split_half": split_half(*over_time),
        "krippendorff_alpha_nominal": krippendorff_alpha(valid.fooled, units(valid)),
    }
    if grid is not None:
        result["icc_psych"] = intraclass_correlations(grid, alpha)
        result["cronbach_alpha_raw"] = cronbach_alpha(grid)
    return result


def plain_times(rt_ms: Floats) -> Json:
    """Response times of the trials that count, (n,) in ms, where no outcome parts them in two."""
    known = rt_ms[np.isfinite(rt_ms)]
    if not len(known):
        return {"n": 0, "missing": len(rt_ms), "median_ms": None, "p05_ms": None, "p95_ms": None}
    low, middle, high = np.quantile(known, (0.05, 0.5, 0.95))
    return {
        "n": len(known),
        "missing": len(rt_ms) - len(known),
        "median_ms": float(middle),
        "p05_ms": float(low),
        "p95_ms": float(high),
    }


def observer_facts(analysis: Json, words: Counting) -> list[Fact]:
    """Each in a sentence or two, as far as the analysis knows."""
    analysis = under_its_rule(analysis)
    if not analysis["valid_rows"]:
        return []
    found = [
        Fact("Response times", _times(analysis.get("response_times"), words), "response-times"),
        Fact("Order", _order(analysis.get("order"), words), "order"),
        Fact("Agreement", agreement_in_words(analysis), "agreement"),
    ]
    return [fact for fact in found if fact.text]


def times_in_words(times: Json | None) -> str:
    """The usual response time and its range; empty where no trial has one."""
    if not times or times["median_ms"] is None:
        return ""
    text = (
        f"Median {_ms(times['median_ms'])}, nine in ten between {_ms(times['p05_ms'])} and "
        f"{_ms(times['p95_ms'])}."
    )
    if times["missing"]:
        text += f" {count(times['missing'], 'answer')} came without a time."
    return text


def _times(times: Json | None, words: Counting) -> str:
    text = times_in_words(times)
    if not times or not text:
        return ""
    if times["fooled_ratio"] is not None:
        found = times.get("two_way") or times
        ends = number_range(found["fooled_ratio_ci"], 2)
        about = f" (95{NBSP}% interval: {estimand_of(found)})" if ends else ""
        text += (
            f" Ratio ({words.verb} / {words.opposite}): {number(times['fooled_ratio'], 2)} {ends}".rstrip()
            + f"{about}."
        )
    return text


def _order(order: Json | None, words: Counting) -> str:
    if not order:
        return ""
    halves = order["halves"]
    parts = []
    if halves["first"] is not None and halves["second"] is not None:
        text = (
            f"{words.verb.capitalize()} in {percent(halves['first'])} of each first half and "
            f"{percent(halves['second'])} after"
        )
        ends = (halves.get("two_way") or halves)["ci"]
        if ends:
            text += (
                f" (within people {points(halves['mean_difference'])} points {points_range(*ends)}; "
                f"{estimand_of(halves.get('two_way') or halves)})"
            )
        parts.append(text + ".")
    if order["slope_logit_per_trial"] is not None:
        slope = number(order["slope_logit_per_trial"], 4)
        # Reports of earlier shapes know the test by people alone.
        p = order["two_way"]["p"] if order.get("two_way") else order["p_t"]
        parts.append(f"Log-odds change by {slope} a trial (p {p_equals(p, '= ')}).")
    elif order["reason"]:
        parts.append(f"{order['reason'][:1].upper()}{order['reason'][1:]}.")
    return " ".join(parts)


def agreement_in_words(analysis: Json) -> str:
    """Of people with themselves and with each other, as far as the analysis knows."""
    parts = []
    half = analysis.get("split_half") or {}
    if half.get("r") is not None:
        brown = half["spearman_brown"]
        # Stepping up a negative correlation gives numbers that mean nothing.
        steps_up = brown is not None and half["r"] > 0
        stepped = f", {number(brown, 2)} for the whole test (Spearman-Brown)" if steps_up else ""
        people = count(half["n"], "participant")
        parts.append(f"Odd and even trials of {people} correlate {number(half['r'], 2)}{stepped}.")
    alpha = (analysis.get("krippendorff_alpha_nominal") or {}).get("alpha")
    if alpha is not None:
        parts.append(f"Krippendorff's alpha between people is {number(alpha, 2)}.")
    icc = {row["type"]: row for row in analysis.get("icc_psych") or []}.get("ICC2")
    if icc:
        parts.append(f"ICC(2,1) is {number(icc['icc'], 2)} {number_range([icc['lo'], icc['hi']], 2)}.")
    return " ".join(parts)


def observer_meanings(analysis: Json, words: Counting) -> tuple[Definition, ...]:
    """What the facts mean."""
    claims = claims_of(analysis)
    return (
        Definition(
            "response-times",
            "Response times",
            "Of the valid test trials, from the moment at which a response is possible. The ratio "
            f"({words.verb} / {words.opposite}) is computed within each participant and averaged "
            f"geometrically over those with both outcomes, with its 95{NBSP}% interval for "
            f"{claims['response_times']}.",
        ),
        Definition(
            "order",
            "Order",
            f"Learning and fatigue: the {words.rate} in the first and second half of each participation, and "
            "the slope of the log-odds on the trial number, adjusted for condition. Interval and p value are "
            f"for {claims['order']}. Below 0: people learn to see the fakes.",
        ),
        Definition(
            "agreement",
            "Agreement",
            f"Split half: do some people reliably have a higher {words.rate} than others? Krippendorff’s "
            f"alpha: are people {words.by} the same pictures? Near chance it is low in a sound study too. "
            "ICC: only for complete designs.",
        ),
    )


def _ms(value: float) -> str:
    return f"{number(value)}{NBSP}ms"


TIMES = Definition(
    "response-times",
    "Response times",
    "Of the valid test trials, from the moment at which a response is possible.",
)
