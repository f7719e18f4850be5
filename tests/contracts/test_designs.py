"""What every design must keep to, whoever wrote it."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from studies import designs
from studies.designs._design import Answered, Stimuli, TrialSpec
from studies.rules import randomisation

FRAME_KINDS = {"blank", "images", "noise", "answer"}
SMALL = {"practice_trials": 3, "test_trials": 12}


def small(name):
    """The design with few trials, where it can be told so."""
    design = designs.get(name)
    known = {field.name for field in dataclasses.fields(design.Settings)}
    return design.configured({key: value for key, value in SMALL.items() if key in known})


def stimuli_for(design, seed=3) -> Stimuli:
    material = randomisation.Material(
        practice_photos=[f"practice-{n:03}" for n in range(40)],
        test_photos=[f"photo-{n:03}" for n in range(200)],
        conditions=["deep", "flat"],
        vigilance="random",
    )
    return randomisation.allocate(
        material, design.needs(), {}, allocation=randomisation.MIXED, rng=np.random.default_rng(seed)
    )


def play(design, stimuli, seed, *, answer=lambda spec: spec.answers[0].value, most=2000) -> list[Answered]:
    """Answer until the design says that it is over."""
    history: list[Answered] = []
    while upcoming := design.upcoming(stimuli, history, seed):
        history.append(Answered(upcoming[0], answer(upcoming[0])))
        assert len(history) <= most, "it does not end"
    return history


@pytest.fixture(params=designs.names())
def name(request) -> str:
    return request.param


def test_it_ends(name):
    design = small(name)
    assert play(design, stimuli_for(design), seed=7)


def test_a_reload_never_changes_the_plan(name):
    design = small(name)
    stimuli = stimuli_for(design)
    played = play(design, stimuli, seed=7)
    for k in range(len(played)):
        assert design.upcoming(stimuli, played[:k], seed=7)[0] == played[k].spec


def test_what_was_announced_comes(name):
    design = small(name)
    stimuli = stimuli_for(design)
    played = play(design, stimuli, seed=8)
    for k in range(len(played)):
        announced = design.upcoming(stimuli, played[:k], seed=8)
        assert [item.spec for item in played[k : k + len(announced)]] == announced


def test_the_answer_to_a_spoiled_trial_changes_nothing_that_comes(name):
    design = small(name)
    stimuli = stimuli_for(design)
    played = play(design, stimuli, seed=8)
    for k in range(len(played)):
        voided = [
            dataclasses.replace(played[k], answer=answer, voided=True)
            for answer in (*(choice.value for choice in played[k].spec.answers), None)
        ]
        one, *others = (design.upcoming(stimuli, [*played[:k], spoiled], seed=8) for spoiled in voided)
        assert all(other == one for other in others)


def test_the_keys_are_balanced_in_the_long_run(name):
    design = small(name)
    keys = Counter(
        item.spec.key
        for seed in range(40)
        for item in play(design, stimuli_for(design, seed), seed=seed)
        if item.spec.kind == "test"
    )
    assert max(keys.values()) - min(keys.values()) <= 0.1 * sum(keys.values())


def test_no_photo_is_shown_twice(name):
    design = small(name)
    photos = Counter(item.spec.photo for item in play(design, stimuli_for(design), seed=9))
    assert max(photos.values()) == 1


def test_a_trial_is_plain_data_that_comes_back_from_its_row(name):
    design = small(name)
    for item in play(design, stimuli_for(design), seed=10):
        spec = item.spec
        script = json.loads(json.dumps(spec.script()))
        columns = {name: getattr(spec, name) for name in ("kind", "condition", "photo", "key", "arrangement")}
        assert TrialSpec.from_script(script, **columns) == spec


def test_a_trial_is_one_that_the_runner_can_play(name):
    design = small(name)
    for item in play(design, stimuli_for(design), seed=11):
        spec = item.spec
        assert spec.key in {choice.value for choice in spec.answers}
        assert {frame.kind for frame in spec.frames} <= FRAME_KINDS
        *timed, last = spec.frames
        assert last.duration_ms is None
        assert all(frame.duration_ms and frame.duration_ms > 0 for frame in timed)
        assert all(picture.slot in spec.slots for frame in spec.frames for picture in frame.images)


def test_feedback_comes_after_practice_only(name):
    design = small(name)
    for item in play(design, stimuli_for(design), seed=12):
        assert (design.feedback(item) is not None) == (item.spec.kind == "practice")


def test_a_perfect_participant_scores_everything(name):
    design = small(name)
    played = play(design, stimuli_for(design), seed=13, answer=lambda spec: spec.key)
    score = design.score(played)
    assert score.right == score.answered > 0


def test_an_unknown_setting_names_the_nearest(name):
    design = designs.get(name)
    known = dataclasses.fields(design.Settings)[0].name
    with pytest.raises(ValueError, match=known):
        design.configured({known + "x": 1})


def test_every_setting_says_what_it_is(name):
    for field in dataclasses.fields(designs.get(name).Settings):
        assert field.metadata.get("label"), field.name
        assert field.metadata.get("help"), field.name
