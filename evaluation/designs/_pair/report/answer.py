"""The answer of a pair test: the fool rate of each condition, and all intervals of it."""

from __future__ import annotations

from dataclasses import replace

from evaluation.designs._common.claims import default_meaning
from evaluation.designs._common.remarks import counts, why_no_interval
from evaluation.designs._common.told import Told
from evaluation.designs._pair.report.arms import Arm
from evaluation.report.axes import axis
from evaluation.report.section import Cell, Chart, Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, SUBJECTS, listed, rate_with_interval
from evaluation.statistics.arrays import Json

SEVERAL = 3
"""With more conditions than this the headline names the lowest and the highest; chart and table have all."""


def answer(told: Told, arms: list[Arm]) -> list[Section]:
    """Headline, chart and table, on one screen."""
    table = Table(
        "rates",
        f"Fool rate by condition, with its 95{NBSP}% interval for new participants and new photos.",
        (Heading("Condition", align="left"), Heading("Fool rate", "fool-rate"), Heading("Trials", "n")),
        tuple((arm.title, _with_own(arm), arm.cells[3]) for arm in ranked(arms)),
    )
    judged = [arm for arm in arms if arm.judged]
    remark = f"{_remark(told.findings['analysis'], judged)} [{counts(told.findings['analysis'])}](#n)."
    return [
        Section(
            "answer", "Fool rate by condition", lead=_headline(told, judged), paragraphs=(remark.strip(),),
            charts=(_chart(judged),), tables=(table,),
            definitions=(FOOL_RATE, default_meaning(told.findings["analysis"]), N), folded=False,
        )
    ]  # fmt: skip


def intervals(told: Told, arms: list[Arm]) -> list[Section]:
    """Every interval, the sample sizes and the strict view."""
    table = Table(
        "all-intervals",
        "Every interval of the fool rate, sample sizes and the strict view.",
        (
            Heading("Condition", align="left"),
            Heading("Fool rate", "default", "new participants × new photos"),
            Heading("These photos only", "these-photos"),
            Heading("Naive", "naive"),
            Heading("Design effect", "deff"),
            Heading("n", "n"),
            Heading("Participants", "participants"),
            Heading("Photos", "photos"),
            Heading("Strict view", "strict"),
        ),
        tuple((_named(arm), _with_own(arm), *arm.cells) for arm in arms),
    )
    return [
        Section("rates", "All intervals and sample sizes", tables=(table,), definitions=INTERVALS)
    ]  # fmt: skip


def ranked(arms: list[Arm]) -> list[Arm]:
    """From the highest rate down; those without answers last."""
    return sorted(arms, key=lambda arm: (not arm.judged, -(arm.rate or 0)))


def _named(arm: Arm) -> Cell:
    return Cell(arm.title, note="" if arm.colorizer == arm.title else arm.colorizer)


def _with_own(arm: Arm) -> Cell:
    cell = arm.default
    return replace(cell, note="; ".join(note for note in (cell.note, arm.this_participant) if note))


def _chart(judged: list[Arm]) -> Chart:
    ends = [end for arm in judged for end in (*arm.ends, arm.rate)]
    rows = [
        {
            "title": arm.title,
            "value": arm.rate,
            "low": arm.ends[0],
            "high": arm.ends[1],
            "label": arm.default.value,
            "says": f"{arm.title}: {arm.default.value}",
        }
        for arm in ranked(judged)
    ]
    return Chart(
        "fool-rates",
        "intervals",
        {
            "rows": rows,
            "empty": "No answers yet",
            "axis": axis(
                "Fool rate, % of valid test trials", ends, least=(0, 0.55), within=(0, 1), step=0.1,
                times=100, mark=0.5, says=f"chance: 50{NBSP}%",
            ),
        },
        f"Dot: [fool rate](#fool-rate). Bar: [95{NBSP}% interval for new participants and new "
        f"photos](#default). Dashed: 50{NBSP}%, chance.",
        f"Fool rate by condition with 95{NBSP}% intervals; 50{NBSP}% is chance.",
    )  # fmt: skip


def _headline(told: Told, judged: list[Arm]) -> str:
    """The result in a sentence."""
    if not judged:
        return "No test trial has been answered yet, so there is no fool rate to report."
    subject = f"{SUBJECTS[told.population]} took the recolouring for the real photo in"
    if len(judged) <= SEVERAL:
        parts = [_part(arm, of=index == 0) for index, arm in enumerate(judged)]
        return f"{subject} {listed(parts)}."
    by_rate = sorted(judged, key=lambda arm: arm.rate or 0)
    least, most = _part(by_rate[0], of=True), _part(by_rate[-1], of=False)
    return f"{subject} between {least} and {most}; {len(by_rate) - 2} other conditions lie in between."


def _part(arm: Arm, *, of: bool) -> str:
    trials = " of trials" if of else ""
    assert arm.rate is not None
    return f"{rate_with_interval(arm.rate, *arm.ends)}{trials} with “{arm.title}”"


def _remark(analysis: Json, judged: list[Arm]) -> str:
    """What the interval in the headline is about, or why there is none."""
    if not judged:
        return ""
    chance = f"50{NBSP}% would mean that real and fake cannot be told apart."
    without = [f"“{arm.title}”" for arm in judged if arm.ends[0] is None]
    if len(without) == len(judged):
        return f"There is no interval: {why_no_interval(analysis, judged[0].default.note)}. {chance}"
    remark = f"In brackets the 95{NBSP}% interval for new participants and new photos."
    if without:
        remark += f" {listed(without)} has none; the table says why."
    return f"{remark} {chance}"


FOOL_RATE = Definition(
    "fool-rate",
    "Fool rate",
    "Share of valid test trials in which the participant called the real photo fake, that is, took the "
    f"recolouring for the real one. 50{NBSP}% is chance. A rate above 50{NBSP}% is reported as it is.",
)
N = Definition(
    "n",
    "n",
    "Valid test trials: answered, with the fake's side known, one for each participant, condition and photo. "
    "Practice and vigilance trials are in no rate.",
)
INTERVALS = (
    Definition(
        "these-photos",
        "These photos only",
        f"95{NBSP}% interval for other participants on exactly these photos: clustered by participant, on "
        "the logit scale. It says nothing about other photos.",
    ),
    Definition(
        "naive",
        "Naive",
        "Wilson interval that takes every trial as independent. It is too narrow and stands here because "
        "much of the literature prints it.",
    ),
    Definition(
        "deff",
        "Design effect",
        "n divided by the effective number of trials. A design effect of 3 means that independent trials "
        "would give the same precision with a third as many.",
    ),
    Definition("participants", "Participants", "Number of people who gave these valid trials."),
    Definition("photos", "Photos", "Number of different photos in these trials."),
    Definition(
        "strict",
        "Strict view",
        "The same rate and default interval after leaving out inattentive participants and implausible "
        "response times, by rules that were fixed before launch. Both views are always shown, and nobody is "
        "left out for being fooled.",
    ),
)
