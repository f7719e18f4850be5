"""How good the answers are: what observers did apart from the question itself."""

from __future__ import annotations

from evaluation.designs._common.attention import MEANINGS, people_facts
from evaluation.designs._common.told import Told
from evaluation.designs._pair.claims import claims_of, estimand_of, under_its_rule
from evaluation.report.section import Definition, Fact, Section
from evaluation.report.wording import (
    NBSP,
    count,
    number,
    number_range,
    p_equals,
    percent,
    percent_range,
    points,
    points_range,
)
from evaluation.statistics.arrays import Json


def quality(findings: Json) -> list[Section]:
    """People, attention, sides, lapses, response times, order and agreement, as far as the report knows."""
    facts = (*people_facts(findings), Fact("Sides", _side(findings["analysis"]["side"]), "side"),
             *observers(findings["analysis"]))  # fmt: skip
    meanings = (*MEANINGS, *_meanings(claims_of(findings["analysis"])))
    return [Section("quality", "Quality of the responses", facts=facts, definitions=meanings)]


def observers(analysis: Json) -> list[Fact]:
    """What the answers say of those who gave them."""
    analysis = under_its_rule(analysis)
    if not analysis["valid_rows"]:
        return []
    found = [
        Fact("Lapses", _lapses(analysis.get("lapse")), "lapse"),
        Fact("Response times", _times(analysis.get("response_times")), "response-times"),
        Fact("Order", _order(analysis.get("order")), "order"),
        Fact("Agreement", _agreement(analysis), "agreement"),
    ]
    return [fact for fact in found if fact.text]


def mixed_model(told: Told) -> list[Section]:
    """The mixed model in a few sentences, or why it was not fitted; nothing where it was not asked for."""
    found = told.findings["analysis"].get("glmm")
    if not found:
        return []
    text = f"[Mixed logistic model](#mixed-model). {in_words(found, told.titles)}"
    return [
        Section("mixed-model", "Mixed model, as a check", paragraphs=(text,), definitions=(MIXED_MODEL,))
    ]  # fmt: skip


def in_words(found: Json, titles: dict[str, str]) -> str:
    """What the mixed model found."""
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


def _side(s: Json) -> str:
    """Side balance in a sentence."""
    if not s["n"]:
        return "No test trial has been answered."
    return (
        f"The fake was on the left in {percent(s['fake_left'] / s['n'])} of the valid trials, and left "
        f"was called fake in {percent(s['share_chosen_left'])} (exact binomial "
        f"p = {number(s['p_chosen'], 3)} against one half, taking trials as independent)."
    )


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


MIXED_MODEL = Definition(
    "mixed-model",
    "Mixed model, as a check",
    "A mixed logistic model with crossed effects of people and photos (Laplace approximation), and the rates "
    "with these effects averaged over. Where no effect of photos could be fitted, it is about new "
    "participants on these photos only. It is fitted only where the data suffice. It does not replace the "
    "default interval, since its own interval treats the SDs as known.",
)


def _meanings(claims: dict[str, str]) -> tuple[Definition, ...]:
    return (
        Definition(
            "side",
            "Sides",
            "Position of the fakes, and the side that was called fake. A preference for a side reduces "
            "sensitivity but favours no condition, since sides are balanced by design.",
        ),
        Definition(
            "lapse",
            "Lapses",
            "Twice the share of failed vigilance trials: a participant who does not look guesses, and half "
            "of all guesses are right. The estimate is too high if a vigilance fake can be mistaken for "
            f"real, and too low if people pay special attention to it. The "
            f"95{NBSP}% interval is for {claims['lapse']}.",
        ),
        Definition(
            "response-times",
            "Response times",
            "Of the valid test trials, from the moment at which a response is possible. The ratio (fooled / "
            "not fooled) is computed within each participant and averaged geometrically over those with both "
            f"outcomes, with its 95{NBSP}% interval for {claims['response_times']}.",
        ),
        Definition(
            "order",
            "Order",
            "Learning and fatigue: the fool rate in the first and second half of each participation, and the "
            "slope of the log-odds on the trial number, adjusted for condition. Interval and p value are for "
            f"{claims['order']}. Below 0: people learn to see the fakes.",
        ),
        Definition(
            "agreement",
            "Agreement",
            "Split half: do some people reliably get fooled more often than others? Krippendorff’s alpha: "
            "are people fooled by the same pictures? Near chance it is low in a sound study too. ICC: only "
            "for complete designs.",
        ),
    )
