"""What goes into a frozen report: the study's protocol, the analysis, and what stands beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, Min, Q

from colorizers.models import Colorization, Photo, WorkState
from colorizers.services.differences import differences
from evaluation import designs as evaluation_designs
from evaluation.designs._design import Concluding, Evidence
from evaluation.designs._exclusion_rules import LowVigilance, TooSoon, UnlikelyResponseTime
from evaluation.models import Population, Report
from evaluation.reading.metric_table import MetricTable
from evaluation.reading.tables import StudyRows, participations_in
from evaluation.report.section import Section, as_json, from_json
from evaluation.statistics.arrays import Json
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE
from studies import designs
from studies.blinding import wording as blinding_wording
from studies.models import ConditionKind, ParticipationState, PhotoRole, Response, Study
from studies.rules import strict_view
from studies.rules.screening import ScreeningSettings
from studies.rules.voiding import rules_in_force
from studies.services.blinding_audits import that_counts

SCHEMA = 4
"""Raised when the shape of a report's results changes; reports of earlier shapes stay readable."""


def results_of(
    study: Study, population: Population, rows: StudyRows, scores: MetricTable, facts: Json
) -> Json:
    """Everything that the report says, ready to be frozen as JSON."""
    design = concluding(study)
    evidence = Evidence(
        rows.table,
        scores=scores.arrays(),
        by_photo=scores.by_photo(),
        strict=strict_rules(study),
        rule=inference_rule(study),
        mix_sources=population == Population.POOLED,
        faulty=rows.faulty,
        finished=_who_finished(study, population),
        settings=facts["settings"],
    )
    findings, standing = design.analyse(evidence), design.standing(evidence)
    analysis = findings["analysis"]
    # A report outlives a withdrawal, so that it counts people and names nobody.
    left_out = len(analysis.pop("attention_excluded", ()))
    findings = findings | {"analysis": numbered(analysis, {})}
    shown = {
        "step": "P",
        "rule": "trials that were shown and recorded",
        "rows_in": rows.planned,
        "rows_out": rows.recorded,
        "dropped": rows.planned - rows.recorded,
    }
    return {
        "schema": SCHEMA,
        "software": settings.VERSION,
        "study": facts,
        "participations": rows.participations,
        **_ended_early(study, population),
        "filters": [shown, *rows.exclusions, *findings["analysis"].pop("filters", [])],
        "vigilance": rows.vigilance | {"left_out": left_out},
        "exposure": rows.exposures.summary(),
        "scores": {"photos": scores.photos, "image_px": study.image_px, "missing": scores.missing},
        "standing": standing.as_json() if standing else None,
        "gallery": _gallery(study, design.gallery(findings)),
        **findings,
    }


def numbered(found: Any, known: dict[str, int]) -> Any:
    """The same with a number in the place of each participant's code, in the order in which they come."""
    if isinstance(found, list):
        return [numbered(one, known) for one in found]
    if not isinstance(found, dict):
        return found
    return {
        name: known.setdefault(value, len(known) + 1) if name == "participant_id" else numbered(value, known)
        for name, value in found.items()
    }


def concluding(study: Study) -> Concluding:
    """The concluding half of the study's design."""
    return evaluation_designs.get(study.design)


def sections_of(report: Report) -> list[Section]:
    """What a report says: as it was frozen, or, of reports up to schema 3, as its findings say it now."""
    kept = report.results.get("sections")
    if kept is None:
        return concluding(report.study).report(report.results, facts_of(report))
    return [from_json(section) for section in kept]


def with_sections(report: Report) -> Report:
    """The report with its sections in its results."""
    found = concluding(report.study).report(report.results, facts_of(report))
    report.results = report.results | {"sections": [as_json(section) for section in found]}
    return report


def facts_of(report: Report) -> Json:
    """What sections may say of a report besides its findings."""
    return {
        "study": report.results["study"],
        "population": str(report.population),
        "software": report.results.get("software"),
        "code_version": report.code_version,
        "data_digest": report.data_digest,
    }


def strict_rules(study: Study) -> dict[str, Any]:
    """The rules of the strict view as the study fixed them before its launch."""
    fixed = strict_view.rules_in_force(study.exclusion_rules, launched=study.launched_at is not None)
    rules: dict[str, Any] = {
        "vigilance": LowVigilance(at_least=fixed.vigilance_pass),
        "response_time": UnlikelyResponseTime(fastest_ms=fixed.rt_min_ms, slowest_ms=fixed.rt_max_ms),
    }
    # Where nobody could be left out the rule is not there: an earlier study's report keeps its steps.
    if fixed.too_soon_share < 1:
        rules["too_soon"] = TooSoon(_shares_too_soon(study), fixed.too_soon_share)
    return rules


def _shares_too_soon(study: Study) -> dict[str, float]:
    """Of each participant with such answers, the share that came sooner than possible."""
    answers = Response.objects.filter(trial__participation__study=study).order_by()
    counted = answers.values_list("trial__participation__participant__code").annotate(
        soon=Count("pk", filter=Q(received_at__lt=F("possible_from"))), n=Count("pk")
    )
    return {str(code): soon / n for code, soon, n in counted.filter(soon__gt=0)}


def inference_rule(study: Study) -> str:
    """The rule of variances and degrees of freedom that the study's protocol names.

    A study that was launched before there was a choice keeps the rule of its time; a draft has the newest.
    """
    if not study.protocol:
        return CURRENT_RULE
    return str(study.protocol.get("inference", {}).get("rule", CGM_TWO_WAY))


def study_facts(study: Study, population: Population) -> Json:
    """What the report says about the study, frozen with it."""
    roles = dict.fromkeys(PhotoRole.values, 0)
    for role in study.study_photos.values_list("role", flat=True):
        roles[role] += 1
    made_elsewhere = _made_elsewhere(study)
    return {
        "slug": study.slug,
        "title": study.title,
        "question": study.question,
        "design": study.design,
        "settings": asdict(designs.get(study.design).configured(study.design_settings).settings),
        "allocation": study.allocation,
        "image_px": study.image_px,
        "photo_set": study.photo_set.name,
        "photos": roles,
        "planned_participants": study.planned_participants,
        "protocol_digest": study.digest,
        "strict_view": asdict(
            strict_view.rules_in_force(study.exclusion_rules, launched=study.launched_at is not None)
        ),
        "voiding": asdict(rules_in_force(study.voiding, launched=study.launched_at is not None)),
        "recruiter": study.recruiter,
        "recruitment": recruitment(study, population),
        "screening": asdict(ScreeningSettings(**study.screening)),
        "eligibility": [line.strip() for line in study.eligibility.splitlines() if line.strip()],
        "ethics": study.ethics.strip(),
        "collected": _collected(study, population),
        "blinding": _blinding(study),
        "conditions": [
            {
                **made_elsewhere.get(condition.colorizer_id, {}),
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


def _made_elsewhere(study: Study) -> dict[int, Json]:
    """Of each colorizer whose pictures were imported: where they come from, and how they differ."""
    photos = Photo.objects.filter(pk__in=study.study_photos.values("photo"))
    conditions = study.conditions.select_related("colorizer")
    finished = {one.colorizer_id: one.colorizer for one in conditions if not one.colorizer.paints}
    return {
        pk: {
            "made_elsewhere": {
                "origin": finished[pk].origin,
                "licence": finished[pk].licence,
                **{name: finished[pk].settings[name] for name in ("model", "model_version", "treatment")},
                "difference": found.as_dict(),
            }
        }
        for pk, found in (differences(finished, photos).items() if finished else ())
    }


def _collected(study: Study, population: Population) -> list[str]:
    """The days of the first and the last consent, as 2026-05-03; empty without participations."""
    days = participations_in(study, population).aggregate(first=Min("consented_at"), last=Max("consented_at"))
    return [day.date().isoformat() for day in (days["first"], days["last"]) if day]


def recruitment(study: Study, population: Population) -> Json:
    """How many were invited by a link of their own, and how many the checks turned away, by reason."""
    turned_away = participations_in(study, population).filter(state=ParticipationState.SCREENED_OUT)
    reasons = Counter(
        str(found.get("reason", "")) for found in turned_away.values_list("screening", flat=True)
    )
    return {"invited": study.invitations.count(), "screened_out": dict(sorted(reasons.items()))}


def _blinding(study: Study) -> Json | None:
    """The audit that counts of what the pictures betray besides their pixels; None without one."""
    audit = that_counts(study)
    if audit is None:
        return None
    return {
        "passed": audit.passed,
        "summary": blinding_wording.summary(audit.result),
        "made": audit.created_at.date().isoformat(),
        "code_version": audit.code_version,
    }


def _who_finished(study: Study, population: Population) -> list[str]:
    finished = participations_in(study, population).filter(state=ParticipationState.FINISHED)
    return [str(code) for code in finished.values_list("participant__code", flat=True)]


def _ended_early(study: Study, population: Population) -> dict[str, dict[str, int]]:
    """How many participations the design ended early, by why; nothing where it ended none."""
    ended = participations_in(study, population).exclude(verdict="").order_by("verdict")
    counted = dict(ended.values_list("verdict").annotate(n=Count("pk")))
    return {"ended_early": counted} if counted else {}


def _gallery(study: Study, chosen: Json) -> Json:
    """The photos that the design chose for each condition, as they can be shown and credited.

    Where it chose any, every condition under test has the same names.
    """
    arms = dict(study.conditions.values_list("slug", "colorizer_id"))
    names = dict.fromkeys(name for found in chosen.values() for name in found)
    tested = study.conditions.filter(kind=ConditionKind.TEST).values_list("slug", flat=True) if names else ()
    chosen = {slug: {name: [] for name in names} for slug in tested} | dict(chosen)
    wanted = {fact["photo"] for found in chosen.values() for facts in found.values() for fact in facts}
    known = {photo.digest: photo for photo in Photo.objects.filter(digest__in=wanted)}
    painted = _painted(wanted, arms.values())

    def shown(slug: str, fact: Json) -> Json:
        def of(arm: str) -> str:
            return painted.get((fact["photo"], arms.get(arm, 0)), "")

        found = {"colorization": of(slug), **_credited(fact["photo"], known)} | fact
        return found | {"pictures": {arm: of(arm) for arm in fact["beside"]}} if "beside" in fact else found

    return {
        slug: {name: [shown(slug, fact) for fact in facts] for name, facts in found.items()}
        for slug, found in chosen.items()
    }


def _painted(photos: Iterable[str], colorizers: Iterable[int]) -> dict[tuple[str, int], str]:
    """Digest of the colorization of each photo (by digest) and colorizer."""
    rows = Colorization.objects.filter(
        photo__digest__in=photos, colorizer__in=colorizers, state=WorkState.DONE
    )
    # Of several samples the first one is shown.
    found = rows.order_by("-sample").values_list("photo__digest", "colorizer_id", "digest")
    return {(photo, colorizer): digest for photo, colorizer, digest in found}


def _credited(digest: str, known: Mapping[str, Photo]) -> Json:
    photo = known.get(digest)
    return {
        "title": (photo.title or photo.name) if photo else digest[:12],
        "author": photo.author if photo else "",
        "licence": photo.licence if photo else "",
    }
