"""Answers as they come in: at most one a trial, in order, never changed."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from studies.designs._design import Feedback, Stimuli
from studies.models import Participation, ParticipationState, Response, Study, Trial, TrialKind
from studies.payloads import Answer
from studies.services import participations, planning

# Without 0, O, 1, I and L, which people mistake when they copy a code.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class NotNow(Exception):
    """The trial cannot be answered at this point; the message says why."""


@transaction.atomic
def record_response(*, trial: Trial, answer: Answer) -> tuple[Response, bool]:
    """Keep the first answer to a trial; a later one gets the first back.

    Raises NotNow if an earlier trial is open, or the participation or its study is over.
    """
    # Two tabs may answer at once: the participation row is the lock.
    participation = (
        Participation.objects.select_for_update(of=("self",))
        .select_related("study")
        .defer("stimuli", "simulation", "device", "study__protocol", "study__preparation")
        .get(pk=trial.participation_id)
    )
    trial.participation = participation
    open_numbers = participation.trials.filter(response__isnull=True).order_by("number")
    numbers = list(open_numbers.values_list("number", flat=True)[:2])
    if trial.number not in numbers[:1]:
        present = Response.objects.filter(trial=trial).first()
        if present is not None:
            return present, False
    if not participations.is_open(participation):
        raise NotNow("This participation is over, or the study is closed.")
    if numbers[0] != trial.number:
        raise NotNow(f"Trial {numbers[0]} comes before trial {trial.number}.")
    response = Response.objects.create(trial=trial, **answer.as_fields())
    participation.last_seen_at = timezone.now()
    if len(numbers) == 1:
        _go_on_or_finish(participation)
    participation.save(update_fields=["last_seen_at", "state", "finished_at", "completion_code"])
    return response, True


def _go_on_or_finish(participation: Participation) -> None:
    """Plan what the design makes certain after the last planned trial, or end the participation."""
    history = planning.history_of(participation)
    stimuli = Stimuli.from_json(participation.stimuli)
    design = planning.design_of(participation.study)
    specs = design.upcoming(stimuli, history, participation.seed)
    if specs:
        planning.write_trials(participation, specs, first_number=len(history) + 1)
        return
    participation.state = ParticipationState.FINISHED
    participation.finished_at = timezone.now()
    participation.completion_code = completion_code_for(participation.study)


def completion_code_for(study: Study) -> str:
    """The study's own code, or a random one that only this participation has."""
    if study.completion_code:
        return study.completion_code
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(10))


def feedback_on(response: Response) -> Feedback | None:
    """What the participant may know of an answer; nothing but after practice, whatever the design."""
    trial = response.trial
    if trial.kind != TrialKind.PRACTICE:
        return None
    design = planning.design_of(trial.participation.study)
    answered = planning.answered(trial)
    return design.feedback(answered)
