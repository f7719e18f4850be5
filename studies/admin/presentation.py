"""A study as the workbench shows it: the same facts for the page and for each poll."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from colorizers.tools import declared
from colorizers.tools.command_line import MANAGE
from studies.admin.labels import labels_of
from studies.blinding import wording
from studies.models import Participation, ParticipationState, Source, Study, StudyState
from studies.services import arrival_faults, blinding_audits, lifecycle, protocol, recruiting, validation
from studies.services.readiness import Finding

# The first field of each table of settings.
ANCHORS = {
    "design_settings": "design",
    "recruiter_settings": "recruiter",
    "exclusion_rules": "exclusion_rules__vigilance_pass",
    "screening": "screening__colour_vision",
    "voiding": "voiding__repeat",
    "debrief": "debrief__comments",
}
# Finished, but ended by the design before all trials were shown.
EARLY = "ended_early"


def of_preparation(study: Study) -> dict[str, Any]:
    """How far the preparation is, in the shape that progress panels read."""
    facts = study.preparation
    done, total = facts.get("done", 0), facts.get("total", 0)
    active = study.state == StudyState.PREPARING
    summary, percent = f"{done} of {total} pictures are ready", 100 * done // total if total else 0
    audit = facts.get("audit")
    if active and audit:
        seen, pairs = audit["done"], audit["total"]
        # The rest of the bar belongs to the judgement, of which nobody knows how far it is.
        percent = 90 * seen // pairs
        what = "judging what was seen" if seen >= pairs else f"{seen} of {pairs} pairs seen"
        summary = f"All {total} pictures are ready. The blinding audit is running: {what}"
    return {
        "state": study.state,
        "label": study.get_state_display(),
        "active": active,
        "percent": percent,
        "summary": summary if total else "",
        "error": facts.get("error", ""),
        "can_cancel": active,
    }


@dataclass(frozen=True)
class Turnout:
    """How many took part; people and simulated participants are never added up."""

    planned: int
    finished: int
    running: int
    ended_early: int
    left: int
    simulated_finished: int
    simulated_running: int
    previews: int

    @property
    def percent(self) -> int:
        return min(100, 100 * self.finished // max(self.planned, 1))

    def sentences(self) -> dict[str, str]:
        """The counts in words, for the page and for each poll of it."""
        running = f", {self.running} running" if self.running else ""
        early = f", {self.ended_early} ended early by the design" if self.ended_early else ""
        left = f", {self.left} left" if self.left else ""
        simulated = ""
        if self.simulated_finished or self.simulated_running:
            also = f", {self.simulated_running} running" if self.simulated_running else ""
            simulated = f"simulated, apart: {self.simulated_finished} finished{also}"
        return {
            "people": f"{self.finished} of {self.planned} people finished{running}{early}{left}",
            "simulated": simulated,
        }


def turnout_of(study: Study) -> Turnout:
    """Counts of the study's participations by source and state, read afresh."""
    return turnouts_of([study])[study.pk]


def turnouts_of(studies: Sequence[Study]) -> dict[int, Turnout]:
    """The turnout of each study, by its key, in one query for all of them."""
    rows = Participation.objects.filter(study__in=[study.pk for study in studies]).order_by()
    counts: dict[int, Counter[tuple[str, str]]] = {study.pk: Counter() for study in studies}
    counted = rows.values_list("study", "source", "state", "verdict").annotate(n=Count("pk"))
    for study_id, source, state, verdict, count in counted:
        early = verdict and state == ParticipationState.FINISHED
        counts[study_id][source, EARLY if early else state] += count
    return {study.pk: _turnout(study, counts[study.pk]) for study in studies}


def _turnout(study: Study, counts: Counter[tuple[str, str]]) -> Turnout:
    ended = (ParticipationState.ABANDONED, ParticipationState.WITHDRAWN)
    return Turnout(
        planned=study.planned_participants,
        finished=counts[Source.PERSON, ParticipationState.FINISHED],
        running=counts[Source.PERSON, ParticipationState.STARTED],
        ended_early=counts[Source.PERSON, EARLY],
        left=sum(counts[Source.PERSON, state] for state in ended),
        simulated_finished=counts[Source.SIMULATED, ParticipationState.FINISHED],
        simulated_running=counts[Source.SIMULATED, ParticipationState.STARTED],
        previews=sum(n for (source, _), n in counts.items() if source == Source.PREVIEW),
    )


def of_panel(study: Study) -> dict[str, Any]:
    """What a panel polls: how far the preparation is, or who takes part while the study is open."""
    if study.launched_at is None:
        return of_preparation(study)
    turnout = turnout_of(study)
    return {
        "state": study.state,
        "label": study.get_state_display(),
        "active": study.state in {StudyState.LIVE, StudyState.PAUSED},
        "percent": turnout.percent,
        **turnout.sentences(),
    }


def of_study(study: Study, user: Any) -> dict[str, Any]:
    """Everything that the panel above a study's form shows to this user."""
    launched = study.launched_at is not None
    turnout = turnout_of(study)
    return {
        "progress": of_preparation(study),
        "turnout": turnout,
        "people": turnout.sentences(),
        "readiness": of_readiness(study, user) if study.is_draft else None,
        "prepared": lifecycle.is_prepared(study) if study.is_draft else launched,
        "arrivals": arrival_faults.sentences(study) if launched else [],
        "differences": _differences(study) if launched else [],
        "blinding": of_blinding(study) if launched else None,
        "participant_link": participant_link(study),
        "preview_url": address("studies:preview", study.slug),
        "plan_url": address("evaluation:plan-study", study.slug) if study.is_draft else "",
        "report_url": address("evaluation:report", study.slug) if launched else "",
        "participations_url": address("admin:studies_participation_changelist")
        + f"?study__id__exact={study.pk}",
    }


def of_blinding(study: Study) -> dict[str, Any]:
    """What the newest blinding audit found, in words, and what to do about it."""
    made = blinding_audits.that_counts(study)
    if made is None:
        words = f"It has not been audited: {MANAGE} audit_blinding {study.slug}"
        return {"passed": False, "words": words, "advice": []}
    when = date_format(localtime(made.created_at), "DATETIME_FORMAT")
    return {
        "passed": made.passed,
        "words": f"{wording.summary(made.result)} Audited {when}.",
        "advice": wording.advice(made.result),
    }


def of_readiness(study: Study, user: Any) -> dict[str, Any]:
    """The findings with the places where each is put right, as far as the user may go there."""
    readiness = validation.check(study)
    labels = labels_of(study)
    places = _Places(study, user)
    return {
        "ok": readiness.ok,
        "problems": [_with_link(finding, places, labels) for finding in readiness.problems],
        "warnings": [_with_link(finding, places, labels) for finding in readiness.warnings],
        "notes": [finding.text for finding in readiness.notes],
    }


def _differences(study: Study) -> list[str]:
    labels = labels_of(study)
    return [declared.in_words(sentence, labels) for sentence in protocol.verify_protocol(study)]


@dataclass(frozen=True)
class _Places:
    """The pages on which findings are put right, as far as this user may go there."""

    study: Study
    user: Any

    def of(self, finding: Finding) -> tuple[str, str]:
        """The address and the words of its link; both empty where there is nothing to go to."""
        if finding.about.startswith("field:"):
            name = finding.about.removeprefix("field:")
            return f"#id_{ANCHORS.get(name, name)}", "Go to the field"
        if finding.about == "conditions":
            return "#conditions-group", "Go to the conditions"
        if finding.about == "run" and self.user.has_perm("colorizers.view_generationrun"):
            return address("admin:colorizers_generationrun_change", finding.pk), "See how far it is"
        if finding.about == "catalogue" and self.user.has_perm("colorizers.add_generationrun"):
            page = address("admin:colorizers_photoset_colour")
            return f"{page}?set={self.study.photo_set_id}", "Colour the photos"
        if finding.about == "pictures" and self.user.has_perm("colorizers.add_colorizer"):
            page = address("admin:colorizers_pictureimport_add")
            return f"{page}?set={self.study.photo_set_id}&colorizer={finding.pk}", "Import pictures"
        if finding.about in {"run", "catalogue", "pictures", "photo_set"} and self.user.has_perm(
            "colorizers.view_photoset"
        ):
            return address("admin:colorizers_photoset_change", self.study.photo_set_id), "Go to the photo set"
        return "", ""


def _with_link(finding: Finding, places: _Places, labels: dict[str, str]) -> dict[str, str]:
    link, words = places.of(finding)
    text = declared.in_words(finding.text, labels)
    return {"text": text, "command": finding.command, "link": link, "words": words if link else ""}


def participant_link(study: Study) -> str:
    """The address that participants get; empty while there is nothing to take part in, or no one for all."""
    return "" if study.launched_at is None else recruiting.participant_link(study)


def address(name: str, *arguments: Any) -> str:
    """The address of a page, or nothing where this installation has none."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
