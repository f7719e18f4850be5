"""What the exported trials say: by participant, by photo and condition, by condition. Pure.

Computed from the file of trials that was written, so the tables of an export always agree with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.exports.codebook import INTERVALS
from evaluation.reading.files.chosen_side import FAKE
from evaluation.reading.files.response_files import read_responses
from evaluation.statistics.arrays import Json
from evaluation.statistics.filters import ValidResponses
from evaluation.statistics.photo_rates import photo_rates
from evaluation.statistics.table import ResponseTable

Row = dict[str, Any]
Scores = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By condition, metric and photo."""


def read_table(trials: Path, rows: int, excluded: Sequence[int]) -> ResponseTable:
    """The responses of an exported file of trials, without the rows at the places `excluded`."""
    if rows == 0:
        nothing: list[Any] = []
        return ResponseTable.from_columns(
            participant=nothing, condition=nothing, photo=nothing, fake_side=nothing, chosen_side=nothing
        )
    table = read_responses(trials, FAKE).table
    keep = np.ones(rows, dtype=np.bool_)
    keep[np.asarray(excluded, dtype=np.intp)] = False
    return table.take(keep)


@dataclass(frozen=True)
class OwnRates:
    """By participant: test trials that count, fooled ones among them, and the median response time."""

    n: Mapping[str, int]
    k: Mapping[str, int]
    median_rt_ms: Mapping[str, float]

    @classmethod
    def of(cls, valid: ValidResponses) -> OwnRates:
        """From the rows that count."""
        who, labels = valid.table.participant.codes, valid.table.participant.labels
        order = np.argsort(who, kind="stable")
        times = np.split(valid.table.rt_ms[order], np.flatnonzero(np.diff(who[order])) + 1)
        present = [labels[code] for code in np.unique(who)]
        n, k = np.bincount(who, minlength=len(labels)), np.bincount(who, valid.fooled, minlength=len(labels))
        return cls(
            {name: int(n[code]) for code, name in enumerate(labels)},
            {name: int(k[code]) for code, name in enumerate(labels)},
            {
                name: float(np.nanmedian(of_one))
                for name, of_one in zip(present, times, strict=False)
                if not np.isnan(of_one).all()
            },
        )

    def row(self, participant: str) -> Row:
        """The columns of one participant."""
        n, k = self.n.get(participant, 0), self.k.get(participant, 0)
        median = self.median_rt_ms.get(participant)
        return _rate(n, k) | {"median_rt_ms": median}


def photo_rows(
    valid: ValidResponses,
    conditions: Sequence[str],
    photos: Sequence[Row],
    scores: Scores,
    alpha: float = 0.05,
) -> Iterator[Row]:
    """A row for each condition and photo; `photos` have image_id, photo and photo_digest.

    `scores` are by the photo's whole digest; a score that is not there yet is an empty field.
    """
    table = valid.table
    for model in conditions:
        rows = np.flatnonzero(table.condition.is_label(model))
        judged: dict[str, Json] = {}
        if len(rows):
            found = photo_rates(valid.fooled[rows], table.photo.codes[rows], table.photo.labels)
            judged = {row["image_id"]: row for row in found.rows(range(len(found.labels)), alpha)}
        for photo in photos:
            one = judged.get(photo["image_id"])
            low, high = (one and one["ci"]) or (None, None)
            yield {
                "model": model,
                **photo,
                **_rate(one["n"] if one else 0, one["k"] if one else 0),
                "posterior_mean": one["posterior_mean"] if one else None,
                "posterior_low": low,
                "posterior_high": high,
                **{
                    metric: _known(of_metric.get(photo["photo_digest"]))
                    for metric, of_metric in scores.get(model, {}).items()
                },
            }


def condition_rows(conditions: Sequence[Row], analysis: Json) -> Iterator[Row]:
    """A row for each condition; `conditions` have model, title and colorizer, `analysis` is `analyse`'s."""
    for condition in conditions:
        model: Json | None = analysis["models"].get(condition["model"])
        row = condition | _rate(model["n"] if model else 0, model["k"] if model else 0)
        if model:
            row |= _headline(model)
        for metric, found in analysis.get("metrics", {}).get(condition["model"], {}).items():
            low, high = found["ci"] or (None, None)
            row |= {f"{metric}_mean": found["mean"], f"{metric}_low": low, f"{metric}_high": high}
        yield row


def _headline(model: Json) -> Row:
    row: Row = {"participants": model["participants"], "photos": model["images"]}
    for name in INTERVALS:
        interval = model["intervals"].get(name) or {}
        row |= {f"{name}_low": interval.get("low"), f"{name}_high": interval.get("high")}
    strict = model["strict"]
    default = (strict["intervals"] or {}).get("default") or {}
    return row | {
        "no_interval_because": model["intervals"]["default"]["reason"] or None,
        "deff": model["recommended"]["deff"] if model["recommended"] else None,
        "strict_n": strict["n"],
        "strict_fool_rate": strict["fool_rate"],
        "strict_low": default.get("low"),
        "strict_high": default.get("high"),
    }


def _rate(n: int, k: int) -> Row:
    return {"n": n, "k": k, "fool_rate": k / n if n else None}


def _known(score: float | None) -> float | None:
    return None if score is None or np.isnan(score) else score
