"""How good the answers of a single-image test are: people, attention, qualification, times and order."""

from __future__ import annotations

from evaluation.designs._common.attention import MEANINGS, people_facts
from evaluation.designs._common.observers import observer_facts, observer_meanings
from evaluation.designs._common.told import Told
from evaluation.designs._one_image.words import WRONG
from evaluation.report.section import Definition, Fact, Section
from evaluation.report.wording import count, percent

FAILED = "failed_qualification"
QUALIFICATION = Definition(
    "qualification",
    "Qualification",
    "Trials after practice, half real photos and half pictures of the vigilance control. Who does not reach "
    "the share that the study fixed, of the real ones and of the fakes, sees no test trial. They are in no "
    "rate. People who see fakes worse than others are therefore missing from the rates.",
)


def quality(told: Told) -> list[Section]:
    """As far as the findings know."""
    analysis = told.findings["analysis"]
    qualification = _qualification(told)
    facts = [*people_facts(told.findings)]
    if qualification:
        facts.append(Fact("Qualification", qualification, "qualification"))
    facts += observer_facts(analysis, WRONG)
    meanings = (*MEANINGS, *([QUALIFICATION] if qualification else []), *observer_meanings(analysis, WRONG))
    return [Section("quality", "Quality of the responses", facts=tuple(facts), definitions=meanings)]


def _qualification(told: Told) -> str:
    """How many had to pass what, and how many did not; "" without a qualification."""
    settings = told.study.get("settings", {})
    trials = settings.get("qualification_trials", 0)
    if not trials:
        return ""
    failed = told.findings.get("ended_early", {}).get(FAILED, 0)
    ended = f"{count(failed, 'participation')} ended there" if failed else "no participation ended there"
    return (
        f"{count(trials, 'trial')} before the test, of which {percent(settings['qualification_pass'], 0)} "
        f"of the real photos and of the fakes had to be right; {ended}."
    )
