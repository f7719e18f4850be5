"""The trials of a participation as rows of a plain table: a form for each would take the page a second."""

from __future__ import annotations

from dataclasses import dataclass

from studies.designs._design import Design
from studies.models import Participation, Trial, TrialKind
from studies.rules.exposure import SHOWN_BEFORE
from studies.services.planning import design_of
from studies.services.trial_rows import answered

NOTHING, SPOILED = "–", "spoiled, not counted"


@dataclass(frozen=True)
class TrialRow:
    """What the table says of one trial, in words."""

    trial: Trial
    answer: str
    outcome: str
    response_time: str
    shown: str
    analysis: str = NOTHING


def rows_of(participation: Participation) -> list[TrialRow]:
    """The trials in the order of showing, without their large columns."""
    trials = Trial.objects.filter(participation=participation).order_by("number")
    trials = trials.select_related("condition", "photo", "response", "replaces").defer(
        "replaces__spec", "response__frames", "response__events", "photo__conversions"
    )
    design = design_of(participation.study)
    return [
        TrialRow(trial, _answer(trial), _outcome(trial, design), _response_time(trial), _shown(trial))
        for trial in trials
    ]


def _answer(trial: Trial) -> str:
    if not hasattr(trial, "response"):
        return NOTHING
    return trial.response.answer or "none in time"


def _outcome(trial: Trial, design: Design) -> str:
    if not hasattr(trial, "response"):
        return NOTHING
    if trial.response.voided:
        return SPOILED
    if not trial.response.answer:
        return NOTHING
    return design.in_a_word(answered(trial))


def _response_time(trial: Trial) -> str:
    if not hasattr(trial, "response") or trial.response.rt_ms is None:
        return NOTHING
    return f"{trial.response.rt_ms:.0f} ms"


def _shown(trial: Trial) -> str:
    """What spoiled it, and in whose place it stands."""
    words = [f"in the place of {trial.replaces.number}"] if trial.replaces else []
    if hasattr(trial, "response"):
        judged = trial.kind != TrialKind.PRACTICE
        words += trial.response.void_reasons or ["as planned" if judged else "not judged"]
        if trial.response.shown_before and SHOWN_BEFORE not in words:
            words.append(SHOWN_BEFORE)
    return ", ".join(words) or NOTHING
