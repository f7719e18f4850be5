"""The planner's question as a draft answers it, and how much people and photos differed before."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.db.models import JSONField
from django.db.models.fields.json import KeyTransform

from colorizers.tools import declared
from evaluation.designs._pair.study_plan import Question
from evaluation.models import Population, Report
from evaluation.report.plan import Checks
from evaluation.statistics.arrays import Json
from studies import designs
from studies.models import Allocation, ConditionKind, Study
from studies.rules.strict_view import StrictRules, strict_rules
from studies.rules.vigilance import Filter
from studies.services import roles

NEWEST = 20
# No participation has more.
MOST_TRIALS = 1000


@dataclass(frozen=True)
class Spread:
    """The SDs that the mixed model found in an earlier study."""

    report: Report
    sd_people: float
    sd_photos: float | None


def question_of(study: Study) -> Question:
    """What the study has settled, and the usual assumptions for the rest; values out of range are left."""
    conditions = study.conditions.filter(kind=ConditionKind.TEST).count()
    wanted: dict[str, Any] = {
        "conditions": max(1, conditions),
        "mixed": study.allocation == Allocation.MIXED,
        "participants": study.planned_participants,
    }
    kind = designs.get(study.design).Settings if study.design in designs.names() else None
    if kind is not None and not declared.problems(kind, study.design_settings):
        needs = designs.get(study.design).configured(study.design_settings).needs()
        wanted |= {"trials": needs.test, "photos": len(roles.deal(study, needs).test)}
    return _fitting(wanted)


def checks_of(study: Study | None, question: Question) -> Checks | None:
    """The vigilance trials of a study, or of the pair test as it is by default; None where there are none.

    The test trials are those of the question: vigilance comes as a share of them.
    """
    name, settings, rules = (
        (study.design, study.design_settings, study.exclusion_rules) if study else ("pair", {}, {})
    )
    kind = designs.get(name).Settings if name in designs.names() else None
    if kind is None or declared.problems(StrictRules, rules) or declared.problems(kind, settings):
        return None
    if any(setting.name == "test_trials" for setting in declared.declared(kind)):
        settings = settings | {"test_trials": min(question.trials, MOST_TRIALS)}
    design = designs.get(name).configured(settings)
    trials = design.needs().vigilance
    if not trials:
        return None
    passing = Filter(trials, strict_rules(rules).vigilance_pass)
    return Checks(passing, design.vigilance_minutes(), design.estimated_minutes())


def _fitting(wanted: dict[str, Any]) -> Question:
    """A question with these values as far as they fit: a draft may hold a study that cannot be yet."""
    ranges = {item.name: item.metadata for item in fields(Question)}
    for name, value in wanted.items():
        if "low" in ranges[name]:
            wanted[name] = type(value)(min(max(value, ranges[name]["low"]), ranges[name]["high"]))
    usual = Question()
    trials = max(wanted.get("trials", usual.trials), wanted["conditions"] if wanted["mixed"] else 1)
    photos = max(wanted.get("photos", usual.photos), trials)
    people = (
        wanted["participants"] if wanted["mixed"] else max(wanted["participants"], 2 * wanted["conditions"])
    )
    return Question(**wanted | {"trials": trials, "photos": photos, "participants": people})


def spreads_seen(user: Any) -> list[Spread]:
    """What the newest reports on people that the user may see say of the spread, one a study."""
    reports = (
        Report.objects.filter(study__in=Study.objects.visible_to(user), population=Population.PEOPLE)
        .select_related("study")
        .defer("results", "snapshot")
        .annotate(glmm=KeyTransform("glmm", KeyTransform("analysis", "results"), output_field=JSONField()))
    )
    found: dict[int, Spread] = {}
    for report in reports[:NEWEST]:
        model: Json | None = report.glmm
        if model and model["fitted"] and report.study_id not in found:
            photos = model["sd_image"] if model["photo_effect"]["fitted"] else None
            found[report.study_id] = Spread(report, model["sd_participant"], photos)
    return list(found.values())
