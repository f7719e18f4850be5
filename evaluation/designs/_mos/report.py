"""What the report of a rating scale says, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evaluation.designs._common.attention import MEANINGS, people_facts
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.changes import changes_section
from evaluation.designs._common.confidence import confidence_section
from evaluation.designs._common.counting import rows_section
from evaluation.designs._common.course import Course, shown_for
from evaluation.designs._common.differences import differences_section
from evaluation.designs._common.exposure_levels import exposure_section
from evaluation.designs._common.methods import counting, methods_section
from evaluation.designs._common.observers import TIMES, agreement_in_words, times_in_words
from evaluation.designs._common.photos import correlations_section, photos_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.ranking import ranking_section
from evaluation.designs._common.remarks import counts, why_no_interval
from evaluation.designs._common.scores import scores_section
from evaluation.designs._common.told import Told
from evaluation.report.axes import axis
from evaluation.report.section import Cell, Chart, Definition, Fact, Heading, Section, Table
from evaluation.report.wording import NBSP, NONE, SUBJECTS, count, listed, number, number_range, percent
from evaluation.statistics.arrays import Json
from evaluation.statistics.intervals import THESE_PHOTOS
from studies.designs._base import REAL_PHOTO

SCORE = Averaged("Mean score", "mos", share=False)
SEVERAL = 3
"""With more conditions than this the headline names the lowest and the highest; chart and table have all."""


def sections_of(findings: Json, facts: Json) -> list[Section]:
    """The answer first; a section for which there is nothing is left out."""
    told = Told(findings, facts)
    analysis = findings["analysis"]
    score = replace(SCORE, scale=(1, analysis["scale"]))
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
        differences_section(titles, analysis["pairwise"], score, ABOUT),
        ranking_section(titles, analysis["order"], score),
        _differential(analysis, titles),
        _corrected(analysis, titles),
        exposure_section(told, score, titles),
        confidence_section(told),
        scores_section(told),
        correlations_section(told, score),
        photos_section(told, score, "rated", titles),
        _quality(told),
        certificate_section(told),
        rows_section(told),
        changes_section(told, score, titles=titles),
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


def _bar(arm: Json, title: str, value: str = "mos") -> Json:
    """A row of a chart of intervals."""
    low, high = arm["ci"] or (None, None)
    label = _cell(arm, value).value
    return {"title": title, "value": arm[value], "low": low, "high": high, "label": label,
            "says": f"{title}: {label}"}  # fmt: skip


def _answer(told: Told, titles: Mapping[str, str]) -> list[Section]:
    """Headline, chart and table, on one screen."""
    analysis = told.findings["analysis"]
    arms = sorted(analysis["arms"], key=lambda arm: (-arm["mos"], arm["label"]))
    title_of = {arm["label"]: titles.get(arm["label"], arm["label"]) for arm in arms}
    rows = [_bar(arm, title_of[arm["label"]]) for arm in arms]
    scale = analysis["scale"]
    real = next((arm["mos"] for arm in arms if arm["label"] == REAL_PHOTO), None)
    dashed = "" if real is None else " Dashed: the mean score of the real photos."
    chart = Chart(
        "mean-scores", "intervals",
        {
            "rows": rows, "empty": "No answers yet",
            "axis": axis(f"Mean score, 1 (bad) to {scale} (excellent)", [row["value"] for row in rows],
                         least=(1, scale), within=(1, scale), mark=real,
                         says="" if real is None else "real photos"),
        },
        f"Dot: [mean score](#mos). Bar: 95{NBSP}% interval for new participants and new photos.{dashed}",
        f"Mean scores with 95{NBSP}% intervals.",
    )  # fmt: skip
    table = Table(
        "scores-given",
        f"Mean score by condition, with its 95{NBSP}% interval for new participants and new photos.",
        (Heading("Condition", align="left"), Heading("Mean score", "mos"), Heading("Ratings", "n")),
        tuple((title_of[arm["label"]], replace(_cell(arm), strong=True), number(arm["n"])) for arm in arms),
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
    judged = [arm for arm in arms if arm["label"] != REAL_PHOTO]
    shown = judged if len(judged) <= SEVERAL else [judged[0], judged[-1]]
    parts = [f"“{titles[arm['label']]}” {_cell(arm).value}" for arm in shown]
    said = listed(parts) + (f" ({len(judged) - 2} others lie in between)" if len(judged) > SEVERAL else "")
    real = [f"real photos {_cell(arm).value}" for arm in arms if arm["label"] == REAL_PHOTO]
    scale = told.findings["analysis"]["scale"]
    subject = SUBJECTS[told.population].lower()
    whole = "; ".join(filter(None, (said, *real)))
    return f"On a scale from 1 (bad) to {scale} (excellent), {subject} rated {whole}."


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
         Heading("Highest", "scale-ends"), Heading("Naive interval", "naive", "ITU-T P.910")),
        tuple(
            (titles.get(arm["label"], arm["label"]), number(arm["sd"], 2), percent(arm["lowest_share"]),
             percent(arm["highest_share"]), number_range(arm["naive"]["ci"], 2) or NONE)
            for arm in analysis["arms"]
        ),
    )  # fmt: skip
    return [
        Section("ratings", "How often each rating was given", charts=(chart,), tables=(table,),
                definitions=(SD, SCALE_ENDS, NAIVE))
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
    rows = [_bar(arm, titles.get(arm["label"], arm["label"]), "dmos") for arm in found["arms"]]
    ends = [row[end] for row in rows for end in ("value", "low", "high")]
    chart = Chart(
        "differential-scores", "intervals",
        {"rows": rows, "axis": axis("Differential score", ends, least=(found["best"],), mark=found["best"],
                                    says="as the real photo")},
        f"Dot: [differential score](#dmos). Bar: 95{NBSP}% interval for new participants and new photos. "
        "Dashed: as natural as the real photo.",
        f"Differential scores with 95{NBSP}% intervals.",
    )  # fmt: skip
    left = count(found["unpaired"], "rating")
    remarks = (f"{left} without one of the real photo by the same person are left out here.",)
    return [
        Section(
            "differential", "Against the real photo", charts=(chart,), tables=(table,),
            remarks=remarks if found["unpaired"] else (), definitions=(DMOS,),
        )
    ]  # fmt: skip


def _corrected(analysis: Json, titles: Mapping[str, str]) -> list[Section]:
    """The scores beside those of ITU-T P.913 and P.910, which take off how people lean."""
    found = analysis.get("corrected") or {}
    if not found.get("p913"):
        return []
    methods = {name: {one["label"]: one["mos"] for one in found[name] or []} for name in ("p913", "p910")}
    table = Table(
        "corrected",
        "Mean score of each condition, plain and corrected for how people rate.",
        (Heading("Condition", align="left"), Heading("Mean score", "mos"),
         Heading("Without bias", "corrected", "P.913"),
         Heading("Without bias and inconsistency", "corrected", "P.910")),
        tuple(
            (titles.get(arm["label"], arm["label"]), number(arm["mos"], 2),
             *(number(of.get(arm["label"]), 2) for of in methods.values()))
            for arm in analysis["arms"]
        ),
        f"P.910: {found['reason']}." if found["reason"] else "",
    )  # fmt: skip
    return [
        Section(
            "corrected", "Corrected for strict and erratic people", tables=(table,),
            remarks=("Beside the mean scores, not instead of them: these hold for the people who took part, "
                     "and have no interval for others.",),
            definitions=(CORRECTED,),
        )
    ]  # fmt: skip


def _quality(told: Told) -> list[Section]:
    analysis = told.findings["analysis"]
    flat = analysis["one_point"]
    said = f"{count(flat, 'person', 'people') if flat else 'Nobody'} gave the same rating throughout."
    found = {
        "Use of the scale": (f"{said} {_leanings(analysis)}".strip(), ONE_POINT),
        "Response times": (times_in_words(analysis.get("response_times")), TIMES),
        "Order": (_order(analysis.get("halves")), ORDER),
        "Agreement": (agreement_in_words(analysis), AGREEMENT),
    }
    facts = [Fact(term, text, meaning.key) for term, (text, meaning) in found.items() if text]
    return [
        Section(
            "quality", "Quality of the responses", facts=(*people_facts(told.findings), *facts),
            definitions=(*MEANINGS, *(meaning for _, meaning in found.values())),
        )
    ]  # fmt: skip


def _leanings(analysis: Json) -> str:
    found = analysis.get("corrected") or {}
    if found.get("bias_sd") is None:
        return ""
    return (
        f"How high people rate all pictures differs with an SD of {number(found['bias_sd'], 2)} points; a "
        f"person's ratings scatter by {number(found['inconsistency'], 2)} (median)."
    )


def _order(found: Json | None) -> str:
    if not found or found["first"] is None or found["second"] is None:
        return ""
    text = (
        f"Mean rating {number(found['first'], 2)} in the first half of each participation and "
        f"{number(found['second'], 2)} after"
    )
    known = found.get("two_way") or found
    ends = number_range(known["ci"], 2)
    if not ends:
        return f"{text}."
    change = number(found["mean_difference"], 2)
    return f"{text} (within people {change} {ends}; {known.get('estimand', THESE_PHOTOS)})."


def _seen(told: Told) -> str:
    with_reference = told.study.get("settings", {}).get("hidden_reference")
    return "everybody rated all pictures of a photograph" if with_reference else Course().photos


def _task(study: Json) -> str:
    if "settings" not in study:
        return ""
    points = study["settings"]["scale"].split()[0]
    hidden = ""
    if study["settings"]["hidden_reference"]:
        hidden = " The real photographs were among the pictures (hidden reference)."
    return (
        f"Each trial showed one picture at {shown_for(study)}; participants rated how natural its "
        f"colours look from 1 (bad) to {points} (excellent), by absolute category rating (ITU-T P.910)."
        f"{hidden}"
    )


def _inference(analysis: Json) -> str:
    text = (
        f"Mean opinion scores have 95{NBSP}% t intervals by a guarded two-way cluster variance "
        "(participants, photographs), for new participants and new photographs."
    )
    clusters = analysis.get("photo_clusters")
    if clusters:
        text += f" Crops of one photograph count as one ({count(clusters, 'photograph')} in all)."
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
NAIVE = Definition(
    "naive",
    "Naive interval",
    f"The 95{NBSP}% interval of ITU-T P.910, as if all ratings were independent. It is too short for new "
    "people and new photos; it is here to be set beside published ones.",
)
CORRECTED = Definition(
    "corrected",
    "Corrected scores",
    "P.913, 12.4: each person's mean distance from the pictures' means is taken off. P.910, Annex E: a "
    "rating is the picture's quality plus the person's bias plus noise of the person's own size; consistent "
    "people weigh more. Each picture counts alike.",
)
ORDER = Definition(
    "order",
    "Order",
    "Mean rating in the first and second half of each participation, over all conditions; the difference "
    f"within people has a 95{NBSP}% interval. Below 0: people become stricter.",
)
AGREEMENT = Definition(
    "agreement",
    "Agreement",
    "Split half: do some people reliably rate higher than others? ICC, where everybody rated everything: do "
    "people agree on single pictures?",
)
