"""What stands beside the rates: each participant counted alike, and intervals that hold at every look."""

from __future__ import annotations

from evaluation.report.arms import Arm
from evaluation.report.differences import p_value, points
from evaluation.report.quality import Fact
from evaluation.report.wording import count, number, percent, rate_with_interval
from evaluation.statistics.arrays import Json


def beside_the_rates(results: Json, arms: list[Arm]) -> list[Fact]:
    """One fact for each kind of number that the report knows; reports of earlier shapes know neither."""
    judged = [arm for arm in arms if arm.model]
    found = [
        Fact("Each participant counted alike", "def-person-weighted", _alike(judged)),
        Fact("Single photos", "def-photo-influence", _single_photos(judged)),
        Fact("Valid at every look", "def-always-valid", _every_look(results.get("early") or {}, judged)),
    ]
    return [fact for fact in found if fact.text]


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
    p = p_value(found["p"])
    return (
        f"Warning: for “{arm.title}” the rate over trials is {points(found['difference'])} points away from "
        f"this one, more than chance explains (p {p if p.startswith('<') else f'= {p}'}, tested at "
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
