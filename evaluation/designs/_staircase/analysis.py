"""From the trials of staircases to everything that their report says. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from evaluation.designs._common.confidence import confidence_findings
from evaluation.designs._common.counted import with_voided
from evaluation.designs._common.photo_table import photo_table
from evaluation.designs._common.sensitivity import voided_view
from evaluation.designs._common.views import View, views
from evaluation.designs._design import Evidence
from evaluation.designs._staircase.steps import Climbed, levels_by_trial, rule_of, target_of
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Json, Rows
from evaluation.statistics.correlation import metric_correlation
from evaluation.statistics.means import mean_over_photos
from evaluation.statistics.over_time import response_times
from evaluation.statistics.staircase import Rule, Steps, compared, staircases

VALUE = "threshold_ms"
POINTS = 40
"""So many points of a curve are enough to see it."""


def findings_of(evidence: Evidence) -> Json:
    """The analysis, the other views of it, the exposures along the blocks, and the photos one by one."""
    climbed = Climbed.of(evidence)
    analysis = analysis_of(evidence, climbed)
    if evidence.brief:
        return {"analysis": analysis}
    found = views(
        evidence.table, climbed.table, **evidence.strict, faulty=evidence.faulty, finished=evidence.finished
    )
    changed = _changed(climbed, found, evidence)
    spoiled_too = with_voided(evidence)
    if spoiled_too:
        every = Climbed.of(spoiled_too)
        changed += _changed(every, [voided_view(len(every))], evidence)
    result = {"analysis": analysis, "views": changed, "curves": _curves(climbed)}
    if len(climbed.fakes):
        result["photos"] = photo_table(climbed.fakes, evidence.by_photo, evidence.alpha)
    return result


def analysis_of(evidence: Evidence, climbed: Climbed) -> Json:
    """Thresholds by block, person and condition, comparisons, and what the answers tell of people.

    `people` and `blocks` name participants; a report numbers them.
    """
    alpha, rule = evidence.alpha, rule_of(evidence.settings)
    right = 1 - climbed.wrong.astype(np.float64)
    return climbed.counted.as_json() | {
        "alpha": alpha,
        **_thresholds(climbed, rule, alpha),
        "inference_rule": evidence.rule,
        "rule": rule.__dict__ | {"target": target_of(rule)},
        "response_times": _times(climbed, alpha),
        "metrics": {
            model: {metric: mean_over_photos(values, alpha) for metric, values in scores.items()}
            for model, scores in sorted(evidence.scores.items())
        },
        "metric_correlation": metric_correlation(climbed.fakes, evidence.by_photo, alpha),
        **confidence_findings(evidence, climbed.table, right, alpha),
    }


def _thresholds(climbed: Climbed, rule: Rule, alpha: float) -> Json:
    if not len(climbed):
        return {"blocks": [], "people": [], "models": [], "pairwise": [], "order": [],
                "these_photos": {"pairwise": [], "order": []}, "participant_t_ci": {},
                "psychometric_pooled_weibull": {}}  # fmt: skip
    found = staircases(climbed.steps, rule, alpha)
    # The number of participants has that name in every analysis.
    found["people"] = found.pop("participants")
    these = compared(replace(climbed.steps, photo=None), found["people"])
    found["these_photos"] = {"pairwise": these.pairs(alpha), "order": these.order(alpha)}
    for model in found["models"]:
        own = climbed.condition.is_label(model["model"])
        model["n"] = int(own.sum())
        model["images"] = int(np.count_nonzero(np.bincount(climbed.table.photo.codes[own])))
        model["blocks"] = sum(block["model"] == model["model"] for block in found["blocks"])
        model["right_late"] = _right_late(climbed.steps.take(own))
        model["by_block"] = _by_block([one for one in found["blocks"] if one["model"] == model["model"]])
    return found


def _right_late(steps: Steps) -> float:
    """The share of right answers in the second halves of blocks: near the target if they have settled."""
    block = np.unique(np.stack((steps.participant.codes, steps.block)), axis=1, return_inverse=True)[1]
    order = np.lexsort((steps.trial_index, block.reshape(-1)))
    size = np.bincount(block.reshape(-1))
    place = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
    return float(steps.right[order][place >= np.repeat(size, size) // 2].mean())


def _by_block(blocks: list[Json]) -> list[Json]:
    """The mean threshold of each block over people, and its SD; None with one person."""
    found = []
    for number in sorted({block["block"] for block in blocks}):
        own = np.array([block["mode_ms"] for block in blocks if block["block"] == number])
        sd = float(own.std(ddof=1)) if len(own) > 1 else None
        right = float(np.mean([block["prop_correct"] for block in blocks if block["block"] == number]))
        found.append({"block": number, "n": len(own), "mean_ms": float(own.mean()), "sd": sd, "right": right})
    return found


def _times(climbed: Climbed, alpha: float) -> Json:
    table = climbed.table.by_photo_cluster()
    who, photo = (codes.astype(np.intp) for codes in (table.participant.codes, table.photo.codes))
    cell = who * (int(photo.max(initial=0)) + 1) + photo
    return response_times(climbed.wrong.astype(np.int8), who, table.rt_ms, alpha, photo, cell)


def _changed(climbed: Climbed, found: Iterable[View], evidence: Evidence) -> list[Json]:
    """The mean threshold of every condition under each view."""
    rule, steps = rule_of(evidence.settings), climbed.steps
    labels = sorted({steps.condition.labels[code] for code in np.unique(steps.condition.codes)})
    changed = []
    for view in found:
        models: Json = {label: {"n": 0, VALUE: None, "interval": None} for label in labels}
        if view.keep.any():
            for model in staircases(steps.take(view.keep), rule, evidence.alpha)["models"]:
                models[model["model"]] = _value(model)
        people = climbed.table.participant.codes[view.keep]
        changed.append(
            {
                "code": view.code,
                "rule": view.sentence,
                "n": int(view.keep.sum()),
                "participants": int(np.count_nonzero(np.bincount(people))),
                "models": models,
            }
        )
    return changed


def _value(model: Json) -> Json:
    interval = model["interval"]
    low, high = interval["ci"] or (None, None)
    ends = {"low": low, "high": high, "estimand": interval["estimand"]}
    return {"n": model["participants"], VALUE: model["hype_time_ms"], "interval": ends}


def _curves(climbed: Climbed) -> Json:
    """By condition: mean exposure by trial of each block, and the share right by exposure."""
    if not len(climbed):
        return {}
    steps = climbed.steps
    levels = levels_by_trial(steps)
    return {
        label: {
            "levels": [
                {"block": block, "trial": trial[shown].tolist(), "mean_ms": mean[shown].tolist()}
                for block, (trial, mean) in levels[label].items()
                for shown in (_some(len(trial)),)
            ],
            "psychometric": _psychometric(steps.take(steps.condition.is_label(label))),
        }
        for label in sorted(levels)
    }


def _some(n: int) -> Rows:
    """Places of at most POINTS points, the first and the last among them."""
    return np.unique(np.linspace(0, n - 1, min(n, POINTS)).round().astype(np.intp))


def _psychometric(steps: Steps, bins: int = 10) -> Json:
    """The share of right answers by exposure, in classes of about as many trials."""
    edges = np.unique(np.quantile(steps.exposure_ms, np.linspace(0, 1, bins + 1)))
    place = np.clip(np.searchsorted(edges, steps.exposure_ms, side="right") - 1, 0, max(len(edges) - 2, 0))
    n = np.bincount(place)
    held = n > 0
    return {
        "exposure_ms": (np.bincount(place, steps.exposure_ms)[held] / n[held]).tolist(),
        "right": (np.bincount(place, steps.right)[held] / n[held]).tolist(),
        "n": n[held].tolist(),
    }


def standing_of(climbed: Climbed, rule: Rule) -> Standing | None:
    """The mean thresholds with their joint covariance; None with fewer than two that can be told apart.

    Where no interval for new photos is to be had, as where slopes are not clear, it is about these photos.
    """
    if not len(climbed):
        return None
    steps = climbed.steps
    people = staircases(steps, rule)["participants"]
    for of_photos in (steps, replace(steps, photo=None)):
        found = compared(of_photos, people)
        if len(found.labels) > 1 and all(basis is not None for basis in found.bases.values()):
            return Standing(
                "", found.labels, found.values, found.covariance, found.df, estimand=found.estimand
            )
    return None
