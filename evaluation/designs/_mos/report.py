"""What the report of a rating scale says, section by section."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.designs._common.attention import MEANINGS, people_facts
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.changes import changes_section
from evaluation.designs._common.confidence import confidence_section
from evaluation.designs._common.counting import rows_section
from evaluation.designs._common.course import Course
from evaluation.designs._common.differences import differences_section
from evaluation.designs._common.exposure_levels import exposure_section
from evaluation.designs._common.methods import counting, methods_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.ranking import ranking_section
from evaluation.designs._common.remarks import counts, why_no_interval
from evaluation.designs._common.scores import scores_section
from evaluation.designs._common.told import Told
from evaluation.report.axes import axis
from evaluation.report.section import Cell, Chart, Definition, Fact, Heading, Section, Table
from evaluation.report.wording import NBSP, SUBJECTS, count, listed, number, percent
from evaluation.statistics.arrays import Json
from studies.designs._base import REAL_PHOTO

SCORE = Averaged("Mean score", "mos", share=False, digits=2)
SEVERAL = 3
"""With more conditions than this the headline names the lowest and the highest; chart and table have all."""


def sections_of(findings: Json, facts: Json) -> list[Section]:
    """The answer first; a section for which there is nothing is left out."""
    told = Told(findings, facts)
    analysis = findings["analysis"]
    titles = told.titles | {REAL_PHOTO: "Real photo (hidden reference)"}
    course = Course(
        "rating test",
        practice="to get used to the scale",
        test="for the scores",
        photos=_seen(told),
        balanced="photographs",
    )
    found = [
        _answer(told, titles),
        _distributions(analysis, titles),
        differences_section(titles, analysis["pairwise"], SCORE, ABOUT),
        ranking_section(titles, analysis["order"], SCORE),
        _differential(analysis, titles),
        exposure_section(told, SCORE, titles),
        confidence_section(told),
        scores_section(told),
        _quality(told),
        certificate_section(told),
        rows_section(told),
        changes_section(told, SCORE, titles=titles),
        methods_section(
            told,
            task=_task(told.study),
            counting=counting(findings),
            inference=_inference(analysis),
            course=course,
        ),
        protocol_section(told, course),
    ]
    return [section for some in found for section in some]


def _cell(arm: Json, value: str = "mos") -> Cell:
    return SCORE.cell(arm[value], arm["ci"], arm["reason"])


def _answer(told: Told, titles: Mapping[str, str]) -> list[Section]:
    """Headline, chart and table, on one screen."""
    analysis = told.findings["analysis"]
    arms = sorted(analysis["arms"], key=lambda arm: (-arm["mos"], arm["label"]))
    title_of = {arm["label"]: titles.get(arm["label"], arm["label"]) for arm in arms}
    rows = [
        {
            "title": title_of[arm["label"]], "value": arm["mos"], "low": arm["ci"] and arm["ci"][0],
            "high": arm["ci"] and arm["ci"][1], "label": _cell(arm).value,
            "says": f"{title_of[arm['label']]}: {_cell(arm).value}",
        }
        for arm in arms
    ]  # fmt: skip
    scale = analysis["scale"]
    chart = Chart(
        "mean-scores", "intervals",
        {
            "rows": rows, "empty": "No answers yet",
            "axis": axis(f"Mean score, 1 (bad) to {scale} (excellent)", [row["value"] for row in rows],
                         least=(1, scale), within=(1, scale)),
        },
        f"Dot: [mean score](#mos). Bar: 95{NBSP}% interval for new participants and new photos.",
        f"Mean scores with 95{NBSP}% intervals.",
    )  # fmt: skip
    table = Table(
        "scores-given",
        f"Mean score by condition, with its 95{NBSP}% interval for new participants and new photos.",
        (Heading("Condition", align="left"), Heading("Mean score", "mos"), Heading("Ratings", "n")),
        tuple((title_of[arm["label"]], _cell(arm), number(arm["n"])) for arm in arms),
    )  # fmt: skip
    remark = ""
    if arms and all(arm["ci"] is None for arm in arms):
        remark = f"There is no interval: {why_no_interval(analysis, arms[0]['reason'])}. "
    elif arms:
        remark = f"In brackets the 95{NBSP}% interval for new participants and new photos. "
    return [
        Section(
            "answer", "How natural the colours look", lead=_headline(told, arms, title_of),
            paragraphs=(f"{remark}[{counts(analysis)}](#n).",), charts=(chart,), tables=(table,),
            definitions=(MOS, N), folded=False,
        )
    ]  # fmt: skip


def _headline(told: Told, arms: list[Json], titles: Mapping[str, str]) -> str:
    if not arms:
        return "No test trial has been answered yet, so there is no score to report."
    shown = arms if len(arms) <= SEVERAL else [arms[0], arms[-1]]
    parts = [f"“{titles[arm['label']]}” {_cell(arm).value}" for arm in shown]
    more = f" ({len(arms) - 2} others lie in between)" if len(arms) > SEVERAL else ""
    scale = told.findings["analysis"]["scale"]
    subject = SUBJECTS[told.population]
    return f"On a scale from 1 (bad) to {scale} (excellent), {subject.lower()} rated {listed(parts)}{more}."


def _distributions(analysis: Json, titles: Mapping[str, str]) -> list[Section]:
    """How often each rating was given."""
    if not analysis["arms"]:
        return []
    rows = [
        {
            "title": titles.get(arm["label"], arm["label"]),
            "says": f"{titles.get(arm['label'], arm['label'])}: " + _in_words(arm),
            "bars": [
                {"title": str(at), "value": n / arm["n"], "label": percent(n / arm["n"], 0)}
                for at, n in enumerate(arm["counts"], start=1)
            ],
        }
        for arm in analysis["arms"]
    ]
    shares = [bar["value"] for row in rows for bar in row["bars"]]
    chart = Chart(
        "ratings", "bars",
        {"rows": rows, "up": axis("Ratings, %", shares, least=(0, 0.5), within=(0, 1), times=100)},
        "Bars: share of the condition's ratings.", "How often each rating was given.",
    )  # fmt: skip
    table = Table(
        "spread-of-ratings", "Ratings of each condition: spread, and both ends of the scale.",
        (Heading("Condition", align="left"), Heading("SD", "rating-sd"), Heading("Lowest", "scale-ends"),
         Heading("Highest", "scale-ends")),
        tuple(
            (titles.get(arm["label"], arm["label"]), number(arm["sd"], 2), percent(arm["lowest_share"]),
             percent(arm["highest_share"]))
            for arm in analysis["arms"]
        ),
    )  # fmt: skip
    return [
        Section("ratings", "How often each rating was given", charts=(chart,), tables=(table,),
                definitions=(SD, SCALE_ENDS))
    ]  # fmt: skip


def _in_words(arm: Json) -> str:
    shares = [f"{at} in {percent(n / arm['n'], 0)}" for at, n in enumerate(arm["counts"], start=1) if n]
    return listed(shares)


def _differential(analysis: Json, titles: Mapping[str, str]) -> list[Section]:
    """Scores against the hidden reference."""
    found = analysis["differential"]
    if not found or not found["arms"]:
        return []
    table = Table(
        "differential",
        f"Differential score of each condition; {found['best']}: as natural as the real photo.",
        (Heading("Condition", align="left"), Heading("Differential score", "dmos"), Heading("Pairs", "dmos")),
        tuple(
            (titles.get(arm["label"], arm["label"]), _cell(arm, "dmos"), number(arm["n"]))
            for arm in found["arms"]
        ),
    )  # fmt: skip
    left = count(found["unpaired"], "rating")
    remarks = (f"{left} without one of the real photo by the same person are left out here.",)
    return [
        Section(
            "differential", "Against the real photo", tables=(table,),
            remarks=remarks if found["unpaired"] else (), definitions=(DMOS,),
        )
    ]  # fmt: skip


def _quality(told: Told) -> list[Section]:
    flat = told.findings["analysis"]["one_point"]
    text = f"{count(flat, 'person', 'people')} gave the same rating throughout."
    facts = (*people_facts(told.findings), Fact("Use of the scale", text, "one-point"))
    return [
        Section("quality", "Quality of the responses", facts=facts, definitions=(*MEANINGS, ONE_POINT))
    ]  # fmt: skip


def _seen(told: Told) -> str:
    with_reference = told.study.get("settings", {}).get("hidden_reference")
    return "everybody rated all pictures of a photograph" if with_reference else Course().photos


def _task(study: Json) -> str:
    if "settings" not in study:
        return ""
    points, px = study["settings"]["scale"].split()[0], study["image_px"]
    hidden = ""
    if study["settings"]["hidden_reference"]:
        hidden = " The real photographs were among the pictures (hidden reference)."
    return (
        f"Each trial showed one picture at {px} × {px} CSS pixels; participants rated how natural its "
        f"colours look from 1 (bad) to {points} (excellent), by absolute category rating (ITU-T P.910)."
        f"{hidden}"
    )


def _inference(analysis: Json) -> str:
    text = (
        f"Mean opinion scores have 95{NBSP}% t intervals by a guarded two-way cluster variance "
        "(participants, photographs), for new participants and new photographs."
    )
    if analysis["pairwise"]:
        text += (
            f" Differences use the joint covariance; p values are corrected by Holm's method over "
            f"{count(len(analysis['pairwise']), 'comparison')}."
        )
    return text


ABOUT = "It is for new participants and new photos, by the joint covariance of all mean scores."
MOS = Definition(
    "mos", "Mean score",
    "Mean opinion score: the mean of all valid ratings, 1 for the worst. Its interval is clustered by "
    "participants and photos, which that of ITU-T P.910 is not.",
)  # fmt: skip
N = Definition(
    "n",
    "Ratings",
    "Valid test trials: answered, and shown as planned. Practice and vigilance trials are in no score.",
)
SD = Definition("rating-sd", "SD", "Standard deviation of single ratings, over people and photos together.")
SCALE_ENDS = Definition("scale-ends", "Lowest, highest", "Share of ratings at that end of the scale.")
DMOS = Definition(
    "dmos", "Differential score",
    "Each rating less that of the same person for the real photo, plus the best of the scale (ITU-T P.910). "
    "Pairs: ratings for which there is one of the real photo.",
)  # fmt: skip
ONE_POINT = Definition(
    "one-point",
    "Use of the scale",
    "Who gives the same rating to every picture tells nothing of their differences; they are counted, and "
    "left out by no rule.",
)
