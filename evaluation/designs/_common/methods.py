"""Sentences of the methods paragraph that studies of every design share, from the frozen protocol alone."""

from __future__ import annotations

from datetime import date

from evaluation.designs._common.course import USUAL, Course
from evaluation.designs._common.people import ethics, recruitment, screening
from evaluation.designs._common.told import Told
from evaluation.report.section import Section
from evaluation.report.wording import NBSP, count, listed, number, percent
from evaluation.statistics.arrays import Json

WHO = {
    "people": "participant",
    "simulated": "simulated participant",
    "pooled": "real or simulated participant",
}


def methods_section(
    told: Told, *, task: str, counting: str, inference: str, course: Course = USUAL
) -> list[Section]:
    """A paragraph of whole sentences; the design tells its task, course, what it counts and how it infers.

    Findings without a protocol, such as those of a file, have none.
    """
    study = told.study
    if "settings" not in study:
        return []
    sentences = [
        who(told, course),
        recruitment(told.findings, study, told.population),
        screening(study),
        ethics(study),
        task,
        confidence(study),
        trials(study, course),
        allocation(study, course),
        spoiled(study),
        counting,
        inference,
        strict(study),
        software(told.facts),
    ]
    text = " ".join(sentence for sentence in sentences if sentence)
    return [Section("methods", "Methods paragraph", methods=text)]


def who(told: Told, course: Course = USUAL) -> str:
    """How many took the test, when, and where they came from."""
    study, analysis = told.study, told.findings["analysis"]
    people = count(analysis["participants"], WHO[told.population])
    when = ""
    if study.get("collected"):
        first, last = (_day(day) for day in study["collected"])
        when = f" on {first}" if first == last else f" between {first} and {last}"
    source = ""
    if study.get("recruiter") and told.population == "people":
        came = study["recruiter"]
        source = " (invited by an open link)" if came == "open" else f" (recruited through {came})"
    return (
        f"{people}{source} took a {course.called(study)}{when} (planned: {study['planned_participants']:,})."
    )


def confidence(study: Json) -> str:
    """That people were asked how sure they were, where they were."""
    asked = study["settings"].get("confidence", "none")
    return "" if asked == "none" else f"After each answer they said how sure they were, in {asked}."


def trials(study: Json, course: Course = USUAL) -> str:
    """What a participation consisted of."""
    settings, tests = study["settings"], course.test_trials(study)
    if not tests:
        return ""
    parts = []
    if settings.get("practice_trials"):
        parts.append(f"{count(settings['practice_trials'], 'practice trial')} {course.practice}".strip())
    if course.between:
        parts.append(course.between)
    parts.append(f"{count(tests, 'test trial')} {course.test}".strip())
    share = settings.get("vigilance_share", 0)
    if share:
        parts.append(f"vigilance trials with obviously wrong colours ({percent(share, 0)} on top)")
    photos = study.get("photos", {}).get("test")
    source = (
        f" Photographs came from {count(photos, 'test photo')} of the set “{study['photo_set']}”."
        if photos
        else ""
    )
    return (
        f"A participation consisted of {listed(parts)}; practice and vigilance trials are in no rate, "
        f"and {course.photos}.{source}"
    )


def allocation(study: Json, course: Course = USUAL) -> str:
    """Which conditions there were, and who saw which."""
    arms = [arm["title"] for arm in study["conditions"] if arm["kind"] == "test"]
    named = listed([f"“{title}”" for title in arms])
    if len(arms) == 1:
        return f"One condition was tested: {named}."
    how = (
        "every participant saw all of them"
        if study["allocation"] == "mixed"
        else "each participant saw one of them"
    )
    return f"{len(arms)} conditions were compared ({named}); {how}, with {course.balanced} balanced."


def counting(findings: Json) -> str:
    """How many trials were analysed, after which exclusions."""
    analysis = findings["analysis"]
    stated = [step["rule"] for step in findings.get("filters", []) if step["step"].startswith("E")]
    text = (
        f"{count(analysis['valid_rows'], 'valid test trial')} on {count(analysis['images'], 'photograph')} "
        f"were analysed"
    )
    if stated:
        text += f", after exclusions ({'; '.join(stated)})"
    return text + "."


def spoiled(study: Json) -> str:
    """When a trial is voided."""
    rules = study.get("voiding")
    if not rules:
        return ""
    off = count(rules["frames_off"], "refresh", "refreshes")
    reasons = [f"an exposure was off by more than {off} or {rules['tolerance_ms']}{NBSP}ms"]
    if rules["hidden"]:
        reasons.append("the page was hidden")
    if rules["focus"]:
        reasons.append("another window took the focus")
    if rules.get("shown_before"):
        reasons.append("the page was reloaded after the photographs had begun to be shown")
    again = " and replaced by another photograph at the end" if rules["repeat"] else ""
    return f"Presentations were voided{again} where {', or '.join(reasons)}."


def strict(study: Json) -> str:
    """Whom the strict view leaves out."""
    rules = study.get("strict_view")
    if not rules:
        return ""
    share = rules.get("too_soon_share", 1)
    too_soon = ""
    if share < 1:
        too_soon = f" participants with over {percent(share, 0)} of answers sooner than possible,"
    return (
        f"By rules fixed before launch, a strict view leaves out participants who passed under "
        f"{percent(rules['vigilance_pass'], 0)} of their vigilance trials,{too_soon} and answers without a "
        f"response time, under {number(rules['rt_min_ms'])}{NBSP}ms or over "
        f"{number(rules['rt_max_ms'] / 1000)}{NBSP}s; both views are reported."
    )


def software(facts: Json) -> str:
    """Which release, and the digests."""
    digest = facts["study"].get("protocol_digest")
    protocol = f"protocol SHA-256 {digest}, " if digest else "protocol not launched, "
    release, _, code = facts["code_version"].partition("+")
    return (
        f"Study and analysis: Foolrate {facts.get('software') or release} (analysis code {code}; "
        f"{protocol}data SHA-256 {facts['data_digest']})."
    )


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
