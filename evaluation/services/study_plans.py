"""The planner's question as a draft answers it, and how much people and photos differed before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import JSONField
from django.db.models.fields.json import KeyTransform

from colorizers.tools import declared
from evaluation import designs as concluding
from evaluation.designs._asked import Asked, Draft, items
from evaluation.designs._planned import Checks, Planning
from evaluation.models import Population, Report
from studies import designs
from studies.designs import _example
from studies.models import Allocation, ConditionKind, Study
from studies.rules.strict_view import StrictRules, strict_rules
from studies.rules.vigilance import Filter
from studies.services import roles

USUAL = "pair"
"""The design that is planned if nobody says which."""
NEWEST = 20
# No participation has more.
MOST_TRIALS = 1000


@dataclass(frozen=True)
class Spread:
    """The SDs that an earlier study found, by what the planner calls them."""

    report: Report
    found: dict[str, float | None]


def planned() -> list[str]:
    """The designs that a study may have and that have a planner."""
    return [name for name in designs.offered() if planning_of(name) is not None]


def planning_of(design: str) -> Planning | None:
    """How studies of this design are planned; None where nobody knows."""
    return concluding.get(design).planning if design in concluding.names() else None


def question_of(study: Study, planning: Planning) -> Asked:
    """What the study has settled, and the usual assumptions for the rest; values out of range are moved."""
    kind = designs.get(study.design).Settings
    size: dict[str, Any] = {
        "conditions": max(1, study.conditions.filter(kind=ConditionKind.TEST).count()),
        "mixed": study.allocation == Allocation.MIXED,
        "participants": study.planned_participants,
    }
    if not declared.problems(kind, study.design_settings):
        needs = designs.get(study.design).configured(study.design_settings).needs()
        size |= {
            "trials": needs.test,
            "photos": len(roles.deal(study, needs).test),
            "settings": declared.complete(kind, study.design_settings),
        }
    return planning.Question.fitted(planning.question(Draft(**size)))


def checks_of(design: str, question: Any, study: Study | None = None) -> Checks | None:
    """The vigilance trials of a study, or of the design as it is by default; None where there are none.

    What the question asks of the design's settings is as it says: vigilance comes as a share of the trials.
    """
    given, rules = (study.design_settings, study.exclusion_rules) if study else ({}, {})
    kind = designs.get(design).Settings
    asked = {item.name: getattr(question, item.name) for item in items(type(question))}
    asked["test_trials"] = min(question.trials, MOST_TRIALS)
    own = {setting.name: asked[setting.name] for setting in declared.declared(kind) if setting.name in asked}
    settings = given | own
    if declared.problems(StrictRules, rules) or declared.problems(kind, settings):
        return None
    chosen = designs.get(design).configured(settings)
    trials = chosen.needs().vigilance
    if not trials:
        return None
    guessing = _example.passing_by_chance(chosen)
    passing = Filter(trials, strict_rules(rules).vigilance_pass, guessing)
    return Checks(passing, chosen.vigilance_minutes(), chosen.estimated_minutes())


def spreads_seen(user: Any, design: str, planning: Planning) -> list[Spread]:
    """What the newest reports on people that the user may see say of the spread, one a study."""
    if not planning.seen_in:
        return []
    part = KeyTransform(planning.seen_in, KeyTransform("analysis", "results"), output_field=JSONField())
    reports = (
        Report.objects.filter(
            study__in=Study.objects.visible_to(user).filter(design=design), population=Population.PEOPLE
        )
        .select_related("study")
        .defer("results", "snapshot")
        .annotate(part=part)
    )
    found: dict[int, Spread] = {}
    for report in reports[:NEWEST]:
        seen = planning.seen(report.part) if report.part else {}
        if seen and report.study_id not in found:
            found[report.study_id] = Spread(report, seen)
    return list(found.values())
