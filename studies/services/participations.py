"""One participant's go at a study: begun, continued, found again."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from studies.designs._design import Score
from studies.models import (
    Participant,
    Participation,
    ParticipationState,
    Source,
    Study,
    StudyState,
    Trial,
    TrialKind,
)
from studies.rules import screening
from studies.rules.screening import ScreeningSettings
from studies.services import planning, trial_rows

# So many trials ahead of the first open one may have their pictures fetched.
PICTURES_AHEAD = 8
# A page load adds an entry; more of them say nothing new.
MAX_PAGE_LOADS = 10


class StudyNotOpen(Exception):
    """The study takes no participations of this kind now."""


@transaction.atomic
def begin_participation(
    *,
    study: Study,
    source: str,
    participant_code: UUID | None = None,
    recruiter_hash: str = "",
    language: str = "en",
    simulation: dict[str, Any] | None = None,
) -> Participation:
    """Record the consent; plan the trials unless there are checks to pass before.

    A participant who has begun before, by a second click or in a second tab, goes on with what was begun.

    Raises StudyNotOpen, planning.OverQuota, or trial_rows.NotPrepared if a stimulus is missing.
    """
    study = _locked(study)
    if source != Source.PREVIEW and study.state != StudyState.LIVE:
        raise StudyNotOpen(f"The study {study.slug} is {study.get_state_display()}, not live.")
    participant = _participant(participant_code, recruiter_hash)
    begun = study.participations.filter(participant=participant).first()
    if begun is not None:
        return begun
    planning.check_quota(study, source)
    participation = Participation.objects.create(
        study=study,
        participant=participant,
        source=source,
        state=ParticipationState.SCREENING if has_checks(study, source) else ParticipationState.STARTED,
        language=language,
        recruiter=study.recruiter,
        study_digest=study.digest,
        consent_version=study.consent_version,
        simulation=simulation or {},
    )
    if participation.state == ParticipationState.STARTED:
        _plan(participation)
    return participation


@transaction.atomic
def start_trials(participation: Participation) -> None:
    """The checks are passed: plan the trials that are already certain; twice does no harm.

    Raises StudyNotOpen, planning.OverQuota, or trial_rows.NotPrepared if a stimulus is missing.
    """
    study = _locked(participation.study)
    participation.refresh_from_db()
    if participation.state != ParticipationState.SCREENING:
        return
    if participation.source != Source.PREVIEW and study.state != StudyState.LIVE:
        raise StudyNotOpen(f"The study {study.slug} is {study.get_state_display()}, not live.")
    planning.check_quota(study, participation.source)
    # Only from the checks: who withdrew in this very moment stays withdrawn.
    in_checks = Participation.objects.filter(pk=participation.pk, state=ParticipationState.SCREENING)
    if not in_checks.update(state=ParticipationState.STARTED):
        participation.refresh_from_db()
        return
    participation.study = study
    participation.state = ParticipationState.STARTED
    _plan(participation)


def has_checks(study: Study, source: str) -> bool:
    """Whether anything stands between consent and instructions; nothing does for the simulated."""
    chosen = ScreeningSettings(**study.screening)
    checks = (chosen.colour_vision, chosen.display)
    some = chosen.touch == "refused" or any(check != screening.OFF for check in checks)
    return some and source != Source.SIMULATED


def _locked(study: Study) -> Study:
    # Arrivals at the same moment take turns, so that each sees the cells that the others were given.
    return Study.objects.select_for_update().get(pk=study.pk)


def _participant(code: UUID | None, recruiter_hash: str) -> Participant:
    if not recruiter_hash:
        return Participant.objects.get_or_create(code=code or uuid4())[0]
    known = Participant.objects.filter(recruiter_hash=recruiter_hash).first()
    return known or Participant.objects.create(recruiter_hash=recruiter_hash)


def _plan(participation: Participation) -> None:
    stimuli = planning.stimuli_for(participation)
    participation.stimuli = stimuli.as_json()
    participation.held_until = timezone.now() + planning.FIRST_LEASE
    participation.save(update_fields=["stimuli", "held_until"])
    specs = planning.design_of(participation.study).upcoming(stimuli, [], participation.seed)
    trial_rows.write_trials(participation, specs, first_number=1)


def note_page_load(*, participation: Participation, device: dict[str, Any]) -> bool:
    """Keep what the browser says of the device, one entry per page load; nothing after a withdrawal.

    Returns False for a page load beyond those that are kept.
    """
    with transaction.atomic():
        locked = Participation.objects.select_for_update().get(pk=participation.pk)
        if locked.state == ParticipationState.WITHDRAWN:
            return True
        room = len(locked.device) < MAX_PAGE_LOADS
        if room:
            locked.device.append({**device, "at": timezone.now().isoformat()})
        locked.last_seen_at = timezone.now()
        locked.save(update_fields=["device", "last_seen_at"])
    return room


def note_seen(participation: Participation) -> None:
    """Note that a page of theirs was open; it keeps no place, and of who withdrew nothing more is kept."""
    here = Participation.objects.filter(pk=participation.pk).exclude(state=ParticipationState.WITHDRAWN)
    here.update(last_seen_at=timezone.now())


def is_open(participation: Participation) -> bool:
    """Whether answers are taken; a paused study lets those finish who have begun."""
    if participation.state != ParticipationState.STARTED:
        return False
    return participation.source == Source.PREVIEW or participation.study.state in {
        StudyState.LIVE,
        StudyState.PAUSED,
    }


def why_over(participation: Participation) -> str:
    """Why no answer is taken any more, in words for the participant."""
    if participation.state == ParticipationState.WITHDRAWN:
        return gettext(
            "You have withdrawn from this study, and your answers are erased. You may close this page."
        )
    return gettext("The study is closed. Thank you for what you have answered.")


def no_place_left() -> str:
    """Why somebody who took long before the first answer cannot go on, in words for the participant."""
    return gettext("Enough people have taken part meanwhile. Please load this page again.")


def open_trials(participation: Participation) -> list[Trial]:
    """The trials without an answer, in their order, with their pictures."""
    return list(
        participation.trials.filter(response__isnull=True).order_by("number").prefetch_related("pictures")
    )


def is_near(trial: Trial) -> bool:
    """Whether the trial is among the next few, whose pictures a browser may fetch ahead."""
    before = Trial.objects.filter(
        participation_id=trial.participation_id, number__lt=trial.number, response__isnull=True
    )
    return before.count() < PICTURES_AHEAD


def own_score(participation: Participation) -> Score | None:
    """What a participant may be told at the end; spoiled trials do not count. None: nothing was right."""
    design = planning.design_of(participation.study)
    return design.score(trial_rows.valid_history_of(participation))


def judgements(participation: Participation) -> int:
    """How many answers to test trials count."""
    history = trial_rows.valid_history_of(participation)
    return sum(item.spec.kind == TrialKind.TEST and item.answer is not None for item in history)


def not_counted(participation: Participation) -> dict[str, int]:
    """Answered trials that are in nobody's score, by why: practice, check, spoiled or late."""
    why: Counter[str] = Counter()
    facts = participation.trials.filter(response__isnull=False).values_list(
        "kind", "response__voided", "response__answer"
    )
    for kind, voided, answer in facts:
        if kind == TrialKind.PRACTICE:
            why["practice"] += 1
        elif voided:
            why["spoiled"] += 1
        elif kind == TrialKind.VIGILANCE:
            why["check"] += 1
        elif not answer:
            why["late"] += 1
    return {name: why[name] for name in ("practice", "check", "spoiled", "late") if why[name]}


def progress(participation: Participation) -> dict[str, int]:
    """Answered trials, all of them, and those for practice, spoiled ones and those in their places included.

    A design may plan a trial only when those before it are answered: they count from the beginning.
    """
    trials = list(participation.trials.values_list("kind", "response__pk", "replaces"))
    found = {
        "done": sum(response is not None for _, response, _ in trials),
        "total": len(trials),
        "practice": sum(kind == TrialKind.PRACTICE for kind, _, _ in trials),
    }
    if participation.state == ParticipationState.FINISHED:
        return found
    needs = planning.design_of(participation.study).needs()
    repeats = sum(replaced is not None for _, _, replaced in trials)
    whole = needs.practice + needs.test + needs.vigilance + repeats
    return found | {"total": max(found["total"], whole), "practice": max(found["practice"], needs.practice)}
