"""What every design must keep to, whoever wrote it."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from studies import designs
from studies.designs._design import (
    ONCE,
    ONCE_PER_TREATMENT,
    REPEATED,
    UNDER_EACH,
    Answered,
    Stimuli,
)
from studies.designs._example import example_trial
from studies.designs._trial import COLUMNS, REAL, TrialSpec
from studies.rules import randomisation
from studies.rules.trial_columns import with_own
from studies.simulation.people import Crowd, PlantedEffects

FRAME_KINDS = {"blank", "images", "noise", "answer"}
SMALL = {
    "practice_trials": 3, "test_trials": 12, "blocks": 2, "trials_per_block": 12, "qualification_trials": 4,
}  # fmt: skip
ARMS = ["deep", "flat", "pale", "warm"]


def first(spec):
    return spec.answers[0].value


def right(spec):
    """The right answer, or the first where none is."""
    return spec.key or first(spec)


def wrong(spec):
    return next((one.value for one in spec.answers if one.value != spec.key), first(spec))


def none(spec):
    return None


def small(name, **further):
    """The design with few trials, and further settings, where it can be told so."""
    design = designs.get(name)
    return design.configured({k: v for k, v in (SMALL | further).items() if k in settings_of(name)})


def settings_of(name):
    return {field.name for field in dataclasses.fields(designs.get(name).Settings)}


def stimuli_for(design, seed=3) -> Stimuli:
    material = randomisation.Material(
        photo_use=design.photo_use,
        practice_photos=[f"practice-{n:03}" for n in range(40)],
        test_photos=[f"photo-{n:03}" for n in range(200)],
        treatments=design.treatments(ARMS),
        vigilance="random",
    )
    rng = np.random.default_rng(seed)
    return randomisation.allocate(material, design.needs(), {}, allocation=design.allocations[0], rng=rng)


def play(design, stimuli, seed, *, answer=right, most=2000) -> list[Answered]:
    """Answer until the design says that it is over."""
    history: list[Answered] = []
    while upcoming := design.upcoming(stimuli, history, seed):
        history.append(Answered(upcoming[0], answer(upcoming[0])))
        assert len(history) <= most, "it does not end"
    return history


@pytest.fixture(params=designs.names())
def name(request) -> str:
    return request.param


@pytest.fixture(params=[right, wrong, first, none])
def answer(request):
    """How somebody answers everything."""
    return request.param


def test_it_ends(name, answer):
    design = small(name)
    assert play(design, stimuli_for(design), seed=7, answer=answer)


def test_whoever_answers_well_sees_everything_that_was_planned(name):
    design = small(name)
    played = play(design, stimuli_for(design), seed=7)
    needs = design.needs()
    counted = Counter(item.spec.kind for item in played)
    assert counted == {"practice": needs.practice, "test": needs.test, "vigilance": needs.vigilance}
    assert design.verdict(played) == ""


def test_whoever_is_stopped_early_is_told_why(name, answer):
    design = small(name)
    played = play(design, stimuli_for(design), seed=7, answer=answer)
    needs = design.needs()
    stopped = len(played) < needs.practice + needs.test + needs.vigilance
    assert bool(design.verdict(played)) is stopped


def test_a_reload_never_changes_the_plan(name, answer):
    design = small(name)
    stimuli = stimuli_for(design)
    played = play(design, stimuli, seed=7, answer=answer)
    for k in range(len(played)):
        assert design.upcoming(stimuli, played[:k], seed=7)[0] == played[k].spec


def test_what_was_announced_comes(name, answer):
    design = small(name)
    stimuli = stimuli_for(design)
    played = play(design, stimuli, seed=8, answer=answer)
    for k in range(len(played)):
        announced = design.upcoming(stimuli, played[:k], seed=8)
        assert [item.spec for item in played[k : k + len(announced)]] == announced


def test_the_answer_to_a_spoiled_trial_changes_nothing_that_comes(name, answer):
    design = small(name)
    stimuli = stimuli_for(design)
    played = play(design, stimuli, seed=8, answer=answer)
    for k in range(len(played)):
        voided = [
            dataclasses.replace(played[k], answer=answer, voided=True)
            for answer in (*(choice.value for choice in played[k].spec.answers), None)
        ]
        one, *others = (design.upcoming(stimuli, [*played[:k], spoiled], seed=8) for spoiled in voided)
        assert all(other == one for other in others)


def test_the_keys_are_balanced_in_the_long_run(name):
    design = small(name)
    if not design.uses_key:
        return
    keys = Counter(
        item.spec.key
        for seed in range(40)
        for item in play(design, stimuli_for(design, seed), seed=seed)
        if item.spec.kind == "test"
    )
    assert max(keys.values()) - min(keys.values()) <= 0.1 * sum(keys.values())


def test_every_arm_stands_as_often_in_every_place(name):
    design = small(name)
    counted = {}
    for seed in range(40):
        for item in play(design, stimuli_for(design, seed), seed=seed):
            if item.spec.kind == "test":
                for _, show in item.spec.shows:
                    counted.setdefault(show.arm, Counter())[show.slot] += 1
    for places in counted.values():
        assert max(places.values()) - min(places.values()) <= 0.1 * sum(places.values())


def test_nothing_public_tells_the_arms_apart(name):
    """Whatever arms stand in the places of a trial, it may look and ask in all the same ways."""
    design = small(name)
    seen = {}
    for seed in range(60):
        for item in play(design, stimuli_for(design, seed), seed=seed, answer=none):
            spec = item.spec
            if spec.kind != "practice":
                placed = tuple(sorted((show.slot, show.arm) for _, show in spec.shows))
                seen.setdefault((spec.kind, placed), set()).add(public(spec))
    faces = set().union(*seen.values())
    for (kind, _), shown in seen.items():
        assert shown <= faces
        assert kind == "vigilance" or shown == faces


def public(spec):
    """What the browser gets of a trial, as text, without the photo."""
    frames = [(frame.kind, frame.duration_ms, [show.slot for show in frame.images]) for frame in spec.frames]
    return repr((frames, spec.slots, spec.prompt, spec.answers, spec.more, spec.feedback))


def test_the_addresses_of_arms_are_not_in_what_is_public(name):
    design = small(name, confidence="4 steps", ask_worst=True)
    for item in play(design, stimuli_for(design), seed=4):
        assert not any(arm in public(item.spec) for arm in (*ARMS, "random", "qualification"))


def test_several_exposures_are_balanced_over_trials_and_treatments(name):
    if "exposure_ms" not in settings_of(name):
        return
    design = small(name, exposure_ms=[1000, 3000], test_trials=48)
    specs = [item.spec for item in play(design, stimuli_for(design), seed=5) if item.spec.kind == "test"]
    for treatment in {spec.treatment for spec in specs}:
        assert even(level_of(spec) for spec in specs if spec.treatment == treatment)
    assert even(level_of(spec) for spec in specs)
    assert {str(level_of(spec)) in spec.arrangement for spec in specs} == {True}


def even(levels):
    counted = Counter(levels)
    assert counted.keys() == {1000, 3000}
    return abs(counted[1000] - counted[3000]) <= 2


def level_of(spec):
    (level,) = {frame.duration_ms for frame in spec.frames if frame.kind == "images"}
    return level


def test_a_single_exposure_in_a_list_is_as_one_without(name):
    if "exposure_ms" not in settings_of(name):
        return
    plain, listed = small(name, exposure_ms=500), small(name, exposure_ms=[500])
    assert play(plain, stimuli_for(plain), seed=6) == play(listed, stimuli_for(listed), seed=6)


@pytest.mark.parametrize("steps", [3, 4])
def test_people_may_be_asked_how_sure_they_are(name, steps):
    if "confidence" not in settings_of(name):
        return
    design = small(name, confidence=f"{steps} steps")
    spec = play(design, stimuli_for(design), seed=6)[0].spec
    (question,) = (one for one in spec.more if one.name == "confidence")
    assert [one.value for one in question.answers] == [str(at) for at in range(1, steps + 1)]
    assert design.outcome(spec, first(spec), {"confidence": "2"})["confidence"] == 2
    assert design.outcome(spec, first(spec), {})["confidence"] is None
    (column,) = (one for one in design.columns() if one.name == "confidence")
    assert (column.low, column.high) == (1, steps)


def test_every_column_is_described_and_new(name):
    design = small(name, confidence="3 steps", ask_worst=True)
    names = [column.name for column in with_own(design.columns())]
    assert len(names) == len(set(names))
    assert all(column.meaning for column in design.columns())


def test_how_long_it_takes_is_estimated(name):
    design, longer = small(name), small(name, lead_in_ms=9000)
    assert 1 <= design.estimated_minutes() < longer.estimated_minutes()
    assert 0 < design.vigilance_minutes() < design.estimated_minutes()


def test_no_photo_is_shown_more_often_than_the_design_says(name):
    design = small(name)
    played = play(design, stimuli_for(design), seed=9)
    photos = Counter(item.spec.photo for item in played)
    cells = Counter((item.spec.photo, item.spec.treatment) for item in played)
    assert design.photo_use in (ONCE, ONCE_PER_TREATMENT, UNDER_EACH, REPEATED)
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


@pytest.mark.parametrize("further", [{}, {"confidence": "3 steps", "ties": True, "ask_worst": True}])
def test_the_example_of_a_trial_asks_as_the_trials_do(name, further):
    design = small(name, **further)
    example = example_trial(design)
    for item in play(design, stimuli_for(design), seed=11):
        for part in ("slots", "prompt", "answers", "more"):
            assert getattr(item.spec, part) == getattr(example, part)


@pytest.mark.parametrize("further", [{}, {"vigilance_share": 0.5}, {"practice_trials": 10}])
def test_feedback_comes_after_every_trial_of_a_stretch_or_after_none(name, further):
    """Else it would say which trials are vigilance; a qualification is a stretch of its own."""
    design = small(name, **further)
    told = {}
    for item in play(design, stimuli_for(design), seed=12):
        spec = item.spec
        stretch = (spec.kind == "practice", "qualification" in spec.facts)
        told.setdefault(stretch, set()).add(spec.feedback)
    assert all(len(announced) == 1 for announced in told.values())


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
    played = play(design, stimuli_for(design), seed=13)
    score = design.score(played)
    assert (score is not None) is design.uses_key
    if score:
        assert score.right == score.answered > 0


def test_what_a_trial_puts_to_judgement_is_one_of_the_treatments_and_is_shown(name):
    design = small(name)
    treatments = {one.name: one for one in design.treatments(ARMS)}
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


@pytest.mark.parametrize("further", [{}, {"confidence": "3 steps", "ties": True, "ask_worst": True}])
def test_a_simulated_person_gives_answers_that_are_offered(name, further):
    design = small(name, **further)
    effects = PlantedEffects(dict.fromkeys(ARMS, 0.3))
    person = Crowd(effects, 3, [f"photo-{n:03}" for n in range(200)], vigilance="random").person(1)
    stimuli, history = stimuli_for(design), []
    while upcoming := design.upcoming(stimuli, history, seed=7):
        spec = upcoming[0]
        reaction = design.react(spec, person)
        assert reaction.answer in {choice.value for choice in spec.answers}
        assert set(reaction.more) == {question.name for question in spec.more}
        for question in spec.more:
            assert reaction.more[question.name] in {choice.value for choice in question.answers}
            assert not question.distinct or reaction.more[question.name] != reaction.answer
        assert reaction.rt_ms > 0
        history.append(Answered(spec, reaction.answer, reaction.more))
    assert history
