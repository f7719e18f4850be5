"""How good the answers are, apart from the question itself: people, attention, times, habits."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.special import expit

from evaluation.designs._common.attention import MEANINGS, people_facts
from evaluation.designs._common.observers import TIMES, times_in_words
from evaluation.designs._common.told import Told
from evaluation.report.section import Definition, Fact, Section
from evaluation.report.wording import count, p_equals, percent, percent_range
from evaluation.statistics.arrays import Json


def quality_section(told: Told, habits: Sequence[Fact], meanings: Sequence[Definition]) -> list[Section]:
    """People, attention and response times, and the habits of the design with their meanings."""
    times = times_in_words(told.findings["analysis"].get("response_times") or {})
    facts = [*people_facts(told.findings), *habits]
    if times:
        facts.append(Fact("Response times", times, "response-times"))
    return [
        Section(
            "quality", "Quality of the responses", facts=tuple(facts),
            definitions=(*MEANINGS, *meanings, TIMES),
        )
    ]  # fmt: skip


def habit(what: str, counted: Json | None, found: Json | None, reason: str) -> str:
    """How often something was chosen, and the chance of it between equals, from its log-odds."""
    if not counted or not counted["n"]:
        return ""
    text = f"{what} in {percent(counted['k'] / counted['n'])} of {count(counted['n'], 'choice')}."
    if found is None:
        return f"{text} {reason[:1].upper()}{reason[1:]}." if reason else text
    ends = percent_range(expit(found["ci"][0]), expit(found["ci"][1])) if found["ci"] else ""
    p = f" (p {p_equals(found['p'])} against one half)" if found["p"] is not None else ""
    chance = percent(float(expit(found["estimate"])))
    return f"{text} Between equals: {chance} {ends}".rstrip() + f"{p}."
