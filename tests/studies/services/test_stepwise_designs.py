"""Designs that go by each answer: what was spoiled is no step."""

import dataclasses

import pytest

from studies.designs.pair import Pair
from studies.services import planning
from studies.services.participations import begin_participation
from tests.builders import launched_study
from tests.studies.services.test_voiding import HIDDEN, next_trial

START_MS, DOWN_MS, UP_MS = 500, 10, 30


class Steps(Pair):
    """A pair test whose exposure falls after a right answer and rises after a wrong one."""

    def upcoming(self, stimuli, history, seed):
        exposure = START_MS
        for item in history:
            if not item.voided:
                exposure += -DOWN_MS if item.answer == item.spec.key else UP_MS
        return [
            dataclasses.replace(
                spec,
                frames=tuple(
                    dataclasses.replace(frame, duration_ms=exposure) if frame.kind == "images" else frame
                    for frame in spec.frames
                ),
            )
            for spec in super().upcoming(stimuli, history, seed)[:1]
        ]


@pytest.fixture
def stepwise(db, idle_queue, monkeypatch):
    """Begins a participation of a staircase, under the study's rule for spoiled trials."""

    def begin(**voiding):
        settings = {"practice_trials": 0, "test_trials": 5, "vigilance_share": 0}
        study = launched_study(vigilance=False, design_settings=settings, voiding=voiding)
        monkeypatch.setattr(planning, "design_of", lambda study: Steps().configured(study.design_settings))
        monkeypatch.setattr(
            Steps, "configured", lambda self, values: Steps(Pair().configured(values).settings)
        )
        return begin_participation(study=study, source="person")

    return begin


def exposure(participation):
    frames = next_trial(participation).spec["frames"]
    return next(frame["duration_ms"] for frame in frames if frame["kind"] == "images")


def wrong(trial):
    return "left" if trial.key == "right" else "right"


def test_a_spoiled_answer_is_no_step_and_what_is_shown_in_its_place_is(stepwise, answer):
    participation = stepwise()
    spoiled = next_trial(participation)
    answer(spoiled, answer=wrong(spoiled), events=HIDDEN)
    again = next_trial(participation)
    assert (again.replaces, exposure(participation)) == (spoiled, START_MS)
    answer(again, answer=again.key)
    assert next_trial(participation).replaces is None
    assert exposure(participation) == START_MS - DOWN_MS


def test_without_a_repeat_a_spoiled_answer_leaves_the_steps_where_they_were(stepwise, answer):
    participation = stepwise(repeat=False)
    spoiled = next_trial(participation)
    answer(spoiled, answer=wrong(spoiled), events=HIDDEN)
    assert next_trial(participation).replaces is None
    assert exposure(participation) == START_MS


def test_the_steps_end_where_they_should_whatever_is_spoiled(stepwise, answer):
    participation = stepwise()
    for turn in range(30):
        trial = next_trial(participation)
        if trial is None:
            break
        answer(trial, answer=trial.key, events=HIDDEN if turn % 2 else [])
    participation.refresh_from_db()
    assert participation.state == "finished"
    assert participation.trials.filter(replaces=None).count() == 5
