"""How often each condition was called the most and the least natural, and each place on the screen."""

from __future__ import annotations

from evaluation.designs._choices.report.arms import titles_of
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, number, p_value, percent
from evaluation.statistics.arrays import Json

HABIT = Averaged("Habit", "places", share=False)


def counts(told: Told) -> list[Section]:
    """The plain counts, among whatever stood beside."""
    rows: list[Json] = told.findings["analysis"]["counts"]
    if not rows:
        return []
    titles, asked = titles_of(told), any("worst" in row for row in rows)
    columns = [
        Heading("Condition", align="left"),
        Heading("Trials", "shown"),
        Heading("Most natural", "best-count"),
        *([Heading("Least natural", "best-count")] if asked else []),
    ]
    lines: tuple[Row, ...] = tuple(
        (
            titles[row["model"]],
            number(row["shown"]),
            _share(row["best"], row["shown"]),
            *([_share(row["worst"], row["shown"])] if asked else []),
        )
        for row in sorted(rows, key=lambda row: -row["best"] / max(1, row["shown"]))
    )
    table = Table(
        "counts", "How often each condition was chosen, of the trials that showed it.", tuple(columns), lines
    )
    return [
        Section("counts", "How often each was chosen", tables=(table,), definitions=(SHOWN, COUNTED))
    ]  # fmt: skip


def places(told: Told) -> list[Section]:
    """The habit of choosing each place on the screen."""
    analysis = told.findings["analysis"]
    found = analysis.get("position")
    if not found:
        return []
    if found["reason"]:
        text = f"[Places on the screen](#places): {found['reason']}."
        return [Section("places", "Places on the screen", paragraphs=(text,), definitions=(PLACES,))]
    asked = found["worst"] is not None
    columns = [Heading("Place", align="left")]
    for words in ("Most natural", *(["Least natural"] if asked else [])):
        columns += [Heading(words, "places", "trials"), Heading(f"{words}: habit", "places", "log-odds"),
                    Heading(f"{words}: p", "places")]  # fmt: skip
    rows: tuple[Row, ...] = tuple(
        (
            f"Place {place['slot'] + 1}",
            *_habit(place["best"], found["best"][place["slot"]]),
            *(_habit(place["worst"], found["worst"][place["slot"]]) if asked else ()),
        )
        for place in analysis["places"]
    )
    table = Table("places", "How often each place was chosen, and the habit of it.", tuple(columns), rows)
    return [
        Section("places", "Places on the screen", tables=(table,), definitions=(PLACES,))
    ]  # fmt: skip


def _share(chosen: int, shown: int) -> Cell:
    return Cell(percent(chosen / shown) if shown else NONE, note=f"{chosen:,} of {shown:,}")


def _habit(chosen: int, found: Json) -> tuple[Cell | str, ...]:
    return (
        number(chosen),
        HABIT.cell(found["estimate"], found["ci"], "" if found["ci"] else found["reason"]),
        p_value(found["p"]),
    )


SHOWN = Definition("shown", "Trials", "Valid test trials that showed a picture of the condition.")
COUNTED = Definition(
    "best-count",
    "Most and least natural",
    "Share of these trials in which it was called the most, or the least, natural, among whatever stood "
    "beside it. The chance in the answer takes account of what that was.",
)
PLACES = Definition(
    "places",
    "Places on the screen",
    "How often the picture in each place was chosen, and the habit of it: the log-odds of choosing this "
    f"place between equal pictures, against the average place, with the 95{NBSP}% interval for new "
    "participants and new photos, tested against 0. Conditions come to each place alike often, so that a "
    "habit favours none, and strengths are those beside it.",
)
