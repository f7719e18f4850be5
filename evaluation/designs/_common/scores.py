"""The section on image metrics: what they say of the same pictures."""

from __future__ import annotations

from functools import cache

from evaluation import metrics
from evaluation.designs._common.told import Told
from evaluation.report.section import Cell, Definition, Heading, Section, Table
from evaluation.report.wording import NBSP, NONE, count, number, number_range
from evaluation.statistics.arrays import Json

LABELS = {
    "psnr": ("PSNR", 2),
    "ssim": ("SSIM", 3),
    "ciede2000": ("CIEDE2000", 2),
    "colourfulness": ("Colourfulness", 1),
    "auc": ("AuC", 3),
    "ab_rmse": ("ab-RMSE", 2),
}
"""Label and decimal places."""
ARROWS = {"higher": "higher is closer", "lower": "lower is closer", "none": ""}


@cache
def metric_names() -> list[str]:
    """Those with a label first, then all others."""
    known = metrics.names()
    return [name for name in LABELS if name in known] + [name for name in known if name not in LABELS]


def label_of(name: str) -> tuple[str, int]:
    """The label of a metric and its decimal places."""
    return LABELS.get(name, (name, 2))


def key_of(name: str) -> str:
    """The key of its definition."""
    return name.replace("_", "-")


def metric_headings(*, with_units: bool = True) -> list[Heading]:
    """A column for each metric."""
    found = []
    for name in metric_names():
        metric = metrics.get(name)
        unit = ", ".join(part for part in (metric.unit, ARROWS[metric.direction]) if part)
        found.append(Heading(label_of(name)[0], key_of(name), unit if with_units else ""))
    return found


def scores_section(told: Told) -> list[Section]:
    """The mean score of each condition by each metric."""
    scores = told.findings.get("scores")
    if not scores:
        return []
    means = told.findings["analysis"].get("metrics", {})
    table = Table(
        "scores",
        f"Image metrics by condition: mean over photos, with the 95{NBSP}% interval of the mean.",
        (Heading("Condition", align="left"), *metric_headings()),
        tuple(
            (title, *(_cell(name, means.get(slug, {}).get(name)) for name in metric_names()))
            for slug, title in told.titles.items()
        ),
    )
    remark = (
        f"{_made_of(scores)} In brackets the [95{NBSP}% interval of the mean over photos](#metric-interval). "
        "A metric and an answer of people are about different questions; neither stands in for the other."
    )
    return [
        Section(
            "metrics", "Image metrics of the same pictures", tables=(table,), remarks=(remark,),
            definitions=_definitions(),
        )
    ]  # fmt: skip


def _cell(name: str, found: Json | None) -> Cell:
    digits = label_of(name)[1]
    if not found or found["mean"] is None:
        infinite = found["infinite"] if found else 0
        return Cell(NONE, note="all identical" if infinite else "not scored yet")
    note = f"{found['infinite']} identical left out" if found["infinite"] else ""
    return Cell(number(found["mean"], digits), number_range(found["ci"], digits), note)


def _made_of(scores: Json) -> str:
    px = scores["image_px"]
    text = f"Over all {count(scores['photos'], 'test photo')} of the study, at {px} × {px} pixels as shown."
    if scores["missing"]:
        text += f" {count(scores['missing'], 'recoloured picture')} had no scores when this report was made."
    return text


def _definitions() -> tuple[Definition, ...]:
    return (
        *(
            Definition(
                key_of(name),
                label_of(name)[0],
                f"{metrics.get(name).summary} Mean over photos of one number a picture, on the 8-bit pixels "
                f"as shown. {metrics.get(name).citation}",
            )
            for name in metric_names()
        ),
        Definition(
            "metric-interval",
            "Interval of a metric's mean",
            "t interval over photos: for the mean on other photos like these. Identical pictures have an "
            "infinite PSNR; they are counted and left out of its mean.",
        ),
    )
