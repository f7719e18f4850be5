"""What every design must keep to, whoever wrote it."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from studies import designs
from studies.designs._design import ONCE, ONCE_PER_TREATMENT, REPEATED, Answered, Stimuli
from studies.designs._trial import COLUMNS, REAL, TrialSpec
from studies.rules import randomisation
from studies.rules.trial_columns import with_own

FRAME_KINDS = {"blank", "images", "noise", "answer"}
SMALL = {"practice_trials": 3, "test_trials": 12}


def small(name):
    """The design with few trials, where it can be told so."""
    design = designs.get(name)
    known = {field.name for field in dataclasses.fields(design.Settings)}
    return design.configured({key: value for key, value in SMALL.items() if key in known})


def stimuli_for(design, seed=3) -> Stimuli:
    material = randomisation.Material(
        photo_use=design.photo_use,
        practice_photos=[f"practice-{n:03}" for n in range(40)],
        test_photos=[f"photo-{n:03}" for n in range(200)],
        treatments=design.treatments(["deep", "flat"]),
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
    if not small(name).uses_key:
        return
    keys = Counter(
        item.spec.key
        for seed in range(40)
        for item in play(design, stimuli_for(design, seed), seed=seed)
        if item.spec.kind == "test"
    )
    assert max(keys.values()) - min(keys.values()) <= 0.1 * sum(keys.values())


def test_no_photo_is_shown_more_often_than_the_design_says(name):
    design = small(name)
    played = play(design, stimuli_for(design), seed=9)
    photos = Counter(item.spec.photo for item in played)
    cells = Counter((item.spec.photo, item.spec.treatment) for item in played)
    assert design.photo_use in (ONCE, ONCE_PER_TREATMENT, REPEATED)
    assert design.photo_use != ONCE or max(photos.values()) == 1
    assert design.photo_use == REPEATED or max(cells.values()) == 1


def test_a_trial_is_plain_data_that_comes_back_from_its_row(name):
    design = small(name)
    for item in play(design, stimuli_for(design), seed=10):
        spec = item.spec
        script = json.loads(json.dumps(spec.script()))
        columns = {name: getattr(spec, name) for name in COLUMNS}
        assert TrialSpec.from_script(script, **columns) == spec


def test_a_trial_is_one_that_the_runner_can_play(name):
    design = small(name)
    for item in play(design, stimuli_for(design), seed=11):
        spec = item.spec
        assert (spec.key in {choice.value for choice in spec.answers}) is design.uses_key
        assert bool(spec.key) is design.uses_key
        assert {frame.kind for frame in spec.frames} <= FRAME_KINDS
        *timed, last = spec.frames
        assert last.duration_ms is None
        assert all(frame.duration_ms and frame.duration_ms > 0 for frame in timed)
        assert all(show.slot in spec.slots for _, show in spec.shows)


def test_what_an_answer_is_told_was_announced(name):
    design = small(name)
    for item in play(design, stimuli_for(design), seed=12):
        told = design.feedback(item)
        assert (told is not None) is item.spec.feedback
        if told:
            assert told.captions.keys() <= set(item.spec.slots)
            assert set(told.captions.values()) <= {"real", "invented"}
            assert (told.right is None) is not design.uses_key


def test_a_perfect_participant_scores_everything_where_anything_is_right(name):
    design = small(name)
    played = play(design, stimuli_for(design), seed=13, answer=lambda spec: spec.key or spec.answers[0].value)
    score = design.score(played)
    assert (score is not None) is design.uses_key
    if score:
        assert score.right == score.answered > 0


def test_what_a_trial_puts_to_judgement_is_one_of_the_treatments_and_is_shown(name):
    design = small(name)
    treatments = {one.name: one for one in design.treatments(["deep", "flat"])}
    assert sum(one.share for one in treatments.values()) == pytest.approx(1)
    for item in play(design, stimuli_for(design), seed=14):
        arms = {show.arm for _, show in item.spec.shows}
        if item.spec.kind == "test":
            assert set(treatments[item.spec.treatment].arms) <= arms
        assert item.spec.condition == "" or item.spec.condition in arms
        assert design.needs_truth or REAL not in arms


def test_the_record_of_a_trial_has_exactly_the_columns_that_are_declared(name):
    design = small(name)
    columns = {column.name: column for column in design.columns()}
    assert {column.name for column in with_own(columns.values())} >= columns.keys()
    for item in play(design, stimuli_for(design), seed=15):
        shown = {show.arm: "0" * 64 for _, show in item.spec.shows}
        for answer in (item.answer, None):
            record = design.record(item.spec, answer, item.more, shown)
            assert record.keys() == columns.keys()
            assert design.outcome(item.spec, answer, item.more).items() <= record.items()
            for column, value in record.items():
                assert value is None or not columns[column].values or value in columns[column].values


def test_attention_is_judged_as_the_design_says(name):
    design = small(name)
    assert design.attention_words.endswith(".")
    for item in play(design, stimuli_for(design), seed=16, answer=lambda spec: spec.key or None):
        if item.spec.kind == "vigilance" and design.uses_key:
            assert design.passed(item.spec, item.answer, item.more) is True
            assert design.passed(item.spec, None, item.more) is False


def test_an_unknown_setting_names_the_nearest(name):
    design = designs.get(name)
    known = dataclasses.fields(design.Settings)[0].name
    with pytest.raises(ValueError, match=known):
        design.configured({known + "x": 1})


def test_every_setting_says_what_it_is(name):
    for field in dataclasses.fields(designs.get(name).Settings):
        assert field.metadata.get("label"), field.name
        assert field.metadata.get("help"), field.name
