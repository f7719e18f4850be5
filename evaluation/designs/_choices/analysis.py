"""From choices that count to what a report says of them: strengths, views, photos, exposures. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evaluation.designs._choices.judged import NO_ANSWERS, TIED, Judged
from evaluation.designs._common.confidence import confidence_findings
from evaluation.designs._common.exposure_levels import FINDINGS, levels_in
from evaluation.designs._common.observers import plain_times
from evaluation.designs._common.photo_table import Scores, photo_column
from evaluation.designs._common.views import View, views
from evaluation.designs._design import Evidence
from evaluation.statistics.arrays import Bools, Floats, Json
from evaluation.statistics.choice_levels import strengths_by_level
from evaluation.statistics.means import mean_over_photos

NOTHING: Json = {
    "n": 0, "models": [], "counts": [], "win_matrix_pairs": [], "connected": False, "reason": NO_ANSWERS,
    "groups": [], "strengths": None, "ranking": None, "pairwise": [], "order": [],
}  # fmt: skip
"""What a study without a valid answer has in the place of the statistics."""


def findings(evidence: Evidence, judged: Judged, statistics: Json, voided: Judged | None) -> Json:
    """What every design of choices finds; `statistics` are its own, `voided` counts spoiled trials too."""
    table = judged.counted.table
    analysis = judged.counted.as_json() | {"counts": judged.counts()} | statistics
    if table.photo_cluster is not None:
        grouped = table.by_photo_cluster().photo.codes
        analysis["photo_clusters"] = int(np.count_nonzero(np.bincount(grouped)))
    if evidence.brief:
        return {"analysis": analysis | _metrics(evidence)}
    analysis |= {
        "alpha": evidence.alpha,
        "response_times": plain_times(table.rt_ms),
        **_metrics(evidence),
        **_by_exposure(evidence, judged),
        **confidence_findings(evidence, table, None, evidence.alpha),
    }
    return {
        "analysis": analysis,
        "views": _views(evidence, judged, voided) if len(judged) else [],
        "photos": photos_of(judged, evidence.by_photo, evidence.alpha),
    }


def photos_of(judged: Judged, scores: Mapping[str, Scores], alpha: float = 0.05) -> Json:
    """As the pair test's table of photos: of each, how often its picture was preferred where one was.

    `shown` of a condition also counts the trials without a preference.
    """
    photo, conditions = judged.counted.table.photo, {}
    seen = np.flatnonzero(np.bincount(photo.codes, minlength=len(photo.labels)))
    photos = sorted(photo.labels[code] for code in seen)
    place = {name: at for at, name in enumerate(photos)}
    of_code = np.array([place.get(label, -1) for label in photo.labels], dtype=np.int64)
    for code, label in enumerate(judged.labels):
        own = judged.of(code)
        rows = np.flatnonzero(own & (judged.best != TIED))
        if len(rows):
            preferred = (judged.best[rows] == code).astype(np.int8)
            column = photo_column(
                preferred, photo.codes[rows], photo.labels, photos, scores.get(label, {}), alpha
            )  # fmt: skip
            shown = np.bincount(of_code[photo.codes[own]], minlength=len(photos))
            conditions[label] = column | {"shown": [int(n) for n in shown]}
    return {"photos": photos, "conditions": conditions}


def _views(evidence: Evidence, judged: Judged, voided: Judged | None) -> list[Json]:
    """The chances of the headline under each view, the default one first."""
    found = views(
        evidence.table, judged.counted.table, **evidence.strict, faulty=evidence.faulty,
        finished=evidence.finished,
    )  # fmt: skip
    lines = [_line(judged, view) for view in found]
    if voided is not None:
        everything = np.ones(len(voided), dtype=np.bool_)
        lines.append(_line(voided, View("voided", "voided trials counted as well", everything)))
    return lines


def _line(judged: Judged, view: View) -> Json:
    people = judged.counted.table.participant.codes[view.keep]
    return {
        "code": view.code,
        "rule": view.sentence,
        "n": int(view.keep.sum()),
        "participants": int(np.count_nonzero(np.bincount(people))),
        "models": chances_under(judged, view.keep),
    }


def chances_under(judged: Judged, keep: Bools) -> dict[str, Json]:
    """By condition how often it was shown in the rows kept, (n,), and its chance by them alone."""
    joint = judged.strengths(keep)[0] if keep.any() else None
    chances = {} if joint is None else {one["model"]: one for one in judged.chances(joint)}
    return {
        label: {"n": int(np.count_nonzero(judged.of(code) & keep))} | _chance(chances.get(label))
        for code, label in enumerate(judged.labels)
    }


def _chance(found: Json | None) -> Json:
    ends = found and found["ci"]
    return {
        "chance": found and found["chance"],
        "interval": {"low": ends[0], "high": ends[1]} if ends else None,
        "estimand": found and found["estimand"],
    }


def _metrics(evidence: Evidence) -> Json:
    return {
        "metrics": {
            model: {metric: mean_over_photos(values, evidence.alpha) for metric, values in scores.items()}
            for model, scores in sorted(evidence.scores.items())
        }
    }


def _by_exposure(evidence: Evidence, judged: Judged) -> Json:
    """The strengths at each exposure, where the study varies it."""
    exposure: Floats = judged.counted.table.exposure_ms
    levels = levels_in(evidence, judged.counted.table, np.isfinite(exposure))
    if len(levels) < 2:
        return {}

    def shown(rows: Bools) -> dict[str, int]:
        return {
            label: int(np.count_nonzero(judged.of(code) & rows)) for code, label in enumerate(judged.labels)
        }

    rows = {level: np.asarray(exposure == level) for level in levels}
    return {
        FINDINGS: strengths_by_level(
            {level: judged.strengths(own)[0] for level, own in rows.items()},
            {level: shown(own) for level, own in rows.items()},
            evidence.alpha,
        )
    }
