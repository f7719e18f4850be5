"""How the answer would change under other rules, and which condition is how surely the first."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.report.differences import points
from evaluation.report.wording import NBSP, NONE, number, percent, percent_range, spaced
from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class ChangedRate:
    """The fool rate of one condition under one rule; `change` against the default view, in points."""

    label: str
    value: str
    interval: str
    change: str


@dataclass(frozen=True)
class Change:
    """One rule with what it leaves and what it makes of every condition."""

    rule: str
    n: str
    participants: str
    rates: list[ChangedRate]


@dataclass(frozen=True)
class Rank:
    """One condition in the order of the rates."""

    title: str
    rate: str
    first: str
    places: str


def changes_of(results: Json, titles: dict[str, str]) -> list[Change]:
    """One line a rule; none in reports of an earlier shape."""
    views = results.get("views", [])
    if not views:
        return []
    usual = views[0]["models"]
    # A condition of which every trial was voided is in the line that counts these, and in no other.
    judged = [slug for slug in titles if any(slug in view["models"] for view in views)]
    return [
        Change(
            rule=spaced(view["rule"]),
            n=number(view["n"]),
            participants=number(view["participants"]),
            rates=[
                _rate(titles[slug], view["models"].get(slug), usual.get(slug) if number_ else None)
                for slug in judged
            ],
        )
        for number_, view in enumerate(views)
    ]


def ranking_of(results: Json, titles: dict[str, str]) -> list[Rank]:
    """The conditions from the highest rate down, where there are several."""
    found = results["analysis"].get("ranking") or []
    return [
        Rank(
            title=titles.get(row["model"], row["model"]),
            rate=percent(row["fool_rate"]),
            first=_chance(row["p_first"]),
            places=_places(*row["rank_set"]),
        )
        for row in found
        if len(found) > 1
    ]


def _rate(title: str, found: Json | None, usual: Json | None) -> ChangedRate:
    if found is None or found["fool_rate"] is None:
        return ChangedRate(title, NONE, "", "no trials left")
    interval = found["interval"]
    change = ""
    if usual is not None and usual["fool_rate"] is not None:
        moved = found["fool_rate"] - usual["fool_rate"]
        change = "the same" if found == usual else f"{'+' if moved > 0 else ''}{points(moved)} points"
    return ChangedRate(
        title, percent(found["fool_rate"]), percent_range(interval["low"], interval["high"]), change
    )


def _chance(share: float) -> str:
    """In whole per cent; what rounds to certainty or impossibility is neither."""
    if share >= 0.995:
        return f">{NBSP}99{NBSP}%"
    return f"<{NBSP}1{NBSP}%" if share < 0.005 else percent(share, 0)


def _places(best: int, worst: int) -> str:
    return f"{best}" if best == worst else f"{best} to {worst}"
