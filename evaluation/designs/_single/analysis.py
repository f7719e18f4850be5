"""From pictures judged one at a time to everything that a report of the single-image test says. Pure."""

from __future__ import annotations

import numpy as np

from evaluation.designs._common.confidence import confidence_findings
from evaluation.designs._common.counted import with_voided
from evaluation.designs._common.exposure_levels import FINDINGS, exposure_findings
from evaluation.designs._common.observers import observed
from evaluation.designs._common.photo_table import photo_table
from evaluation.designs._common.sensitivity import how_the_answer_changes, voided_view
from evaluation.designs._common.views import views
from evaluation.designs._design import Evidence
from evaluation.designs._one_image.judged import Judged
from evaluation.statistics.arrays import Json
from evaluation.statistics.clustered import clustered_rate, default_interval
from evaluation.statistics.correlation import metric_correlation
from evaluation.statistics.means import mean_over_photos
from evaluation.statistics.single_arms import ArmJudgements, single_arms

VALUE = "called_real"


def findings_of(evidence: Evidence) -> Json:
    """The analysis, the other views of it, and the photos one by one."""
    judged = Judged.of(evidence)
    if evidence.brief:
        return {"analysis": analysis_of(evidence, judged)}
    called = judged.valid(judged.called_real)
    found = views(
        evidence.table, judged.table, **evidence.strict, faulty=evidence.faulty, finished=evidence.finished
    )
    alpha = evidence.alpha
    changed = how_the_answer_changes(called, found, alpha, evidence.rule, VALUE)
    spoiled_too = with_voided(evidence)
    if spoiled_too:
        more = Judged.of(spoiled_too)
        every = more.valid(more.called_real)
        changed += how_the_answer_changes(every, [voided_view(len(every))], alpha, evidence.rule, VALUE)
    return {
        "analysis": analysis_of(evidence, judged),
        "views": changed,
        "photos": photo_table(called, evidence.by_photo, alpha),
    }


def analysis_of(evidence: Evidence, judged: Judged) -> Json:
    """Errors over fakes and over real photos, sensitivity, comparisons, and what the answers tell of people.

    `models` has one entry for each condition, `real` is about all real photos together.
    """
    alpha = evidence.alpha
    wrong = judged.valid(judged.wrong)
    grouped = wrong.by_photo_cluster()
    called = judged.valid(judged.called_real)
    right = 1 - judged.wrong.astype(np.float64)
    result: Json = judged.counted.as_json() | {
        "alpha": alpha,
        "rule": evidence.rule,
        **_by_condition(judged, evidence.alpha),
        "real": _real(judged, evidence.alpha, evidence.rule),
        **observed(wrong, grouped, alpha),
        "metrics": {
            model: {metric: mean_over_photos(values, alpha) for metric, values in scores.items()}
            for model, scores in sorted(evidence.scores.items())
        },
        "metric_correlation": metric_correlation(called, evidence.by_photo, alpha),
        **_exposures(evidence, judged),
        **confidence_findings(evidence, judged.table, right, alpha),
    }
    if judged.table.photo_cluster is not None:
        result["photo_clusters"] = int(np.count_nonzero(np.bincount(grouped.table.photo.codes)))
    return result


def _exposures(evidence: Evidence, judged: Judged) -> Json:
    """Of fakes with their common trend, and of real photos apart: time may help with both in its own way."""
    found: list[Json] = []
    for rows in (~judged.is_real, judged.is_real):
        shares = judged.called_real[rows].astype(np.float64)
        more = exposure_findings(
            evidence, judged.table.take(rows), shares, judged.apart.take(rows), evidence.alpha
        )
        found += [more] if more else []
    if len(found) > 1:
        found[0][FINDINGS]["conditions"] += found[1][FINDINGS]["conditions"]
    return found[0] if found else {}


def arm_judgements(judged: Judged) -> ArmJudgements:
    """What the statistics of single pictures go by; real photos of no condition belong to all."""
    table = judged.table.by_photo_cluster()
    return ArmJudgements(
        participant=table.participant.codes.astype(np.intp),
        arm=table.condition.codes.astype(np.intp),
        is_fake=~judged.is_real,
        called_fake=~judged.called_real,
        labels=table.condition.labels,
        photo=table.photo.codes.astype(np.intp),
    )


def _by_condition(judged: Judged, alpha: float) -> Json:
    if not len(judged):
        return {"models": {}, "fake_error_rate": None, "dprime": None, "reason": "no trials"}
    found = single_arms(arm_judgements(judged), alpha)
    models = {arm.pop("label"): arm for arm in found.pop("arms")}
    for label, arm in models.items():
        own = ~judged.is_real & judged.table.condition.is_label(label)
        arm["n_fake"] = int(own.sum())
        arm["n_real"] = arm["n"] - arm["n_fake"]
        arm["images"] = int(np.count_nonzero(np.bincount(judged.table.photo.codes[own])))
        arm["fakes_called_real"] = int((own & judged.called_real).sum())
    return {"models": models, **found}


def _real(judged: Judged, alpha: float, rule: str) -> Json | None:
    """How often real photos were called real, whoever saw them."""
    rows = judged.is_real
    if not rows.any():
        return None
    valid = judged.valid(judged.called_real).by_photo_cluster()
    place = np.flatnonzero(rows)
    rate = clustered_rate(
        valid.fooled[place], valid.table.participant.codes[place], valid.table.photo.codes[place],
        valid.cells_of(place),
    )  # fmt: skip
    return {
        "n": rate.n,
        "k": rate.k,
        "participants": rate.participants,
        "images": rate.images,
        VALUE: rate.rate,
        "interval": default_interval(rate, alpha, rule).as_json(),
    }
