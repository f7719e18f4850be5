"""Thresholds in detail: all intervals, by block, and person by person."""

from __future__ import annotations

from evaluation.designs._common.told import Told
from evaluation.designs._staircase.report.answer import THRESHOLD, models_of
from evaluation.report.section import Cell, Chart, Definition, Heading, Row, Section, Table
from evaluation.report.wording import NBSP, NONE, number, percent
from evaluation.statistics.arrays import Json


def thresholds(told: Told) -> list[Section]:
    """Every interval, sample sizes and the strict view; then the blocks; then the people."""
    models = models_of(told)
    if not models:
        return []
    strict = next((view for view in told.findings.get("views", []) if view["code"] == "strict"), None)
    every = Table(
        "all-thresholds",
        "Every interval of the mean threshold, sample sizes and the strict view.",
        (
            Heading("Condition", align="left"),
            Heading("Threshold", "threshold", "new participants × new photos"),
            Heading("These photos only", "these-photos"),
            Heading("SD between people", "people", "ms"),
            Heading("Participants", "n"),
            Heading("Blocks", "people"),
            Heading("Trials", "n"),
            Heading("Strict view", "strict"),
        ),
        tuple(_row(told, slug, model, strict) for slug, model in models.items()),
    )
    return [
        Section(
            "thresholds", "Thresholds by block and person", charts=(_people(told, models),),
            tables=(every, _blocks(told, models)), definitions=MEANINGS,
        )
    ]  # fmt: skip


def _row(told: Told, slug: str, model: Json, strict: Json | None) -> Row:
    interval, ends = model["interval"], told.findings["analysis"]["participant_t_ci"].get(slug)
    return (
        told.titles[slug],
        THRESHOLD.cell(model["hype_time_ms"], interval["ci"], interval["reason"]),
        THRESHOLD.ends(ends) or NONE,
        THRESHOLD.text(model["sd"]) if model["sd"] is not None else NONE,
        *(number(model[name]) for name in ("participants", "blocks", "n")),
        _strict(strict["models"].get(slug) if strict else None),
    )


def _strict(found: Json | None) -> Cell:
    if not found or found["threshold_ms"] is None:
        return Cell(NONE, note="no trials left")
    interval = found["interval"]
    ends = None if interval["low"] is None else (interval["low"], interval["high"])
    return THRESHOLD.cell(found["threshold_ms"], ends, f"n = {number(found['n'])}")


def _blocks(told: Told, models: dict[str, Json]) -> Table:
    rows: list[Row] = []
    for slug, model in models.items():
        rows.append((told.titles[slug],))
        rows += [
            (
                f"Block {one['block']}",
                THRESHOLD.text(one["mean_ms"]),
                THRESHOLD.text(one["sd"]) if one["sd"] is not None else NONE,
                percent(one["right"]),
                number(one["n"]),
            )
            for one in model["by_block"]
        ]
    return Table(
        "blocks",
        "Mean of people’s thresholds in each block.",
        (
            Heading("Block", align="left"),
            Heading("Threshold", "by-block"),
            Heading("SD between people", "by-block"),
            Heading("Right answers", "by-block"),
            Heading("Participants", "by-block"),
        ),
        tuple(rows),
    )


def _people(told: Told, models: dict[str, Json]) -> Chart:
    people = told.findings["analysis"]["people"]
    rows = []
    for slug in models:
        own = sorted(person["thr"] for person in people if person["model"] == slug)
        ends = f"from {THRESHOLD.text(own[0])} to {THRESHOLD.text(own[-1])} over {len(own):,} people"
        title = told.titles[slug]
        rows.append(
            {"title": title, "values": own, "raw": [], "low": [], "high": [], "says": f"{title}: {ends}"}
        )
    return Chart(
        "people",
        "ladder",
        {
            "rows": rows,
            "up": THRESHOLD.axis([value for row in rows for value in row["values"]]),
            "across": "participants, sorted by threshold (vertical: threshold in ms)",
        },
        "Each dot is a person: [the mean of the thresholds of their blocks](#people).",
        "Threshold of each person.",
    )


MEANINGS = (
    Definition(
        "these-photos",
        "These photos only",
        f"95{NBSP}% t interval over the thresholds of people: for other participants on exactly these "
        "photos. It says nothing about other photos.",
    ),
    Definition(
        "people",
        "People and blocks",
        "A person’s threshold is the mean over their finished blocks; the SD is that of these means. Blocks "
        "that were not finished are left out, since their most frequent exposure is near the first one.",
    ),
    Definition(
        "strict",
        "Strict view",
        "The same threshold and interval after leaving out inattentive participants and implausible response "
        "times, by rules that were fixed before launch. Both views are always shown, and nobody is left out "
        "for being wrong.",
    ),
    Definition(
        "by-block",
        "Block by block",
        "Mean and SD, over people, of the thresholds of each block, and the mean share of right answers in "
        "it. Thresholds that fall from block to block mean that people learn.",
    ),
)
