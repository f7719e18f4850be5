"""What a report says photo by photo: the ladder of rates, metrics against people, best and worst fakes."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation import metrics
from evaluation.report.arms import METRIC_LABELS
from evaluation.report.differences import p_value
from evaluation.report.wording import NBSP, NONE, number, number_range, percent, percent_range
from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class Panel:
    """One metric against people under one condition: a point a photo that has both."""

    metric: str
    unit: str
    digits: int
    scores: list[float]
    rates: list[float]
    short: str
    says: str

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest score."""
        return min(self.scores), max(self.scores)


@dataclass(frozen=True)
class Ladder:
    """The photos of one condition from the lowest shrunken rate to the highest, as shares."""

    title: str
    means: list[float]
    raw: list[float]
    low: list[float]
    high: list[float]
    says: str


@dataclass(frozen=True)
class Picture:
    """A fake of the gallery with its truth and its numbers."""

    photo: str
    colorization: str
    title: str
    credit: str
    rate: str
    interval: str
    judged: str


@dataclass(frozen=True)
class Wall:
    """The best and the worst fakes of one condition, or why there are none."""

    title: str
    most: list[Picture]
    least: list[Picture]


def panels_of(results: Json, titles: dict[str, str], names: list[str]) -> list[tuple[str, list[Panel]]]:
    """For each judged condition a panel for each metric with at least two scored photos."""
    columns = results.get("photos", {}).get("conditions", {})
    correlations = _correlations(results)
    found = []
    for slug, title in titles.items():
        column = columns.get(slug)
        if column:
            panels = [_panel(column, name, correlations.get((slug, name))) for name in names]
            found.append((title, [panel for panel in panels if panel]))
    return found


def correlations_of(results: Json, titles: dict[str, str], names: list[str]) -> list[Json]:
    """One line a condition: title and a cell for each metric."""
    known = _correlations(results)
    if all(row["spearman"] is None for row in known.values()):
        return []
    return [
        {"title": title, "cells": [_cell(name, known.get((slug, name))) for name in names]}
        for slug, title in titles.items()
    ]


def ladders_of(results: Json, titles: dict[str, str]) -> list[Ladder]:
    """A ladder for each judged condition."""
    columns = results.get("photos", {}).get("conditions", {})
    return [_ladder(title, columns[slug]) for slug, title in titles.items() if slug in columns]


def walls_of(results: Json, titles: dict[str, str]) -> list[Wall]:
    """A wall for each condition of the gallery."""
    gallery = results.get("gallery", {})
    return [
        Wall(title, *([_picture(row) for row in gallery[slug][side]] for side in ("most", "least")))
        for slug, title in titles.items()
        if slug in gallery
    ]


def _correlations(results: Json) -> dict[tuple[str, str], Json]:
    found = results["analysis"].get("metric_correlation", [])
    return {(row["model"], row["metric"]): row for row in found}


def _panel(column: Json, name: str, found: Json | None) -> Panel | None:
    label, digits = METRIC_LABELS.get(name, (name, 2))
    pairs = [
        (score, k / n)
        for score, k, n in zip(column["scores"].get(name, []), column["k"], column["n"], strict=False)
        if score is not None and n
    ]
    if len(pairs) < 2:
        return None
    rho = found["spearman"] if found else None
    ends = number_range(found["ci_bonett_wright"], 2) if found else ""
    short = f"ρ {number(rho, 2)} {ends}".strip() if rho is not None else "no correlation"
    return Panel(
        metric=label,
        unit=metrics.get(name).unit,
        digits=digits,
        scores=[score for score, _ in pairs],
        rates=[rate for _, rate in pairs],
        short=short,
        says=f"Spearman {short.removeprefix('ρ ')} over {len(pairs)} photos",
    )


def _cell(name: str, found: Json | None) -> Json:
    label = METRIC_LABELS.get(name, (name, 2))[0]
    if not found or found["spearman"] is None:
        return {"name": name, "label": label, "value": NONE, "interval": "", "note": ""}
    return {
        "name": name,
        "label": label,
        "value": number(found["spearman"], 2),
        "interval": number_range(found["ci_bonett_wright"], 2),
        "note": f"p{NBSP}{_equals(p_value(found['p_holm']))}, {found['n']:,}{NBSP}photos",
    }


def _equals(p: str) -> str:
    return p if p.startswith("<") else f"={NBSP}{p}"


def _ladder(title: str, column: Json) -> Ladder:
    judged = [place for place, n in enumerate(column["n"]) if n]
    ranked = sorted(judged, key=lambda place: (column["mean"][place], place))
    bounded = bool(ranked) and all(column["low"][place] is not None for place in ranked)
    means = [column["mean"][place] for place in ranked]
    says = f"{title}: from {percent(means[0])} to {percent(means[-1])} over {len(means):,} photos."
    if not bounded:
        says = f"{title}: photos differ no more than chance explains; all share {percent(means[0])}."
    return Ladder(
        title=title,
        means=means,
        raw=[column["k"][place] / column["n"][place] for place in ranked],
        low=[column["low"][place] for place in ranked] if bounded else [],
        high=[column["high"][place] for place in ranked] if bounded else [],
        says=says,
    )


def _picture(row: Json) -> Picture:
    return Picture(
        photo=row["photo"],
        colorization=row["colorization"],
        title=row["title"],
        credit=", ".join(part for part in (row["author"], row["licence"]) if part),
        rate=percent(row["mean"], 0),
        interval=percent_range(row["low"], row["high"], 0),
        judged=f"{row['k']:,} of {row['n']:,} fooled",
    )
