"""What designs of choices say in the tables of an export: counts, strengths, chances, ranks. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from evaluation.designs._choices.analysis import chances_under, photos_of
from evaluation.designs._choices.judged import TIED, Judged
from evaluation.designs._common.tabled import (
    EVERY_OTHER,
    MEDIAN_RT,
    OF_CONDITIONS,
    OF_PARTICIPANTS,
    OF_PHOTOS,
    count_column,
    end_columns,
    ends,
    of_participants,
)
from evaluation.designs._design import CONDITIONS, PARTICIPANTS, PHOTOS
from evaluation.statistics.arrays import Json
from studies.designs._columns import NUMBER, TEXT, WHOLE, Column

Row = dict[str, Any]
ABOUT = "for new participants and new photos"
UNDECIDED = Column("undecided", WHOLE, "Of these, trials answered with no difference", low=0)


def columns_of(best: str, chance: str, *, ties: bool = True) -> Mapping[str, tuple[Column, ...]]:
    """`best` is what happens to a picture that is chosen, as in "was preferred"; `chance` says what it is.

    `ties`: whether “no difference” may be an answer.
    """
    counts = (
        Column("shown", WHOLE, "Test trials that count in which its picture was shown", low=0),
        Column("chosen", WHOLE, f"Of these, trials in which it {best}", low=0),
        *([UNDECIDED] if ties else []),
    )
    undecided = _behind(OF_PARTICIPANTS, UNDECIDED) if ties else ()
    drawn = (
        f"Share in which it {best} where a picture was, drawn towards the condition's mean where few judged "
        "(beta-binomial empirical Bayes)"
    )
    return {
        PARTICIPANTS: (count_column(OF_PARTICIPANTS), *undecided, MEDIAN_RT),
        PHOTOS: _behind(
            OF_PHOTOS,
            *counts,
            Column("posterior_mean", NUMBER, drawn, "share", 0, 1),
            Column(
                "posterior_low", NUMBER, "Lower end of its 95 % interval; empty: no spread", "share", 0, 1
            ),
            Column("posterior_high", NUMBER, "Upper end of its 95 % interval", "share", 0, 1),
        ),
        CONDITIONS: _behind(
            OF_CONDITIONS,
            *counts,
            Column("chance", NUMBER, chance, "share", 0, 1),
            *end_columns("chance", f"of chance, {ABOUT}", ""),
            Column("strength", NUMBER, "Strength less the mean of all", "log-odds"),
            *end_columns("strength", f"of strength, {ABOUT}", "", unit="log-odds", low=None, high=None),
            Column("no_interval_because", TEXT, "Why there is no interval; empty: there is one"),
            Column("p_first", NUMBER, "Share of draws in which it is the strongest", "share", 0, 1),
            Column("rank_best", WHOLE, "Best rank that it may have, with 95 % confidence", low=1),
            Column("rank_worst", WHOLE, "Worst rank that it may have, with 95 % confidence", low=1),
            Column("strict_shown", WHOLE, "As shown, in the strict view", low=0),
            Column("strict_chance", NUMBER, "As chance, in the strict view", "share", 0, 1),
            *end_columns("strict_chance", f"of strict_chance, {ABOUT}", ""),
        ),
    }


def _behind(name: str, *columns: Column) -> tuple[Column, ...]:
    return tuple(replace(column, after=name) for column in columns)


def rows_of(
    judged: Judged, analysis: Json, chances: str, *, ties: bool = True
) -> dict[str, dict[Hashable, Row]]:
    """The values of these columns; `chances` is the key of the headline's chances in the analysis."""
    found = {
        PARTICIPANTS: _of_participants(judged),
        PHOTOS: _of_photos(judged),
        CONDITIONS: _of_conditions(judged, analysis, chances),
    }
    if not ties:
        for row in (row for rows in found.values() for row in rows.values()):
            row.pop("undecided", None)
    return found


def _of_participants(judged: Judged) -> dict[Hashable, Row]:
    who = judged.counted.table.participant
    undecided = np.bincount(who.codes, judged.best == TIED, len(who.labels)).astype(np.int64)
    own = dict(zip(who.labels, undecided.tolist(), strict=True))
    counted = of_participants(judged.counted.table)
    return {name: row | {"undecided": own.get(str(name), 0)} for name, row in counted.items()}


def _of_photos(judged: Judged) -> dict[Hashable, Row]:
    found: dict[Hashable, Row] = {EVERY_OTHER: {"shown": 0, "chosen": 0, "undecided": 0}}
    photos = photos_of(judged, {})
    for label, column in photos["conditions"].items():
        for at, photo in enumerate(photos["photos"]):
            found[label, photo] = {
                "shown": column["shown"][at],
                "chosen": column["k"][at],
                "undecided": column["shown"][at] - column["n"][at],
                "posterior_mean": column["mean"][at],
                "posterior_low": column["low"][at],
                "posterior_high": column["high"][at],
            }
    return found


def _of_conditions(judged: Judged, analysis: Json, chances: str) -> dict[Hashable, Row]:
    found: dict[Hashable, Row] = {EVERY_OTHER: {"shown": 0, "chosen": 0, "undecided": 0, "strict_shown": 0}}
    own = {row["model"]: row for row in analysis.get(chances) or []}
    strengths = {row["model"]: row for row in analysis.get("strengths") or []}
    order = {row["label"]: row for row in analysis.get("order") or []}
    strict = chances_under(judged, judged.counted.strict.keep)
    for counted in judged.counts():
        name = counted["model"]
        chance, strength, place = (known.get(name, {}) for known in (own, strengths, order))
        best, worst = place.get("rank_set") or (None, None)
        found[name] = {
            "shown": counted["shown"],
            "chosen": counted["best"],
            "undecided": counted["ties"],
            "chance": chance.get("chance"),
            **_ends("chance", chance.get("ci")),
            "strength": strength.get("estimate"),
            **_ends("strength", strength.get("ci")),
            "no_interval_because": strength.get("reason", analysis["reason"]) or None,
            "p_first": place.get("p_first"),
            "rank_best": best,
            "rank_worst": worst,
            "strict_shown": strict[name]["n"],
            "strict_chance": strict[name]["chance"],
            **ends("strict_chance", strict[name]["interval"]),
        }
    return found


def _ends(prefix: str, interval: list[float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{prefix}_low": low, f"{prefix}_high": high}
