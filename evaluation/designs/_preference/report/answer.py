"""The answer of a preference test in words: what people preferred to what, how often."""

from __future__ import annotations

from evaluation.designs._choices.report.answer import (
    Task,
    chances_of,
    interval_remark,
    no_order,
    sureness,
)
from evaluation.designs._choices.report.arms import quoted
from evaluation.designs._choices.report.pairs import pairs_of
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.told import Told
from evaluation.report.wording import NBSP, SUBJECTS, count, percent, rate_with_interval
from evaluation.statistics.arrays import Json

EQUAL = f"50{NBSP}% would mean no preference."
PHOTO = Averaged("Share preferred", "photo-preferred", mark=0.5)


def task_of(told: Told) -> Task:
    """With two conditions the chance is about the other one, with more about one of average strength."""
    two = len(told.findings["analysis"]["models"]) == 2
    if two:
        chance = Averaged("Preferred to the other", "preferred", mark=0.5)
        about = "the other condition"
    else:
        chance = Averaged("Preferred to an average one", "preferred", mark=0.5)
        about = "a condition whose strength is the average of all that were compared"
    tied = " Trials in which neither was preferred are not in it." if _ties(told) else ""
    meaning = (
        f"The chance that a picture of this condition is preferred to one of the same photo by {about}, "
        f"where either is, by a Bradley-Terry model.{tied} The 95{NBSP}% interval is for new participants "
        "and new photos: clustered by both, as trials of one person are similar, and so are those on one "
        f"photo. 50{NBSP}%: no preference."
    )
    return Task("Preference by condition", "chance_preferred", chance, "preferred", meaning, EQUAL, PHOTO)


def headline(told: Told, task: Task) -> tuple[str, list[str]]:
    """The result in a sentence, and what must be known with it."""
    analysis = told.findings["analysis"]
    if "one_way" in analysis:
        return _always(told, analysis["one_way"]), [
            "So one-sided a result has no finite strength; the interval may be too short."
        ]
    chances = list(chances_of(told, task))
    if not chances:
        return no_order(told)
    pair = next(pair for pair in pairs_of(told) if {pair.higher, pair.lower} == {chances[0], chances[-1]})
    best, worst = quoted(told, chances[0]), quoted(told, chances[-1])
    subject = SUBJECTS[told.population]
    assert pair.share is not None
    share = rate_with_interval(pair.share, *(pair.ends or (None, None)))
    if len(chances) == 2:
        lead = f"{subject} preferred {best} to {worst} in {share} of the trials{_decided(told)}."
        return lead, [_no_difference(told), interval_remark(told, task)]
    lead = (
        f"{subject} preferred {best} most and {worst} least: {best} to {worst} in {share} of choices "
        "between the two."
    )
    about = interval_remark(told, task)
    if pair.ends:
        about = about.replace("photos.", "photos; that of the headline holds for all pairs together.", 1)
    return lead, [sureness(told, "preferred"), _no_difference(told), about]


def _always(told: Told, found: Json) -> str:
    (other,) = (name for name in told.findings["analysis"]["models"] if name != found["model"])
    interval = found["interval"]
    share = rate_with_interval(1.0, interval["low"], interval["high"])
    return (
        f"{SUBJECTS[told.population]} preferred {quoted(told, found['model'])} to {quoted(told, other)} in "
        f"{share} of the {count(found['n'], 'trial')}{_decided(told)}."
    )


def _ties(told: Told) -> Json | None:
    found: Json | None = told.findings["analysis"].get("ties")
    return found


def _decided(told: Told) -> str:
    return " in which they saw a difference" if _ties(told) else ""


def _no_difference(told: Told) -> str:
    ties = _ties(told)
    return f"In {percent(ties['share'])} of all trials they saw no difference." if ties else ""
