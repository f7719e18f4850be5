"""What a report says photo by photo: metrics against people, the ladder of rates, best and worst fakes. Pure.

It goes by `photos` of the findings, as `photo_table` makes it: of each condition the share of its trials that
came out as `averaged` says, or the mean of their outcomes. `verb` says of a picture what is counted:
"fooled", "called real", "rated".
"""

from __future__ import annotations

from collections.abc import Mapping

from evaluation import metrics
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.scores import label_of, metric_headings, metric_names
from evaluation.designs._common.told import Told
from evaluation.report.axes import axis
from evaluation.report.section import (
    Cell,
    Chart,
    Definition,
    Exhibit,
    Gallery,
    Heading,
    Picture,
    Section,
    Shelf,
    Table,
)
from evaluation.report.wording import (
    NBSP,
    NONE,
    count,
    listed,
    number,
    number_range,
    p_equals,
)
from evaluation.statistics.arrays import Json

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
EXTREMES = {True: {"most": "most", "least": "least"}, False: {"most": "highest", "least": "lowest"}}
"""What was found of the photos at both ends, of shares and of other means."""
Known = dict[tuple[str, str], Json]
"""The correlation of each condition and metric."""


def correlations_section(told: Told, averaged: Averaged) -> list[Section]:
    """Spearman's correlation of score and rate or mean over photos, and the photos themselves."""
    known = {
        (row["model"], row["metric"]): row for row in told.findings["analysis"].get("metric_correlation", [])
    }
    if all(row["spearman"] is None for row in known.values()):
        return []
    table = Table(
        "correlations",
        f"Spearman correlation between the score and the {averaged.name} of a photo, by condition.",
        (Heading("[Spearman’s ρ](#correlation)", align="left"), *metric_headings(with_units=False)),
        tuple(
            (title, *(_correlation(known.get((slug, name))) for name in metric_names()))
            for slug, title in told.titles.items()
        ),
    )
    return [
        Section(
            "correlations", f"Image metrics and {averaged.name} per photo",
            charts=_scatter(told, averaged, known), tables=(table,),
            definitions=(_correlation_means(averaged),),
        )
    ]  # fmt: skip


def photos_section(
    told: Told,
    averaged: Averaged,
    verb: str,
    titles: Mapping[str, str] | None = None,
    definitions: tuple[Definition, ...] = (),
) -> list[Section]:
    """The photos of each condition from the lowest to the highest, and the extremes to look at."""
    titles = told.titles if titles is None else titles
    columns = _columns(told, titles)
    if not columns:
        return []
    ladders = [_ladder(averaged, title, column) for title, column in columns]
    ends = [share for row in ladders for name in ("values", "raw", "high") for share in row[name]]
    chart = Chart(
        "photos",
        "ladder",
        {
            "rows": ladders,
            "up": _upwards(averaged, ends),
            "across": f"photos, sorted by {averaged.kind} (vertical: {averaged.name}{_in_percent(averaged)})",
        },
        _ladder_caption(averaged, ladders),
        f"{averaged.title} of each photo.",
    )
    remark = (
        "Left: the real colours. Right: the recolouring. Bold: the [shrunken (empirical-Bayes) "
        f"{averaged.kind}](#photo-rate). Sorted by raw {averaged.kind}s, photos with few responses would "
        f"fill both ends of the list. The {averaged.kind} of a single photo is a description, not evidence "
        "for a claim."
    )
    shown = Gallery(_shelves(told, averaged, verb, titles), remark) if told.findings.get("gallery") else None
    return [
        Section(
            "gallery", f"{averaged.title} per photo, best and worst fakes", charts=(chart,), gallery=shown,
            definitions=(PHOTO_RATE if averaged.share else PHOTO_MEAN, *definitions),
        )
    ]  # fmt: skip


def _columns(told: Told, titles: Mapping[str, str]) -> list[tuple[str, Json]]:
    known = told.findings.get("photos", {}).get("conditions", {})
    return [(title, known[slug]) for slug, title in titles.items() if slug in known]


def _upwards(averaged: Averaged, values: list[float]) -> Json:
    """An axis; of shares it ends past the highest, and past the middle, in tenths."""
    if not averaged.share:
        return averaged.axis(values)
    highest = max(values, default=0.0)
    end = min(1.0, max(0.6, -(-(highest + 0.02) // 0.1) / 10))
    found = axis(f"{averaged.name}, %", (), least=(0, end), times=100, mark=_mark(averaged))
    return found | {"ends": [0.0, end], "ticks": [share for share in SHARES if share <= end]}


def _mark(averaged: Averaged) -> float | None:
    return 0.5 if averaged.mark is None and averaged.share else averaged.mark


def _dashed(averaged: Averaged) -> str:
    """What the dashed line is; nothing where there is none."""
    mark = _mark(averaged)
    return "" if mark is None else f" Dashed: {averaged.text(mark, 0)}."


def _in_percent(averaged: Averaged, space: str = " ") -> str:
    return f" in{space}%" if averaged.share else ""


def _scatter(told: Told, averaged: Averaged, known: Known) -> tuple[Chart, ...]:
    """For each judged condition a plot for each metric with at least two scored photos."""
    titles = {title: slug for slug, title in told.titles.items()}
    rows: list[Json] = []
    for title, column in _columns(told, told.titles):
        plots = [_plot(column, name, known.get((titles[title], name))) for name in metric_names()]
        found = [plot for plot in plots if plot]
        if found:
            says = "; ".join(f"{title}, {plot['title']}: {plot['says']}" for plot in found)
            rows.append({"title": title, "plots": found, "says": says})
    if not rows:
        return ()
    shares = [share for row in rows for plot in row["plots"] for share in plot["y"]]
    return (
        Chart(
            "metrics",
            "scatter",
            {"rows": rows, "up": _upwards(averaged, shares)},
            "Each dot is a photo. Horizontal: its score. Vertical: its "
            f"{averaged.name}{_in_percent(averaged, NBSP)}. "
            f"[ρ: Spearman correlation](#correlation) with its 95{NBSP}% interval.{_dashed(averaged)}",
            f"{averaged.title} of each photo against its scores.",
        ),
    )


def _plot(column: Json, name: str, found: Json | None) -> Json | None:
    label, digits = label_of(name)
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
    unit = metrics.get(name).unit
    return {
        "title": label,
        "across": f"{label}, {unit}" if unit else label,
        "digits": digits,
        "x": [score for score, _ in pairs],
        "y": [rate for _, rate in pairs],
        "short": short,
        "says": f"Spearman {short.removeprefix('ρ ')} over {len(pairs)} photos",
    }


def _correlation(found: Json | None) -> Cell:
    if not found or found["spearman"] is None:
        return Cell(NONE)
    return Cell(
        number(found["spearman"], 2),
        number_range(found["ci_bonett_wright"], 2),
        f"p{NBSP}{p_equals(found['p_holm'])}, {found['n']:,}{NBSP}photos",
    )


def _ladder(averaged: Averaged, title: str, column: Json) -> Json:
    judged = [place for place, n in enumerate(column["n"]) if n]
    ranked = sorted(judged, key=lambda place: (column["mean"][place], place))
    bounded = bool(ranked) and all(column["low"][place] is not None for place in ranked)
    means = [column["mean"][place] for place in ranked]
    lowest, highest = averaged.text(means[0]), averaged.text(means[-1])
    says = f"{title}: from {lowest} to {highest} over {len(means):,} photos."
    if not bounded:
        says = f"{title}: photos differ no more than chance explains; all share {lowest}."
    return {
        "title": title,
        "values": means,
        "raw": [column["k"][place] / column["n"][place] for place in ranked],
        "low": [column["low"][place] for place in ranked] if bounded else [],
        "high": [column["high"][place] for place in ranked] if bounded else [],
        "says": says,
    }


def _ladder_caption(averaged: Averaged, ladders: list[Json]) -> str:
    """What the chart of the photos shows; a condition whose photos do not differ has no band."""
    parts = [
        f"Line: [shrunken (empirical-Bayes) {averaged.name}](#photo-rate) of each photo. Small dots: raw "
        f"{averaged.kind}s.{_dashed(averaged)}"
    ]
    flat = [f"“{ladder['title']}”" for ladder in ladders if not ladder["low"]]
    if len(flat) < len(ladders):
        parts.append(f"Band: 95{NBSP}% interval.")
    if flat:
        parts.append(f"No band with {listed(flat)}: the photos differ no more than chance explains.")
    return " ".join(parts)


def _shelves(told: Told, averaged: Averaged, verb: str, titles: Mapping[str, str]) -> tuple[Shelf, ...]:
    kept, judged = told.findings["gallery"], told.findings["photos"]["conditions"]
    found = []
    for slug, title in titles.items():
        if slug not in kept or slug not in judged:
            continue
        walls = [(name, kept[slug][name]) for name in ("most", "least") if kept[slug][name]]
        found += [
            Shelf(
                f"{title}: {verb} {EXTREMES[averaged.share][name]}",
                tuple(_exhibit(row, averaged, verb, real=not slug) for row in rows),
            )
            for name, rows in walls
        ]
        if not walls:
            none = "There are no best and worst fakes" if slug else "None of them stands out"
            note = f"{none}: the photos differ no more than chance explains."
            found.append(Shelf(title, note=note))
    return tuple(found)


def _exhibit(row: Json, averaged: Averaged, verb: str, *, real: bool) -> Exhibit:
    """The photo and its recolouring; of a real photo that was judged, it alone."""
    pictures = [Picture("photo", row["photo"], f"{row['title']}, real colours")]
    if not real:
        pictures.append(Picture("colorization", row["colorization"], f"{row['title']}, recoloured"))
    if averaged.share:
        found = f"{row['k']:,} of {row['n']:,} {verb}"
    else:
        found = f"raw mean {averaged.text(row['k'] / row['n'])} of {count(row['n'], 'answer')}"
    ends = None if row["low"] is None else (row["low"], row["high"])
    return Exhibit(
        tuple(pictures),
        averaged.text(row["mean"], 0),
        f"{averaged.ends(ends, 0)} {found}".strip(),
        " · ".join(
            part for part in (row["title"], ", ".join(filter(None, (row["author"], row["licence"])))) if part
        ),
    )


def _correlation_means(averaged: Averaged) -> Definition:
    return Definition(
        "correlation",
        "Metrics against people",
        "Spearman’s rank correlation, over the photos of one condition, between a photo’s score and its "
        f"{averaged.name}, with the interval of Bonett and Wright (2000), for these participants and new "
        "photos; p corrected by Holm’s method over all conditions and metrics. Never pooled over conditions: "
        "that would show little more than which condition is better. "
        f"{averaged.kind.capitalize()}s of photos with few responses are noisy, which biases every "
        "correlation towards 0.",
    )


PHOTO_RATE = Definition(
    "photo-rate",
    "Shrunken (empirical-Bayes) rate of a photo",
    "The rate of each photo, shrunken towards the mean of its condition by a beta-binomial model: the fewer "
    f"responses, the more. The 95{NBSP}% interval treats the fitted spread between photos as known.",
)
PHOTO_MEAN = Definition(
    "photo-rate",
    "Shrunken (empirical-Bayes) mean of a photo",
    "The mean of each photo, shrunken towards that of its condition by a normal model: the fewer responses, "
    f"the more. The 95{NBSP}% interval treats the fitted spread between photos as known.",
)
