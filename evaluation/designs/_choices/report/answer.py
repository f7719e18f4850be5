"""The answer of a design of choices: how likely each condition is preferred, and how sure the first is."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.designs._choices.report.arms import one_way_groups, quotes, shown_counts, titles_of
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.remarks import counts, why_no_interval
from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Chart, Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, NONE, number, percent
from evaluation.statistics.arrays import Json

CONNECT = (
    "Gather more answers: a condition that is preferred always or never so far may still lose or win. "
    "Else leave that condition out."
)


@dataclass(frozen=True)
class Task:
    """The words of a design of choices.

    `chances` is the key of the headline's chances in the analysis, `chance` how they are called, `best` what
    happens to a picture that is chosen: "preferred", "called most natural". `meaning` defines the chance,
    `equal` says what it would be if all were alike, at the dashed line; `photo` is the same by photo.
    """

    title: str
    chances: str
    chance: Averaged
    best: str
    meaning: str
    equal: str
    photo: Averaged


def chances_of(told: Told, task: Task) -> dict[str, Json]:
    """The chances of the headline by condition, the highest first; empty where there are no strengths."""
    found: list[Json] = told.findings["analysis"].get(task.chances) or []
    return {row["model"]: row for row in sorted(found, key=lambda row: (-row["chance"], row["model"]))}


def answer_section(told: Told, task: Task, lead: str, remarks: list[str]) -> list[Section]:
    """Headline, chart and table, on one screen."""
    analysis, chances = told.findings["analysis"], chances_of(told, task)
    caption = (
        f"{task.chance.title} by condition, with its 95{NBSP}% interval for new participants and new photos."
    )
    if not chances:
        caption = f"How often each condition was {task.best} where one was."
    table = Table(
        "chances-table",
        caption,
        (
            Heading("Condition", align="left"),
            Heading(task.chance.title, task.chance.key),
            Heading("Trials", "n"),
        ),
        _rows(told, task, chances),
    )
    text = " ".join(remark for remark in (*remarks, f"[{counts(analysis)}](#n).") if remark)
    return [
        Section(
            "answer", task.title, lead=lead, paragraphs=(text,),
            charts=(_chart(told, task, chances),), tables=(table,), definitions=_meanings(task),
            folded=False,
        )
    ]  # fmt: skip


def interval_remark(told: Told, task: Task) -> str:
    """What the intervals are about, or why there are none."""
    chances = chances_of(told, task)
    if not chances:
        return ""
    without = [row for row in chances.values() if row["ci"] is None]
    if without:
        reason = why_no_interval(told.findings["analysis"], without[0]["reason"])
        return f"There is no interval: {reason}. {task.equal}"
    return f"In brackets the 95{NBSP}% interval for new participants and new photos. {task.equal}"


def sureness(told: Told, best: str) -> str:
    """Which condition is first with confidence, or which may be."""
    order = told.findings["analysis"].get("order") or []
    if len(order) < 3 or order[0]["rank_set"] is None:
        return ""
    leaders = [row["label"] for row in order if row["rank_set"][0] == 1]
    if len(leaders) == 1:
        return f"With 95{NBSP}% confidence no other condition is {best} more often."
    if len(leaders) == len(order):
        return f"Which one is {best} most is open: each of them may be the first."
    return f"Which one is {best} most is open between {quotes(told, leaders)}."


def no_order(told: Told) -> tuple[str, list[str]]:
    """Headline and remarks where strengths do not exist: why, and what to do."""
    analysis = told.findings["analysis"]
    if not analysis["n"]:
        return "No test trial has been answered yet, so there is no preference to report.", []
    groups = one_way_groups(told)
    if not groups:
        return "The answers do not yet say how far the conditions are apart.", [
            f"Reason: {analysis['reason']}. Gather more answers."
        ]
    return "The answers do not yet put the conditions in one order.", [
        f"Between these groups choices went one way only, or there were none: {groups}. {CONNECT}"
    ]


def _rows(told: Told, task: Task, chances: dict[str, Json]) -> tuple[tuple[Cell | str, ...], ...]:
    shown, titles = shown_counts(told), titles_of(told)
    names = [*chances, *(name for name in titles if name not in chances)]
    return tuple(
        (titles[name], _cell(task, chances.get(name), shown.get(name)), number(shown[name]["shown"])
         if name in shown else "0")
        for name in names
    )  # fmt: skip


def _cell(task: Task, chance: Json | None, counted: Json | None) -> Cell:
    if chance is not None:
        found = task.chance.cell(chance["chance"], chance["ci"], chance["reason"] if not chance["ci"] else "")
        return Cell(found.text, found.interval, found.note, strong=True)
    decided = counted["shown"] - counted.get("ties", 0) if counted else 0
    if counted is None or not decided:
        return Cell(NONE, note="no answers")
    return Cell(f"{counted['best']:,} of {decided:,}")


def _chart(told: Told, task: Task, chances: dict[str, Json]) -> Chart:
    titles = titles_of(told)
    rows = [
        {
            "title": titles[name],
            "value": row["chance"],
            "low": row["ci"] and row["ci"][0],
            "high": row["ci"] and row["ci"][1],
            "label": task.chance.cell(row["chance"], row["ci"]).value,
            "says": f"{titles[name]}: {task.chance.cell(row['chance'], row['ci']).value}",
        }
        for name, row in chances.items()
    ]
    ends = [end for row in chances.values() for end in (row["chance"], *(row["ci"] or ()))]
    nothing = "No answers yet" if not told.findings["analysis"]["n"] else "No common order yet"
    return Chart(
        "chances",
        "intervals",
        {
            "rows": rows,
            "empty": nothing,
            "axis": task.chance.axis(ends, says=f"alike: {percent(task.chance.mark, 0)}"),
        },
        f"Dot: [{task.chance.name}](#{task.chance.key}). Bar: 95{NBSP}% interval for new participants and "
        "new photos. Dashed: all alike.",
        f"{task.chance.title} by condition with 95{NBSP}% intervals.",
    )


def _meanings(task: Task) -> tuple[Definition, ...]:
    return (
        Definition(task.chance.key, task.chance.title, task.meaning),
        Definition(
            "n",
            "Trials",
            "Valid test trials: answered, and each counted once; of a condition, those that showed its "
            "picture. Practice and vigilance trials are in no result.",
        ),
    )
