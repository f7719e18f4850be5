"""Frozen reports: from the rows of a study to results that never change again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max

from colorizers.models import digest_of
from evaluation.analysis import analyse
from evaluation.code_version import code_version
from evaluation.exclusion_rules import LowVigilance, UnlikelyResponseTime
from evaluation.metric_table import MetricTable, metric_table
from evaluation.models import Exclusion, Population, Report, Score
from evaluation.statistics.arrays import Json
from evaluation.tables import StudyRows, participations_by_state, participations_in, read_study
from studies import designs, strict_view
from studies.models import Response, Study

SCHEMA = 1
"""Raised when the shape of a report's results changes."""

SEED = 0
"""Nothing in a report of this schema is drawn at random; a bootstrap would start from here."""


@dataclass(frozen=True)
class Newer:
    """What has come since a report was made."""

    answers: int
    anything: bool


def make_report(*, study: Study, population: Population, by: User | None = None) -> Report:
    """Analyse the study's data as they are now and freeze the results.

    Gives the newest report back where neither the data nor the code have changed since it was made.
    """
    seen = snapshot(study, population)
    rows = read_study(study, population)
    scores = metric_table(study)
    facts = _study_facts(study)
    digest = digest_of([rows.digest, scores.facts(), facts, study.exclusion_rules])
    same = _same_report(study, population, digest)
    if same is not None:
        return same
    results = _results(study, population, rows, scores, facts)
    with transaction.atomic():
        # Two researchers may ask at once: the study's row is the lock, and only for this short moment.
        Study.objects.select_for_update(no_key=True).get(pk=study.pk)
        same = _same_report(study, population, digest)
        if same is not None:
            return same
        return Report.objects.create(
            study=study, population=population, code_version=code_version(), data_digest=digest,
            seed=SEED, results=results, snapshot=seen, created_by=by,
        )  # fmt: skip


def newest_report(study: Study, population: Population) -> Report | None:
    """The report of this population that was made last."""
    return Report.objects.filter(study=study, population=population).first()


def what_is_newer(report: Report) -> Newer:
    """Whether the data have changed since a report was made, by counts alone: cheap enough for each visit."""
    now = snapshot(report.study, Population(report.population))
    answers = now["responses"] - report.snapshot.get("responses", 0)
    return Newer(
        answers=max(0, answers), anything=now != report.snapshot or report.code_version != code_version()
    )


def snapshot(study: Study, population: Population) -> Json:
    """Counts that change whenever an answer, an exclusion or a score comes or goes."""
    responses = Response.objects.filter(trial__participation__in=participations_in(study, population))
    exclusions = Exclusion.objects.filter(study=study)
    scores = Score.objects.filter(
        colorization__colorizer__in=study.conditions.values("colorizer"),
        colorization__photo__in=study.study_photos.values("photo"),
    )
    return {
        "responses": responses.count(),
        "last_response": responses.order_by().aggregate(last=Max("pk"))["last"],
        "participations": participations_by_state(study, population),
        "exclusions": exclusions.count(),
        "last_exclusion": exclusions.order_by().aggregate(last=Max("pk"))["last"],
        "scores": scores.count(),
    }


def answers_by_population(study: Study) -> dict[Population, int]:
    """How many answers there are of each population, for the switch between them."""
    counted: dict[str, int] = dict(
        Response.objects.filter(trial__participation__in=participations_in(study, Population.POOLED))
        .order_by()
        .values_list("trial__participation__source")
        .annotate(n=Count("pk"))
    )
    return {p: sum(counted.get(source, 0) for source in p.sources) for p in Population}


def _same_report(study: Study, population: Population, digest: str) -> Report | None:
    newest = newest_report(study, population)
    if newest and (newest.data_digest, newest.code_version) == (digest, code_version()):
        return newest
    return None


def _results(study: Study, population: Population, rows: StudyRows, scores: MetricTable, facts: Json) -> Json:
    analysis = analyse(
        rows.table,
        metrics=scores.arrays(),
        mix_sources=population == Population.POOLED,
        **strict_rules(study),
    )
    shown = {
        "step": "P",
        "rule": "trials that were shown and recorded",
        "rows_in": rows.planned,
        "rows_out": rows.recorded,
        "dropped": rows.planned - rows.recorded,
    }
    return {
        "schema": SCHEMA,
        "study": facts,
        "participations": rows.participations,
        "filters": [shown, *rows.exclusions, *analysis.pop("filters")],
        "vigilance": rows.vigilance | {"left_out": len(analysis["attention_excluded"])},
        "exposure": rows.exposures.summary(),
        "scores": {"photos": scores.photos, "image_px": study.image_px, "missing": scores.missing},
        "analysis": analysis,
    }


def strict_rules(study: Study) -> dict[str, Any]:
    """The rules of the strict view as the study fixed them before its launch."""
    fixed = strict_view.strict_rules(study.exclusion_rules)
    return {
        "vigilance": LowVigilance(at_least=fixed.vigilance_pass),
        "response_time": UnlikelyResponseTime(fastest_ms=fixed.rt_min_ms, slowest_ms=fixed.rt_max_ms),
    }


def _study_facts(study: Study) -> Json:
    """What the report says about the study, frozen with it."""
    return {
        "slug": study.slug,
        "title": study.title,
        "question": study.question,
        "design": study.design,
        "settings": asdict(designs.get(study.design).configured(study.design_settings).settings),
        "allocation": study.allocation,
        "image_px": study.image_px,
        "photo_set": study.photo_set.name,
        "planned_participants": study.planned_participants,
        "protocol_digest": study.digest,
        "conditions": [
            {
                "slug": condition.slug,
                "title": str(condition),
                "kind": condition.kind,
                "colorizer": condition.colorizer.slug,
                "colorizer_title": str(condition.colorizer),
                "method": condition.colorizer.method,
                "colorizer_digest": condition.colorizer.digest,
            }
            for condition in study.conditions.select_related("colorizer")
        ],
    }
