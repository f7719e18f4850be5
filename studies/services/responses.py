"""Answers as they come in: at most one a trial, in order, never changed."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studies.designs._design import Feedback, Stimuli
from studies.models import Participation, ParticipationState, Response, Source, Study, Trial, TrialKind
from studies.rules import exposure, pace, voiding
from studies.rules.payloads import Answer
from studies.rules.strict_view import strict_rules
from studies.services import participations, planning, trial_rows

# Without 0, O, 1, I and L, which people mistake when they copy a code.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class NotNow(Exception):
    """The trial cannot be answered at this point; the message says why."""


@transaction.atomic
def record_response(*, trial: Trial, answer: Answer) -> tuple[Response, bool]:
    """Keep the first answer to a trial; a later one gets the first back.

    If the presentation was spoiled by the study's rule, the answer is kept as voided, and another photo is
    planned in its place.

    Raises NotNow if an earlier trial is open, or the participation or its study is over.
    """
    study = trial.participation.study
    rules = voiding.rules_in_force(study.voiding, launched=study.launched_at is not None)
    reasons = void_reasons(trial, answer, rules)
    late = planning.has_lost_its_place(trial.participation)
    if late or (reasons and rules.repeat):
        # The study's row first, as arrivals take it: they share out the same places and cells.
        Study.objects.select_for_update().only("pk").get(pk=trial.participation.study_id)
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
        raise NotNow(participations.why_over(participation))
    if numbers[0] != trial.number:
        raise NotNow(f"Trial {numbers[0]} comes before trial {trial.number}.")
    if late:
        try:
            planning.check_place(participation)
        except planning.OverQuota as error:
            raise NotNow(participations.no_place_left()) from error
    response = Response.objects.create(
        trial=trial,
        voided=bool(reasons),
        void_reasons=reasons,
        possible_from=_possible_from(trial),
        **answer.as_fields(),
    )
    participation.last_seen_at = timezone.now()
    participation.held_until = participation.last_seen_at + planning.LEASE
    repeated = bool(reasons) and _repeat(trial, rules)
    if len(numbers) == 1 and not repeated:
        _go_on_or_finish(participation)
    participation.save(
        update_fields=[
            "last_seen_at", "held_until", "state", "finished_at", "completion_code", "attention_passed",
            "verdict",
        ]
    )  # fmt: skip
    return response, True


def void_reasons(trial: Trial, answer: Answer, rules: voiding.VoidingRules) -> list[str]:
    """What spoiled the presentation of a trial, in words; practice is never voided."""
    if trial.kind == TrialKind.PRACTICE:
        return []
    frames = exposure.as_planned(trial.spec["frames"], answer.frames)
    return exposure.exposure_faults(
        frames, answer.events, answer.refresh_ms, rules, shown_before=answer.shown_before
    )


def _possible_from(trial: Trial) -> datetime | None:
    """Before when the trial cannot have been shown; None for those who do not look at pictures in time."""
    participation = trial.participation
    if participation.source != Source.PERSON:
        return None
    ahead = participations.PICTURES_AHEAD
    earlier = list(
        Response.objects.filter(trial__participation=participation, trial__number__lt=trial.number)
        .order_by("-trial__number")
        .values_list("possible_from", "received_at")[:ahead]
    )
    before = earlier[0][0] if earlier else None
    return pace.possible_from(
        trial.spec["frames"],
        before=before or participation.consented_at,
        opened=earlier[-1][1] if len(earlier) == ahead else None,
    )


def too_soon(participation: Participation) -> int:
    """How many answers came sooner than their pictures could have been shown."""
    answers = Response.objects.filter(trial__participation=participation)
    return answers.filter(received_at__lt=F("possible_from")).count()


def _repeat(voided: Trial, rules: voiding.VoidingRules) -> bool:
    """Plan another trial in the place of a spoiled one, if the rules and the photos allow one more."""
    if not rules.repeat:
        return False
    repeats = voided.participation.trials.filter(replaces__isnull=False).count()
    return repeats < rules.most_repeats and planning.plan_replacement(voided)


def _go_on_or_finish(participation: Participation) -> None:
    """Plan what the design makes certain after the last planned trial, or end the participation."""
    history = trial_rows.history_of(participation)
    stimuli = Stimuli.from_json(participation.stimuli)
    design = planning.design_of(participation.study)
    specs = design.upcoming(stimuli, history, participation.seed)
    if specs:
        trial_rows.write_trials(participation, specs, first_number=trial_rows.next_number(participation))
        return
    participation.verdict = design.verdict(history)
    participation.state = ParticipationState.FINISHED
    participation.finished_at = timezone.now()
    participation.completion_code = completion_code_for(participation.study)
    participation.attention_passed = attention_passed(participation)


def attention_passed(participation: Participation) -> bool | None:
    """Whether enough valid vigilance trials were passed for the strict view; None if none can be judged."""
    design = planning.design_of(participation.study)
    asked = participation.trials.filter(kind=TrialKind.VIGILANCE, response__voided=False)
    judged = [design.passed(one.spec, one.answer, one.more) for one in trial_rows.answered_in(asked)]
    passed = [one for one in judged if one is not None]
    if not passed:
        return None
    return sum(passed) / len(passed) >= strict_rules(participation.study.exclusion_rules).vigilance_pass


def completion_code_for(study: Study) -> str:
    """The study's own code, or a random one that only this participation has."""
    if study.completion_code:
        return study.completion_code
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(10))


def feedback_on(response: Response) -> Feedback | None:
    """What the participant may know of an answer; nothing where the trial's plan does not announce it."""
    trial = response.trial
    answered = trial_rows.answered(trial)
    if not answered.spec.feedback:
        return None
    return planning.design_of(trial.participation.study).feedback(answered)
