"""How good the answers are: what observers did apart from the question itself."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.report.claims import estimand_of, under_its_rule
from evaluation.report.differences import p_value, points
from evaluation.report.wording import NBSP, count, number, number_range, percent, percent_range
from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class Fact:
    """A heading, the definition that it leads to, and what was found."""

    title: str
    definition: str
    text: str


def observers(results: Json) -> list[Fact]:
    """Lapses, response times, order and agreement, as far as the report knows them."""
    analysis = under_its_rule(results["analysis"])
    if not analysis["valid_rows"]:
        return []
    found = [
        Fact("Lapses", "def-lapse", _lapses(analysis.get("lapse"))),
        Fact("Response times", "def-response-times", _times(analysis.get("response_times"))),
        Fact("Order", "def-order", _order(analysis.get("order"))),
        Fact("Agreement", "def-agreement", _agreement(analysis)),
    ]
    return [fact for fact in found if fact.text]


def mixed_model(results: Json, titles: dict[str, str]) -> str:
    """The mixed model in a few sentences, or why it was not fitted; empty where it was not asked for."""
    found = results["analysis"].get("glmm")
    if not found:
        return ""
    if not found["fitted"]:
        return f"The mixed logistic model was not fitted: {found['reason']}."
    rates = []
    for term, rate in found["marginal_fool_rate"].items():
        slug = term.removeprefix("model")
        title = titles.get(slug) or next(iter(titles.values()))
        low, high = found["marginal_ci"][term]
        rates.append(f"“{title}” {percent(rate)} {percent_range(low, high)}")
    spread = f"SD between people {number(found['sd_participant'], 2)} on the log-odds scale"
    if found["photo_effect"]["fitted"]:
        spread += f", between photos {number(found['sd_image'], 2)}"
    else:
        spread += f"; no effect of photos was fitted ({found['photo_effect']['reason']})"
    over = "people and photos" if found["photo_effect"]["fitted"] else "people, on these photos"
    return f"Rates averaged over {over}: {'; '.join(rates)}. {spread}."


def _lapses(lapse: Json | None) -> str:
    if not lapse or lapse["rate"] is None:
        return ""
    ends = percent_range(*lapse["ci"]) if lapse["ci"] else ""
    about = f" (95{NBSP}% interval: {estimand_of(lapse)})" if ends else ""
    return (
        f"{lapse['failed']:,} of {count(lapse['n'], 'vigilance trial')} failed: an estimated "
        f"{percent(lapse['rate'])} {ends}".rstrip()
        + f" of trials without looking{about}. Lapses bias every fool rate towards 50\N{NO-BREAK SPACE}%."
    )


def _times(times: Json | None) -> str:
    if not times or times["median_ms"] is None:
        return ""
    text = (
        f"Median {_ms(times['median_ms'])}, nine in ten between {_ms(times['p05_ms'])} and "
        f"{_ms(times['p95_ms'])}."
    )
    if times["missing"]:
        text += f" {count(times['missing'], 'answer')} came without a time."
    if times["fooled_ratio"] is not None:
        found = times.get("two_way") or times
        ends = number_range(found["fooled_ratio_ci"], 2)
        about = f" (95{NBSP}% interval: {estimand_of(found)})" if ends else ""
        text += (
            f" Ratio (fooled / not fooled): {number(times['fooled_ratio'], 2)} {ends}".rstrip() + f"{about}."
        )
    return text


def _order(order: Json | None) -> str:
    if not order:
        return ""
    halves = order["halves"]
    parts = []
    if halves["first"] is not None and halves["second"] is not None:
        text = (
            f"Fooled in {percent(halves['first'])} of each first half and {percent(halves['second'])} after"
        )
        ends = (halves.get("two_way") or halves)["ci"]
        if ends:
            low, high = ends
            text += (
                f" (within people {points(halves['mean_difference'])} points "
                f"[{points(low)},{NBSP}{points(high)}]; {estimand_of(halves.get('two_way') or halves)})"
            )
        parts.append(text + ".")
    if order["slope_logit_per_trial"] is not None:
        slope = number(order["slope_logit_per_trial"], 4)
        # Reports of earlier shapes know the test by people alone.
        p = order["two_way"]["p"] if order.get("two_way") else order["p_t"]
        parts.append(f"Log-odds change by {slope} a trial (p {_p(p)}).")
    elif order["reason"]:
        parts.append(f"{order['reason'][:1].upper()}{order['reason'][1:]}.")
    return " ".join(parts)


def _agreement(analysis: Json) -> str:
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


def _ms(value: float) -> str:
    return f"{number(value)}{NBSP}ms"


def _p(value: float | None) -> str:
    text = p_value(value)
    return text if text.startswith("<") else f"= {text}"
