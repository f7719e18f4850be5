"""How good the answers are: what observers did apart from the question itself."""

from __future__ import annotations

from evaluation.designs._common.attention import MEANINGS, people_facts
from evaluation.designs._common.claims import claims_of, estimand_of
from evaluation.designs._common.observers import Counting, observer_facts, observer_meanings
from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Fact, Section
from evaluation.report.wording import (
    NBSP,
    count,
    number,
    percent,
    percent_range,
)
from evaluation.statistics.arrays import Json

FOOLED = Counting("fooled", "not fooled", "fooled by", "fool rate")


def quality(findings: Json) -> list[Section]:
    """People, attention, sides, lapses, response times, order and agreement, as far as the report knows."""
    analysis = findings["analysis"]
    facts = [*people_facts(findings), Fact("Sides", _side(analysis["side"]), "side")]
    lapses = _lapses(analysis.get("lapse")) if analysis["valid_rows"] else ""
    if lapses:
        facts.append(Fact("Lapses", lapses, "lapse"))
    facts += observer_facts(analysis, FOOLED)
    meanings = (*MEANINGS, *_meanings(claims_of(analysis)), *observer_meanings(analysis, FOOLED))
    return [Section("quality", "Quality of the responses", facts=tuple(facts), definitions=meanings)]


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
    )
