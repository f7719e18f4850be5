"""One condition of a report as the cells of its tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaluation.report.wording import number, number_range, percent, percent_range
from evaluation.statistics.arrays import Json

METRIC_LABELS = {
    "psnr": ("PSNR", 2),
    "ssim": ("SSIM", 3),
    "ciede2000": ("CIEDE2000", 2),
    "colourfulness": ("Colourfulness", 1),
    "auc": ("AuC", 3),
    "ab_rmse": ("ab-RMSE", 2),
}


@dataclass(frozen=True)
class Cell:
    """A value with its interval, or the reason why there is none."""

    value: str
    interval: str = ""
    note: str = ""
    label: str = ""
    name: str = ""


@dataclass(frozen=True)
class Arm:
    """One condition with all that the tables say about it; `model` is None where nobody judged it."""

    slug: str
    title: str
    colorizer: str
    model: Json | None
    rate: float | None
    low: float | None
    high: float | None
    default: Cell
    these_photos: Cell
    naive: Cell
    this_participant: Cell | None
    strict: Cell
    strict_n: str
    n: str
    participants: str
    photos: str
    deff: str
    metrics: list[Cell]

    @property
    def judged(self) -> bool:
        return self.model is not None


def arm_of(condition: Json, analysis: Json, metric_names: list[str]) -> Arm:
    """One condition of a frozen study, with what the analysis says about it."""
    slug = condition["slug"]
    model: Json | None = analysis["models"].get(slug)
    scores: Json = analysis.get("metrics", {}).get(slug, {})
    intervals: Json = model["intervals"] if model else {}
    own = intervals.get("this_participant")
    recommended = model["recommended"] if model else None
    default = intervals.get("default") or {}
    strict = model["strict"] if model else {"n": 0, "fool_rate": None, "intervals": None}
    main, these_photos = _rate_cell(model), _interval_cell(intervals.get("these_photos"))
    if these_photos.note == main.note:
        # The same reason once is enough.
        these_photos = replace(these_photos, note="")
    return Arm(
        slug=slug,
        title=condition["title"],
        colorizer=condition["colorizer_title"],
        model=model,
        rate=model["fool_rate"] if model else None,
        low=default.get("low"),
        high=default.get("high"),
        default=main,
        these_photos=these_photos,
        naive=_interval_cell(intervals.get("naive")),
        this_participant=_interval_cell(own) if own else None,
        strict=_rate_cell(strict),
        strict_n=number(strict["n"]),
        n=number(model["n"] if model else 0),
        participants=number(model["participants"] if model else 0),
        photos=number(model["images"] if model else 0),
        deff=number(recommended["deff"], 2) if recommended else "–",
        metrics=[_metric_cell(name, scores.get(name)) for name in metric_names],
    )


def _rate_cell(model: Json | None) -> Cell:
    if not model or model["fool_rate"] is None:
        return Cell("–", note="no answers")
    default = model["intervals"]["default"]
    alike = "all answers alike, so the interval may be too short" if model["k"] in (0, model["n"]) else ""
    return Cell(
        percent(model["fool_rate"]),
        percent_range(default["low"], default["high"]),
        default.get("reason") or alike,
    )


def _interval_cell(interval: Json | None) -> Cell:
    if not interval:
        return Cell("–")
    text = percent_range(interval["low"], interval["high"])
    return Cell(text or "none", note="" if text else interval.get("reason", ""))


def _metric_cell(name: str, found: Json | None) -> Cell:
    label, digits = METRIC_LABELS.get(name, (name, 2))
    if not found or found["mean"] is None:
        infinite = found["infinite"] if found else 0
        return Cell("–", note="all identical" if infinite else "not scored yet", label=label, name=name)
    note = f"{found['infinite']} identical left out" if found["infinite"] else ""
    return Cell(number(found["mean"], digits), number_range(found["ci"], digits), note, label, name)
