"""Exposures along the blocks, and how often people are right at each exposure."""

from __future__ import annotations

from math import exp

from evaluation.designs._common.told import Told
from evaluation.designs._staircase.report.answer import THRESHOLD, models_of
from evaluation.report.axes import axis
from evaluation.report.section import Cell, Chart, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, number, percent
from evaluation.statistics.arrays import Json
from evaluation.statistics.staircase import GUESS, LAPSE

MOST = 4
"""So many lines can be told apart."""


def levels(told: Told) -> list[Section]:
    """The mean exposure by trial, a line for each block."""
    curves = _known(told)
    if not curves:
        return []
    rows: list[Json] = []
    for slug, found in curves.items():
        blocks = found["levels"]
        shown = blocks if len(blocks) <= MOST else [*blocks[: MOST - 1], blocks[-1]]
        lines = [
            {"title": f"Block {one['block']}", "x": one["trial"], "y": one["mean_ms"], "low": [], "high": []}
            for one in shown
        ]
        first, last = THRESHOLD.text(blocks[0]["mean_ms"][0]), THRESHOLD.text(blocks[-1]["mean_ms"][-1])
        title = told.titles[slug]
        says = f"{title}: from {first} to {last} at the end"
        rows.append({"title": title, "lines": lines, "says": says})
    every = [line for row in rows for line in row["lines"]]
    chart = Chart(
        "levels",
        "curves",
        {
            "rows": rows,
            "across": axis("Trial within the block", [x for line in every for x in line["x"]]),
            "up": axis("Mean exposure, ms", [y for line in every for y in line["y"]]),
        },
        "Lines: [mean exposure over people](#levels) at each trial. A block is long enough if its line has "
        "become level.",
        "Mean exposure by trial.",
    )
    return [Section("levels", "Exposures along the blocks", charts=(chart,), definitions=(LEVELS,))]


def psychometric(told: Told) -> list[Section]:
    """The share of right answers by exposure, with the fitted curve where it is identified."""
    curves = _known(told)
    if not curves:
        return []
    fits = told.findings["analysis"]["psychometric_pooled_weibull"]
    rows = [_row(told.titles[slug], found["psychometric"], fits[slug]) for slug, found in curves.items()]
    shown = [x for row in rows for line in row["lines"] for x in line["x"]]
    chart = Chart(
        "psychometric",
        "curves",
        {
            "rows": rows,
            "across": axis("Exposure, ms", shown, log=True),
            "up": axis("Right answers, %", (), least=(0, 1), step=0.25, times=100,
                       mark=told.findings["analysis"]["rule"]["target"]),
        },
        "Dots: [share of right answers](#psychometric) in classes of about as many trials, on a logarithmic "
        "scale. Dashed line: fitted Weibull curve. Dashed level: the share at which the exposure settles.",
        "Share of right answers by exposure.",
    )  # fmt: skip
    table = Table(
        "weibull",
        "Weibull curve over all people of a condition.",
        (
            Heading("Condition", align="left"),
            Heading(f"Exposure for 75{NBSP}% right, ms", "weibull"),
            Heading("Slope", "weibull"),
        ),
        tuple(_fit(told.titles[slug], fits[slug]) for slug in curves),
    )
    return [
        Section(
            "psychometric", "Right answers by exposure", charts=(chart,), tables=(table,),
            definitions=MEANINGS,
        )
    ]  # fmt: skip


def _known(told: Told) -> dict[str, Json]:
    known = told.findings.get("curves", {})
    return {slug: known[slug] for slug in models_of(told) if slug in known}


def _row(title: str, found: Json, fit: Json) -> Json:
    x, right = found["exposure_ms"], found["right"]
    lines = [{"title": "Right answers", "x": x, "y": right, "low": [], "high": []}]
    if fit["identified"]:
        lines.append(
            {"title": "Weibull curve", "x": x, "y": [_weibull(one, fit) for one in x], "low": [], "high": []}
        )
    says = f"{title}: from {percent(right[0])} at {number(x[0])}{NBSP}ms to {percent(right[-1])} at " + (
        f"{number(x[-1])}{NBSP}ms"
    )
    return {"title": title, "lines": lines, "says": says}


def _weibull(exposure_ms: float, fit: Json) -> float:
    """The curve that `weibull` of the statistics fits."""
    held: float = 1 - exp(-((exposure_ms / fit["alpha"]) ** fit["beta"]))
    return GUESS + (1 - GUESS - LAPSE) * held


def _fit(title: str, fit: Json) -> Row:
    if not fit["identified"]:
        return (title, Cell(NONE, note=fit["note"]), NONE)
    return (title, number(fit["threshold_75pct_ms"]), number(fit["beta"], 2))


LEVELS = Definition(
    "levels",
    "Exposure along a block",
    "The exposure at each trial of a block, as the answers before it made it, averaged over people.",
)
MEANINGS = (
    Definition(
        "psychometric",
        "Right answers by exposure",
        "Share of right answers of all people of the condition. Whoever is often wrong sees longer "
        "exposures, so that the shares of long ones are those of people who see fakes less well: the curve "
        "is flatter than that of any person.",
    ),
    Definition(
        "weibull",
        "Weibull curve",
        f"p = 1/2 + (1/2 − {LAPSE:g}) (1 − exp(−(x/α)^β)) by maximum likelihood over all trials of the "
        "condition; the slope is β. It ignores that people differ, and is a warning light, not a test. Where "
        "the slope is not clear there are no numbers.",
    ),
)
