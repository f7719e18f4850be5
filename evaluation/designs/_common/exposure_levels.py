"""Exposure as a factor, for studies of every design: what is found at each level, and its section. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.told import Told
from evaluation.designs._design import Evidence
from evaluation.report.axes import axis
from evaluation.report.section import Chart, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, count, number, p_equals, p_value
from evaluation.statistics.arrays import Bools, Floats, Json
from evaluation.statistics.exposure_levels import Exposed, by_exposure
from evaluation.statistics.table import Factor, ResponseTable

FINDINGS = "exposure_levels"
MOST = 12
"""More different exposures than this in a file of unknown settings are measured times, and no levels."""


def exposure_findings(
    evidence: Evidence, table: ResponseTable, outcome: Floats, arms: Factor | None = None, alpha: float = 0.05
) -> Json:
    """FINDINGS by `by_exposure`, where the study varies the exposure; else nothing.

    `table` holds the rows that count, `outcome` (n,) what is averaged, and `arms` whose rows they are: the
    conditions, unless it is told. Rows without an arm, an outcome or an exposure are left out.
    """
    table = table.by_photo_cluster()
    arms = table.condition if arms is None else arms
    kept = (arms.codes >= 0) & np.isfinite(outcome) & np.isfinite(table.exposure_ms)
    if len(levels_in(evidence, table, kept)) < 2:
        return {}
    exposed = Exposed(
        table.participant.codes[kept], arms.codes[kept], table.exposure_ms[kept],
        np.asarray(outcome[kept], dtype=np.float64), arms.labels, table.photo.codes[kept],
    )  # fmt: skip
    return {FINDINGS: by_exposure(exposed, alpha)}


def levels_in(evidence: Evidence, table: ResponseTable, kept: Bools) -> list[float]:
    """The exposures in ms of the rows kept, where the study varies them on purpose; else none."""
    levels = np.unique(table.exposure_ms[kept])
    fixed = evidence.settings.get("exposure_ms")
    varied = isinstance(fixed, list | tuple) if evidence.settings else len(levels) <= MOST
    return [float(level) for level in levels] if varied and len(levels) and levels[0] > 0 else []


def exposure_section(
    told: Told, averaged: Averaged, titles: Mapping[str, str] | None = None
) -> list[Section]:
    """The outcome at each exposure, as curves and in numbers; `titles` of arms that are no conditions."""
    found = told.findings["analysis"].get(FINDINGS)
    if not found:
        return []
    titles = told.titles if titles is None else titles
    known = {one["label"]: one for one in found["conditions"]}
    arms = {title: known[label] for label, title in titles.items() if label in known}
    tables = [_levels(averaged, arms)]
    if len(found["levels_ms"]) > 2:
        tables.append(_trends(averaged, arms))
    tables.append(_differences(averaged, arms))
    return [
        Section(
            "exposure-levels", "Exposure as a factor", paragraphs=(_in_words(averaged, found),),
            charts=(_chart(averaged, found, arms),), tables=tuple(tables), definitions=MEANINGS,
        )
    ]  # fmt: skip


def _in_words(averaged: Averaged, found: Json) -> str:
    levels = ", ".join(number(level) for level in found["levels_ms"][:-1])
    shown = f"Pictures were shown for {levels} or {number(found['levels_ms'][-1])}{NBSP}ms."
    trend = found["trend"]
    if trend is None or trend["estimate"] is None:
        return shown
    cell = averaged.change(trend["estimate"], trend["ci"])
    p = f" (p {p_equals(trend['p'])})" if trend["p"] is not None else ""
    unit = f"{NBSP}{averaged.change_unit}" if averaged.change_unit else ""
    return (
        f"{shown} With each doubling of the exposure, the {averaged.name} changes by {cell.text}{unit} "
        f"{cell.interval}".rstrip()
        + f"{p}, averaged over the conditions."
    )


def _chart(averaged: Averaged, found: Json, arms: Mapping[str, Json]) -> Chart:
    ends = [end for one in arms.values() for level in one["levels"]
            for end in (level["mean"], *(level["ci"] or ()))]  # fmt: skip
    return Chart(
        "by-exposure",
        "curves",
        {
            "rows": [{"title": title, "lines": [_line(one)], "says": _says(averaged, title, one)}
                     for title, one in arms.items()],
            "across": axis("Exposure, ms", found["levels_ms"], log=True),
            "up": averaged.axis(ends),
        },
        f"Line: [{averaged.name}](#{averaged.key}) by [exposure](#exposure-levels), on a "
        f"logarithmic scale. Band: 95{NBSP}% intervals for new participants and new photos.",
        f"{averaged.title} by exposure.",
    )  # fmt: skip


def _line(one: Json) -> Json:
    levels = one["levels"]
    bounded = all(level["ci"] for level in levels)
    return {
        "title": "",
        "x": [level["exposure_ms"] for level in levels],
        "y": [level["mean"] for level in levels],
        "low": [level["ci"][0] for level in levels] if bounded else [],
        "high": [level["ci"][1] for level in levels] if bounded else [],
    }


def _says(averaged: Averaged, title: str, one: Json) -> str:
    said = [f"{averaged.cell(level['mean'], level['ci']).value} at {number(level['exposure_ms'])}{NBSP}ms"
            for level in one["levels"]]  # fmt: skip
    return f"{title}: {', '.join(said)}"


def _levels(averaged: Averaged, arms: Mapping[str, Json]) -> Table:
    rows: list[Row] = []
    for title, one in arms.items():
        rows.append((title,))
        rows += [
            (
                f"{number(level['exposure_ms'])}{NBSP}ms",
                averaged.cell(level["mean"], level["ci"], level["reason"]),
                number(level["n"]),
            )
            for level in one["levels"]
        ]
    return Table(
        "by-exposure-levels",
        f"{averaged.title} by condition and exposure.",
        (
            Heading("Exposure", align="left"),
            Heading(averaged.title, "exposure-levels", "new participants × new photos"),
            Heading("Trials", "exposure-levels"),
        ),
        tuple(rows),
    )


def _trends(averaged: Averaged, arms: Mapping[str, Json]) -> Table:
    unit = f", {averaged.change_unit}" if averaged.change_unit else ""
    return Table(
        "exposure-trend",
        f"Change of the {averaged.name} with each doubling of the exposure.",
        (
            Heading("Condition", align="left"),
            Heading(f"Change per doubling{unit}", "exposure-trend", f"95{NBSP}% interval"),
            Heading("p", "exposure-trend"),
        ),
        tuple(
            (
                title,
                averaged.change(one["trend"]["estimate"], one["trend"]["ci"], one["trend"]["reason"]),
                p_value(one["trend"].get("p")),
            )
            for title, one in arms.items()
            if one["trend"]
        ),
    )


def _differences(averaged: Averaged, arms: Mapping[str, Json]) -> Table:
    rows: list[Row] = []
    pairs = max((len(one["differences"]) for one in arms.values()), default=0)
    for title, one in arms.items():
        rows.append((title,))
        rows += [
            (
                f"{number(pair['shorter_ms'])} minus {number(pair['longer_ms'])}{NBSP}ms",
                averaged.change(pair["diff"], pair["simultaneous_ci"], pair["reason"]),
                p_value(pair["p_t_holm"]),
            )
            for pair in one["differences"]
        ]
    together = f" for all {count(pairs, 'difference')} of a condition together" if pairs > 1 else ""
    unit = f", {averaged.change_unit}" if averaged.change_unit else ""
    return Table(
        "exposure-differences",
        "Differences between exposures.",
        (
            Heading("Shorter minus longer exposure", align="left"),
            Heading(f"Difference{unit}", "exposure-differences", f"95{NBSP}% interval{together}"),
            Heading("p, Holm", "exposure-differences"),
        ),
        tuple(rows),
    )


MEANINGS = (
    Definition(
        "exposure-levels",
        "Exposure as a factor",
        "The time for which a picture was planned to be shown. The levels are balanced over the trials of "
        f"each participant. Each level has its mean with the 95{NBSP}% interval for new participants and new "
        "photos, clustered by both.",
    ),
    Definition(
        "exposure-trend",
        "Change per doubling of the exposure",
        "The slope of a straight line on the logarithm of the exposure, with the same clustered variance and "
        "a two-sided t test of no change, not corrected for the number of conditions. The chart shows "
        "whether a line fits.",
    ),
    Definition(
        "exposure-differences",
        "Differences between exposures",
        f"Mean at the shorter exposure minus mean at the longer one, with a 95{NBSP}% interval that holds "
        "for all differences of the condition together, and a two-sided t test, corrected by Holm's method "
        "over these differences. The variance accounts for people and photos that occur at both.",
    ),
)
