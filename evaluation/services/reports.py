"""Frozen reports: from the rows of a study to results that never change again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from colorizers.models import digest_of
from evaluation.models import Exclusion, Order, Population, Report, Score
from evaluation.reading.metric_table import metric_table
from evaluation.reading.tables import participations_by_state, participations_in, read_study
from evaluation.services.code_version import code_version
from evaluation.services.orders import Progress, in_hand
from evaluation.services.report_contents import results_of, study_facts, with_sections
from evaluation.services.scores import colorizations_to_score, score_colorization
from evaluation.statistics.arrays import Json
from studies.models import Participation, ParticipationState, Response, Study

SEED = 0
"""What a report draws at random starts from fixed seeds of its own."""

MOST_NEWS = 1000
"""More new answers than this are announced as more, and not counted."""

OVERLAP = timedelta(minutes=5)
"""An answer may be stamped a moment before it can be seen, and clocks of two servers differ."""

Watcher = Callable[[str, int, int], object]
"""Told what is being done, and how much of how much."""


@dataclass(frozen=True)
class Newer:
    """What has come since a report was made; `answers` counts to MOST_NEWS + 1 and no further."""

    answers: int
    anything: bool

    @property
    def counted(self) -> str:
        """The number of new answers in words."""
        return f"More than {MOST_NEWS:,}" if self.answers > MOST_NEWS else f"{self.answers:,}"


def make_report(
    *,
    study: Study,
    population: Population,
    by: User | None = None,
    watch: Watcher = lambda stage, done, total: None,
) -> Report:
    """Analyse the study's data as they are now and freeze the results.

    Gives the newest report back where neither the data nor the code have changed since it was made.
    """
    seen = snapshot(study, population)
    total = seen["responses"]
    watch("Reading the answers", 0, total)
    rows = read_study(study, population, lambda done: watch("Reading the answers", done, total))
    watch("Reading the scores", 0, 0)
    scores = metric_table(study)
    facts = study_facts(study, population)
    digest = digest_of([rows.digest, scores.facts(), facts, study.exclusion_rules])
    same = _same_report(study, population, digest)
    if same is not None:
        return _still_right(same, seen)
    watch("Computing rates, intervals and comparisons", 0, 0)
    results = results_of(study, population, rows, scores, facts)
    watch("Freezing the report", 0, 0)
    with transaction.atomic():
        # Two researchers may ask at once: the study's row is the lock, and only for this short moment.
        Study.objects.select_for_update(no_key=True).get(pk=study.pk)
        same = _same_report(study, population, digest)
        if same is not None:
            return _still_right(same, seen)
        made = Report(
            study=study, population=population, code_version=code_version(), data_digest=digest,
            seed=SEED, results=results, snapshot=seen, created_by=by,
        )  # fmt: skip
        with_sections(made).save()
        return made


def fill_order(order: Order, progress: Progress) -> None:
    """Make the report that was ordered, after the scores that are still missing; each is kept as it comes."""
    missing = list(colorizations_to_score(study=order.study))
    for done, colorization in enumerate(missing):
        progress("Scoring pictures", done, len(missing))
        score_colorization(colorization)
        progress.may_pause()
    made = make_report(
        study=order.study, population=Population(order.population), by=order.created_by, watch=progress
    )
    in_hand(order).update(report=made)


def newest_report(study: Study, population: Population) -> Report | None:
    """The report of this population that was made last."""
    return Report.objects.filter(study=study, population=population).first()


def what_is_newer(report: Report) -> Newer:
    """Whether the data have changed since a report was made: cheap enough for each visit.

    Only answers after the last one that the report knew are looked at, and only those of participations that
    were seen since (the last MOST_NEWS of them), however many there are before.
    """
    study, population, then = report.study, Population(report.population), report.snapshot
    newer = _responses(study, population).filter(pk__gt=then.get("last_response") or 0)
    if "taken" in then:
        since = datetime.fromisoformat(then["taken"]) - OVERLAP
        seen = participations_in(study, population).filter(last_seen_at__gte=since).order_by("-last_seen_at")
        # As a list, so that answers are looked up by participation and not searched in all studies.
        newer = newer.filter(trial__participation__in=list(seen.values_list("pk", flat=True)[:MOST_NEWS]))
    answers = newer.order_by()[: MOST_NEWS + 1].count()
    around = _around(study, population)
    changed = any(then.get(name) != now for name, now in around.items())
    return Newer(answers, bool(answers) or changed or report.code_version != code_version())


def withdrawn_since(report: Report) -> int:
    """How many of the participations that there were when a report was made have been withdrawn since."""
    population = Population(report.population)
    taken = datetime.fromisoformat(report.snapshot.get("taken") or report.created_at.isoformat())
    known = Participation.objects.filter(
        study=report.study_id, source__in=population.sources, consented_at__lte=taken
    )
    before: int = report.snapshot.get("participations", {}).get(ParticipationState.WITHDRAWN, 0)
    return max(0, known.filter(state=ParticipationState.WITHDRAWN).count() - before)


def snapshot(study: Study, population: Population) -> Json:
    """When it was taken, and counts that change whenever an answer, an exclusion or a score comes or goes."""
    taken = timezone.now().isoformat()
    counted = _responses(study, population).order_by().aggregate(n=Count("pk"), last=Max("pk"))
    return {
        "taken": taken,
        "responses": counted["n"],
        "last_response": counted["last"],
        **_around(study, population),
    }


def answers_by_population(study: Study) -> dict[Population, int]:
    """How many answers there are of each population: counts every one of them."""
    counted: dict[str, int] = dict(
        _responses(study, Population.POOLED)
        .order_by()
        .values_list("trial__participation__source")
        .annotate(n=Count("pk"))
    )
    return {p: sum(counted.get(source, 0) for source in p.sources) for p in Population}


def people_by_population(study: Study) -> dict[Population, int]:
    """How many participations of each population came to the first trial, for the switch between them."""
    began = Participation.objects.filter(study=study).exclude(
        state__in=[
            ParticipationState.SCREENING,
            ParticipationState.SCREENED_OUT,
            ParticipationState.WITHDRAWN,
        ]
    )
    counted: dict[str, int] = dict(began.order_by().values_list("source").annotate(n=Count("pk")))
    return {p: sum(counted.get(source, 0) for source in p.sources) for p in Population}


def _responses(study: Study, population: Population) -> QuerySet[Response]:
    return Response.objects.filter(trial__participation__in=participations_in(study, population))


def _around(study: Study, population: Population) -> Json:
    """What besides answers makes a report old."""
    exclusions = Exclusion.objects.filter(study=study)
    scores = Score.objects.filter(
        colorization__colorizer__in=study.conditions.values("colorizer"),
        colorization__photo__in=study.study_photos.values("photo"),
    )
    return {
        "participations": participations_by_state(study, population),
        "exclusions": exclusions.count(),
        "last_exclusion": exclusions.order_by().aggregate(last=Max("pk"))["last"],
        "scores": scores.count(),
    }


def _still_right(report: Report, seen: Json) -> Report:
    """The report, found to say what the data say now: what came before `seen` is no news any more."""
    if report.snapshot.get("taken", "") < seen["taken"]:
        report.snapshot = seen
        report.save(update_fields=["snapshot"])
    return report


def _same_report(study: Study, population: Population, digest: str) -> Report | None:
    newest = newest_report(study, population)
    if newest and (newest.data_digest, newest.code_version) == (digest, code_version()):
        return newest
    return None
