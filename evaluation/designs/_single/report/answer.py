"""The answer of a single-image test: how often the pictures of each condition were called real."""

from __future__ import annotations

from evaluation.designs._common.claims import default_meaning
from evaluation.designs._common.remarks import counts, why_no_interval
from evaluation.designs._common.told import Told
from evaluation.designs._one_image.words import CALLED_REAL
from evaluation.designs._single.report.arms import Arm
from evaluation.report.axes import axis
from evaluation.report.section import Cell, Chart, Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, NONE, SUBJECTS, listed, number, percent, rate_with_interval
from evaluation.statistics.arrays import Json

REAL_PHOTOS = "Real photos"
SEVERAL = 3
"""With more conditions than this the headline names the lowest and the highest; chart and table have all."""


def answer(told: Told, arms: list[Arm]) -> list[Section]:
    """Headline, chart and table, on one screen."""
    real = told.findings["analysis"].get("real")
    rows = [
        # Its interval is in the next table.
        (arm.title, arm.called_real, Cell(arm.dprime.text), number(arm.n))
        for arm in ranked(arms)
    ]
    if real:
        rows.append((REAL_PHOTOS, _real_cell(real), Cell(NONE), number(real["n"])))
    table = Table(
        "called-real",
        f"How often pictures were called real, with the 95{NBSP}% interval for new participants and new "
        f"photos, and sensitivity.",
        (
            Heading("Condition", align="left"),
            Heading("Share called real", "called-real"),
            Heading("d′", "dprime"),
            Heading("Trials", "n"),
        ),
        tuple(rows),
    )
    judged = [arm for arm in arms if arm.judged]
    analysis = told.findings["analysis"]
    remark = f"{_remark(analysis, judged, real)} [{counts(analysis)}](#n)."
    return [
        Section(
            "answer", "How often pictures were called real", lead=_headline(told, judged, real),
            paragraphs=(remark.strip(),), charts=(_chart(judged, real),), tables=(table,),
            definitions=(CALLED, DPRIME, default_meaning(analysis, "share"), N), folded=False,
        )
    ]  # fmt: skip


def ranked(arms: list[Arm]) -> list[Arm]:
    """From the highest share down; those without answers last."""
    return sorted(arms, key=lambda arm: (not arm.judged, -(arm.rate or 0)))


def _real_cell(real: Json) -> Cell:
    interval = real["interval"]
    return CALLED_REAL.cell(real["called_real"], _ends(interval), interval.get("reason", ""))


def _ends(interval: Json) -> tuple[float, float] | None:
    low, high = interval["low"], interval["high"]
    return None if low is None or high is None else (low, high)


def _chart(judged: list[Arm], real: Json | None) -> Chart:
    rows = [_row(arm.title, arm.rate, arm.ends, arm.called_real) for arm in ranked(judged)]
    if real:
        rows.append(_row(REAL_PHOTOS, real["called_real"], _ends(real["interval"]), _real_cell(real)))
    ends = [row[end] for row in rows for end in ("value", "low", "high")]
    mark = real["called_real"] if real else None
    dashed = " Dashed: the share of real photos; a fake at the line is taken for real as often as they are."
    return Chart(
        "shares-called-real",
        "intervals",
        {
            "rows": rows,
            "empty": "No answers yet",
            "axis": axis(
                "Called real, % of valid test trials", ends, least=(0, 0.55), within=(0, 1), step=0.1,
                times=100, mark=mark, says="real photos" if real else "",
            ),
        },
        f"Dot: [share called real](#called-real). Bar: [95{NBSP}% interval for new participants and new "
        f"photos](#default).{dashed if real else ''}",
        f"Share of trials in which pictures were called real, with 95{NBSP}% intervals.",
    )  # fmt: skip


def _row(title: str, value: float | None, ends: tuple[float, float] | None, cell: Cell) -> Json:
    low, high = ends or (None, None)
    return {
        "title": title, "value": value, "low": low, "high": high, "label": cell.value,
        "says": f"{title}: {cell.value}",
    }  # fmt: skip


def _headline(told: Told, judged: list[Arm], real: Json | None) -> str:
    """The result in a sentence."""
    if not judged and not real:
        return "No test trial has been answered yet, so there is no error rate to report."
    subject = SUBJECTS[told.population]
    said = ""
    if judged:
        parts = judged if len(judged) <= SEVERAL else [ranked(judged)[-1], ranked(judged)[0]]
        shares = [_part(arm, first=place == 0) for place, arm in enumerate(parts)]
        if len(judged) <= SEVERAL:
            said = f"{subject} called the fakes real in {listed(shares)}"
        else:
            said = (
                f"{subject} called the fakes real in between {shares[0]} and {shares[1]} ({len(judged) - 2} "
                f"other conditions lie in between)"
            )
    if not real:
        return f"{said}."
    share = rate_with_interval(real["called_real"], *(_ends(real["interval"]) or (None, None)))
    return f"{said}; they called real photos real in {share}." if said else (
        f"{subject} called real photos real in {share} of trials; no fake has been judged yet."
    )  # fmt: skip


def _part(arm: Arm, *, first: bool) -> str:
    assert arm.rate is not None
    share = rate_with_interval(arm.rate, *(arm.ends or (None, None)))
    return f"{share}{' of trials' if first else ''} with “{arm.title}”"


def _remark(analysis: Json, judged: list[Arm], real: Json | None) -> str:
    """What the intervals are about, or why there are none; and what fakes that nobody can tell would have."""
    if not judged:
        return ""
    perfect = ""
    if real:
        perfect = (
            f" Fakes that cannot be told from photos would be called real as often as real photos are, in "
            f"{percent(real['called_real'])} of trials."
        )
    without = [f"“{arm.title}”" for arm in judged if arm.ends is None]
    if len(without) == len(judged):
        return f"There is no interval: {why_no_interval(analysis, judged[0].called_real.note)}.{perfect}"
    remark = f"In brackets the 95{NBSP}% interval for new participants and new photos."
    if without:
        remark += f" {listed(without)} has none; the table says why."
    return f"{remark}{perfect}"


CALLED = Definition(
    "called-real",
    "Share called real",
    "Share of valid test trials in which the picture was called real. For fakes this is the error of taking "
    "them for real; for real photos it is the share of right answers, and the rest was called fake.",
)
DPRIME = Definition(
    "dprime",
    "d′",
    "Sensitivity: how well people tell the condition's fakes from the real photos, apart from a leaning to "
    "either answer. z(fakes called fake) minus z(real photos called fake), with half a trial added to each "
    f"outcome; its 95{NBSP}% interval is for new participants and new photos (delta rule, clustered by "
    "both). 0: they cannot be told apart; above 0: people tell them; below 0: the fakes look more real than "
    "photos. Pooled over people, which draws it towards 0 where they differ much.",
)
N = Definition(
    "n",
    "n",
    "Valid test trials: answered, and shown as planned. Practice, qualification and "
    "vigilance trials are in no rate.",
)
