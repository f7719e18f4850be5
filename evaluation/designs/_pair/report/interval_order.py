"""Two pictures in turn: what is found with the fake first, and with the fake second."""

from __future__ import annotations

from collections.abc import Callable

from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Definition, Fact, Heading, Row, Section, Table
from evaluation.report.wording import (
    NBSP,
    NONE,
    number,
    number_range,
    p_equals,
    percent,
    percent_range,
    points,
    points_range,
)
from evaluation.statistics.arrays import Json

KEY = "interval-order"


def interval_order(told: Told) -> list[Section]:
    """A line for each condition and order, and what people lean to; nothing for pictures shown at once."""
    models = told.findings["analysis"]["models"]
    found = {
        title: models[slug]["interval_order"]
        for slug, title in told.titles.items()
        if models.get(slug, {}).get("interval_order")
    }
    if not found:
        return []
    rows: list[Row] = [
        (
            Cell(title, note=f"fake shown {name}"),
            _share(order),
            number(order["n"]),
            _estimate(order["criterion"]),
            _share(order["called_left"]),
        )
        for title, one in found.items()
        for name, order in one["orders"].items()
    ]
    table = Table(
        KEY,
        "Fool rate, criterion and side by the order of the two pictures.",
        (
            Heading("Condition and order", align="left"),
            Heading("Fool rate", KEY, "new participants × new photos"),
            Heading("Trials", "n"),
            Heading("Criterion", "criterion"),
            Heading("Left called fake", "side"),
        ),
        tuple(rows),
    )
    facts = (
        Fact("Fake first minus fake second", _listed(found, _difference), KEY),
        Fact("First picture called fake", _listed(found, _leaning), "interval-criterion"),
    )
    return [
        Section(
            KEY, "Order of the two pictures", tables=(table,), facts=facts, definitions=MEANINGS,
        )
    ]  # fmt: skip


def _share(found: Json) -> Cell:
    interval = found["interval"]
    return Cell(percent(found["share"]), percent_range(interval["low"], interval["high"]))


def _estimate(found: Json | None) -> Cell:
    return Cell(number(found["estimate"], 2), number_range(found["ci"], 2)) if found else Cell(NONE)


def _listed(found: dict[str, Json], say: Callable[[Json], str]) -> str:
    return "; ".join(f"“{title}” {say(one)}" for title, one in found.items()) + "."


def _difference(one: Json) -> str:
    found = one["difference"]
    ends = points_range(*found["ci"]) if found["ci"] else ""
    test = f" (p {p_equals(found['p'])})" if found["p"] is not None else ""
    return f"{points(found['estimate'])} points {ends}".rstrip() + test


def _leaning(one: Json) -> str:
    return f"{_share(one['called_first']).value}, criterion {_estimate(one['criterion']).value}"


MEANINGS = (
    Definition(
        KEY,
        "Order of the two pictures",
        "Trials in which the fake was shown first, and those in which it was shown second; the orders are "
        f"balanced by design. All 95{NBSP}% intervals are for new participants and new photos, clustered by "
        "both. The difference has a two-sided t test, not corrected for the number of conditions.",
    ),
    Definition(
        "interval-criterion",
        "First picture called fake",
        f"50{NBSP}% where people do not lean to either picture. The criterion is the same preference on the "
        "scale of d′, from the calls of “first” with the fake first and second: above 0, people lean to "
        "calling the second picture fake. A preference lowers sensitivity but favours no condition.",
    ),
)
