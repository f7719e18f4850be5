"""Several studies of one catalogue side by side: whether they agree, and what each of them answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from evaluation.report.axes import axis
from evaluation.report.section import (
    Cell,
    Chart,
    Definition,
    Heading,
    Row,
    Section,
    Table,
    as_json,
    from_json,
)
from evaluation.report.wording import NBSP, NONE, count, number, number_range
from evaluation.statistics.agreement import Standing, rank_agreement
from evaluation.statistics.arrays import Json

SEED = 0
_LINK = re.compile(r"\]\(#")


@dataclass(frozen=True)
class Answered:
    """A study with its title, the answer of its report, and its standing; conditions by their colorizers."""

    title: str
    answer: Section
    standing: Standing


def findings_of(studies: Sequence[Answered]) -> Json:
    """Every number: the standings, and the agreement of every two."""
    standings = [study.standing for study in studies]
    return {
        "studies": [one.as_json() for one in standings],
        "agreement": rank_agreement(standings, SEED),
    }


def sections_of(studies: Sequence[Answered], findings: Json, titles: dict[str, str]) -> list[Section]:
    """The agreement first, then the places of every condition, then the answer of each study.

    `findings` are those of `findings_of`, `titles` those of the colorizers by their names.
    """
    return [
        _agreement(findings["agreement"]),
        _places(studies, titles),
        *(_own(study, number) for number, study in enumerate(studies, start=1)),
    ]


def _agreement(found: Sequence[Json]) -> Section:
    known = [one for one in found if one["tau"] is not None]
    ends = [end for one in known for end in (one["tau"], *one["ci"])]
    rows = [
        {
            "title": _pair(one),
            "value": one["tau"],
            "low": one["ci"][0],
            "high": one["ci"][1],
            "label": _tau(one),
            "says": f"{_pair(one)}: {_tau(one)}",
        }
        for one in known
    ]
    table = Table(
        "agreement",
        f"Agreement of every two studies on the order of common conditions, with the 95{NBSP}% interval.",
        (
            Heading("Studies", align="left"),
            Heading("Kendall’s tau", "tau"),
            Heading("Pairs in the same order", "pairs-alike"),
            Heading("Conditions in common", "in-common"),
        ),
        tuple(_row(one) for one in found),
    )
    chart = Chart(
        "tau",
        "intervals",
        {
            "rows": rows,
            "empty": "No two studies have three conditions in common",
            "axis": axis(
                "Kendall’s tau", ends, least=(-0.2, 1.0), within=(-1, 1), mark=0, says="no agreement: 0"
            ),
        },
        f"Dot: [Kendall’s tau](#tau). Bar: 95{NBSP}% interval. Dashed: 0, no agreement.",
        "How far every two studies agree on the order of the conditions.",
    )
    return Section(
        "together", "Do the studies agree?", lead=_headline(found, known), paragraphs=(_remark(known),),
        charts=(chart,), tables=(table,), definitions=DEFINITIONS, folded=False,
    )  # fmt: skip


def _headline(found: Sequence[Json], known: Sequence[Json]) -> str:
    if not known:
        return f"The studies cannot be compared: {found[0]['reason']}."
    least, most = (pick(known, key=lambda one: one["tau"]) for pick in (min, max))
    if len(known) == 1:
        alike = (
            f"{least['pairs_alike']} of {count(least['pairs'], 'pair')} of conditions stand in the same order"
        )
        return f"{_pair(least)}: {alike}, Kendall’s tau {_tau(least)}."
    return (
        f"Of {count(len(known), 'pair')} of studies, {_pair(most)} agree most on the order of the conditions "
        f"(Kendall’s tau {_tau(most)}) and {_pair(least)} least ({_tau(least)})."
    )


def _remark(known: Sequence[Json]) -> str:
    if not known:
        return ""
    unsure = [one for one in known if one["ci"][0] <= 0 <= one["ci"][1]]
    text = "1 means the same order, 0 no more agreement than by chance, −1 the reverse."
    if unsure:
        those = "The interval" if len(known) == 1 else f"Of {len(known)} intervals {len(unsure)}"
        text += f" {those} {'holds' if len(unsure) == 1 else 'hold'} 0: few conditions tell little."
    return text


def _pair(one: Json) -> str:
    return f"“{one['a']}” and “{one['b']}”"


def _tau(one: Json) -> str:
    return f"{number(one['tau'], 2)} {number_range(one['ci'], 2)}"


def _row(one: Json) -> Row:
    shared = number(len(one["conditions"]))
    if one["tau"] is None:
        return _pair(one), Cell(NONE, note=one["reason"]), NONE, shared
    tau = Cell(number(one["tau"], 2), number_range(one["ci"], 2), strong=True)
    return _pair(one), tau, f"{one['pairs_alike']} of {one['pairs']}", shared


def _places(studies: Sequence[Answered], titles: dict[str, str]) -> Section:
    """The place of each condition in each study, by the mean place."""
    places = [_place_of(study.standing) for study in studies]
    every = sorted({label for own in places for label in own})

    def mean(label: str) -> float:
        return float(np.mean([own[label] / len(own) for own in places if label in own]))

    table = Table(
        "places",
        "Place of each condition in each study; 1 looks most real.",
        (Heading("Condition", align="left"), *(Heading(study.title, "place") for study in studies)),
        tuple(
            (
                titles.get(label, label),
                *(f"{own[label]} of {len(own)}" if label in own else NONE for own in places),
            )
            for label in sorted(every, key=lambda label: (mean(label), label))
        ),
    )
    return Section("places", "Places", tables=(table,), folded=False)


def _place_of(standing: Standing) -> dict[str, int]:
    order = np.argsort(-standing.values, kind="stable")
    return {standing.labels[at]: place for place, at in enumerate(order.tolist(), start=1)}


def _own(study: Answered, place: int) -> Section:
    """The answer of one study under its title; names and links are its own."""
    renamed = from_json(_prefixed(as_json(study.answer), f"study-{place}-"))
    data = {
        name: getattr(renamed, name) for name in ("lead", "paragraphs", "charts", "tables", "definitions")
    }
    return Section(f"study-{place}", study.title, **data, folded=False)


def _prefixed(part: Any, prefix: str) -> Any:
    """A part of a section as JSON with this prefix to every name and link; data of charts as they are."""
    if isinstance(part, list):
        return [_prefixed(item, prefix) for item in part]
    if isinstance(part, str):
        return _LINK.sub(f"](#{prefix}", part)
    if not isinstance(part, dict):
        return part
    found = {}
    for name, value in part.items():
        if name in ("name", "key", "definition") and value:
            found[name] = f"{prefix}{value}"
        else:
            found[name] = value if name == "data" else _prefixed(value, prefix)
    return found


DEFINITIONS = (
    Definition(
        "tau",
        "Kendall’s tau",
        "Agreement of two orders (Kendall 1945, tau-b): pairs of conditions in the same order less those in "
        "reverse order, over all pairs. The interval is about the orders that both studies would show with "
        "new participants and new photos: the values of each are drawn again and again as its joint "
        "covariance says. It says nothing of how near the values are: the studies ask different questions.",
    ),
    Definition(
        "pairs-alike",
        "Pairs in the same order",
        "Of all pairs of conditions that both studies have, those that both put in the same order.",
    ),
    Definition(
        "in-common", "Conditions in common", "Conditions whose pictures come from the same colorizer."
    ),
    Definition(
        "place",
        "Place",
        "By the value that the study’s design gives each condition: a fool rate, a strength, an exposure. "
        "Neighbours need not differ beyond chance: see the study’s own report.",
    ),
)


def titles_apart(titles: Sequence[str], slugs: Sequence[str]) -> list[str]:
    """The titles, those that several studies have with the study's name in addresses."""
    twice = {a for a, b in combinations(titles, 2) if a == b}
    return [
        f"{title} ({slug})" if title in twice else title for title, slug in zip(titles, slugs, strict=True)
    ]
