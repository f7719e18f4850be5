"""The answer of best of several in words: what is called the most natural, how often."""

from __future__ import annotations

from evaluation.designs._choices.report.answer import (
    Task,
    chances_of,
    interval_remark,
    no_order,
    sureness,
)
from evaluation.designs._choices.report.arms import quoted
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.told import Told
from evaluation.report.wording import NBSP, SUBJECTS, percent, rate_with_interval
from evaluation.statistics.arrays import Json


def task_of(told: Told) -> Task:
    """The chance is that of a choice among all conditions, however many stood together."""
    analysis = told.findings["analysis"]
    conditions = max(2, len(analysis["models"]))
    at_once = max(2, len(analysis.get("places") or ()))
    asked = ""
    if any("worst" in row for row in analysis["counts"]):
        asked = ", which rest on the choices of the most and of the least natural alike"
    alike = percent(1 / conditions, 0)
    meaning = (
        "The chance that a picture of this condition is called the most natural if pictures of all "
        f"conditions stood side by side, from the strengths{asked}. {alike} each: all look alike. The "
        f"95{NBSP}% interval is for new participants and new photos: clustered by both, as trials of one "
        "person are similar, and so are those on one photo."
    )
    return Task(
        "Most natural, by condition",
        "chance_best",
        Averaged("Called most natural", "called-best", mark=1 / conditions),
        "called most natural",
        meaning,
        f"{alike} each would mean that all look alike.",
        Averaged("Share chosen", "photo-best", mark=1 / at_once),
    )


def headline(told: Told, task: Task) -> tuple[str, list[str]]:
    """The result in a sentence, and what must be known with it."""
    chances = chances_of(told, task)
    if not chances:
        return no_order(told)
    names, subject = list(chances), SUBJECTS[told.population]
    best, worst = quoted(told, names[0]), quoted(told, names[-1])
    rates = [rate_with_interval(chances[name]["chance"], *(chances[name]["ci"] or (None, None)))
             for name in (names[0], names[-1])]  # fmt: skip
    about = [sureness(told, "called most natural"), _worst(told), interval_remark(told, task)]
    if len(names) == 2:
        return f"{subject} called {best} more natural than {worst} in {rates[0]} of the trials.", about
    return (
        f"{subject} found {best} most natural and {worst} least: of all {len(names)} at once, {best} would "
        f"be called most natural in {rates[0]} of choices, {worst} in {rates[1]}."
    ), about


def _worst(told: Told) -> str:
    """What was called the least natural most often, where that was asked."""
    rows: list[Json] = [row for row in told.findings["analysis"]["counts"] if row.get("worst")]
    if not rows:
        return ""
    most = max(rows, key=lambda row: row["worst"] / row["shown"])
    share = percent(most["worst"] / most["shown"])
    return (
        f"Called least natural most often: {quoted(told, most['model'])}, in {share} of the trials with it."
    )
