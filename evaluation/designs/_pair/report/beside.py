"""What stands beside the rates: each participant counted alike, and intervals that hold at every look."""

from __future__ import annotations

from evaluation.designs._pair.report.arms import Arm
from evaluation.report.section import Definition, Fact, Section
from evaluation.report.wording import NBSP, count, number, p_equals, percent, points, rate_with_interval
from evaluation.statistics.arrays import Json


def beside(findings: Json, judged: list[Arm]) -> list[Section]:
    """One fact for each kind of number that the report knows; reports of earlier shapes know neither.

    Open where a condition's two rates differ by more than chance, so that both must be seen.
    """
    found = [
        Fact("Each participant counted alike", _alike(judged), "person-weighted"),
        Fact("Single photos", _single_photos(judged), "photo-influence"),
        Fact("Valid at every look", _every_look(findings.get("early") or {}, judged), "always-valid"),
    ]
    facts = tuple(fact for fact in found if fact.text)
    if not facts:
        return []
    warns = any((arm.model or {}).get("person_weighted", {}).get("differs") for arm in judged)
    return [
        Section(
            "beside", "Beside these rates: other weights, repeated looks", facts=facts, definitions=MEANINGS,
            folded=not warns,
        )
    ]  # fmt: skip


def _alike(arms: list[Arm]) -> str:
    known = [
        (arm, arm.model["person_weighted"]) for arm in arms if arm.model and "person_weighted" in arm.model
    ]
    if not known:
        return ""
    rates = "; ".join(f"“{arm.title}” {_rate(found)}" for arm, found in known)
    return " ".join([f"{rates}.", *(_warning(arm, found) for arm, found in known if found["differs"])])


def _rate(found: Json) -> str:
    interval = found["interval"]
    return rate_with_interval(found["fool_rate"], interval["low"], interval["high"])


def _warning(arm: Arm, found: Json) -> str:
    return (
        f"Warning: for “{arm.title}” the rate over trials is {points(found['difference'])} points away from "
        f"this one, more than chance explains (p {p_equals(found['p'], '= ')}, tested at "
        f"{number(found['level'], 2)}). People with more trials are fooled more or less often than others, "
        f"for example because those for whom the task is hard drop out. Report both rates."
    )


def _single_photos(arms: list[Arm]) -> str:
    """How far the photo that decides most moves each rate."""
    parts = []
    for arm in arms:
        most = ((arm.model or {}).get("photo_influence") or {}).get("most")
        if most:
            parts.append(
                f"“{arm.title}” {percent(most[0]['rate_without'])} without photo {most[0]['image_id'][:12]} "
                f"({points(most[0]['change'])} points, judged {count(most[0]['n'], 'time')})"
            )
    return f"The photo whose removal moves a rate most: {'; '.join(parts)}." if parts else ""


def _every_look(early: Json, arms: list[Arm]) -> str:
    parts = []
    for arm in arms:
        found = early.get(arm.slug)
        if not found or found["mean"] is None:
            continue
        interval = found["interval"]
        rate = rate_with_interval(found["mean"], interval["low"], interval["high"])
        parts.append(f"“{arm.title}” {rate} after {count(found['participants'], 'participant')}")
    if not parts:
        return ""
    return (
        f"{'; '.join(parts)}. These intervals hold however often a report is made while the study runs, if "
        f"how soon people finish has nothing to do with how often they are fooled; they are about these "
        f"photos only, and count the people who finished. The default interval, for new photos too, holds "
        f"{percent(0.95, 0)} of the time only if the number of participants was fixed beforehand."
    )


MEANINGS = (
    Definition(
        "person-weighted",
        "Each participant counted alike",
        f"The mean over participants of their own fool rates, with its 95{NBSP}% interval for new "
        "participants and new photos. The fool rate in the table counts trials, so people with more trials "
        "weigh more. A warning is given where the two rates differ with p below 0.01. No warning is no proof "
        "that they agree: the test misses many real differences, above all with few people.",
    ),
    Definition(
        "photo-influence",
        "Influence of single photos",
        "The fool rate of a condition once more without one of its photos. Where one photo moves it by more "
        "than the interval is wide, the result is about that photo.",
    ),
    Definition(
        "always-valid",
        "Valid at every look",
        f"The mean over the participants who have finished, with a 95{NBSP}% confidence sequence (betting; "
        "Waudby-Smith and Ramdas 2024) for these photos only. It holds at every look at once, so it may be "
        "read while the study runs, provided that how soon people finish has nothing to do with how often "
        "they are fooled. For one look at a number of participants fixed beforehand it is longer than need "
        "be.",
    ),
)
