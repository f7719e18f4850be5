from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from studies.designs import get
from studies.designs._design import Answered
from studies.simulation.people import Crowd, PlantedEffects
from tests.studies.designs.plans import dealt, played, specs

STAIRCASE = get("staircase")
SMALL = {"practice_trials": 2, "blocks": 2, "trials_per_block": 20, "vigilance_share": 0.1}


def level(spec):
    return next(frame.duration_ms for frame in spec.frames if frame.kind == "images")


def right(spec):
    return spec.key


def wrong(spec):
    return "real" if spec.key == "fake" else "fake"


def path(answer, **settings):
    """Exposures of the test trials, by block."""
    found = {}
    for item in played("staircase", ["deep"], answer=answer, **SMALL | settings):
        if item.spec.kind == "test":
            found.setdefault(item.spec.facts["block"], []).append(level(item.spec))
    return found


def test_the_defaults_are_the_protocol():
    chosen = STAIRCASE.settings
    assert (chosen.start_ms, chosen.shortest_ms, chosen.longest_ms) == (500, 100, 1000)
    assert (chosen.down_ms, chosen.up_ms) == (10, 30)
    assert (chosen.blocks, chosen.trials_per_block, chosen.mask) == (3, 150, "noise")
    assert STAIRCASE.needs().test == 450


def test_right_answers_shorten_the_exposure_and_each_block_begins_anew():
    steps = [500 - 10 * at for at in range(20)]
    assert path(right) == {1: steps, 2: steps}


def test_wrong_answers_lengthen_it():
    assert path(wrong)[1][:4] == [500, 530, 560, 590]


def test_three_right_answers_undo_a_wrong_one():
    answers = iter([wrong, right, right, right] * 20)
    by_turns = path(lambda spec: next(answers)(spec) if spec.kind == "test" else right(spec))
    assert by_turns[1][:9] == [500, 530, 520, 510, 500, 530, 520, 510, 500]


def test_it_stays_within_its_range_and_cut_exposures_are_marked():
    for answer, end in ((wrong, 1000), (right, 100)):
        history = played("staircase", ["deep"], answer=answer, **SMALL | {"trials_per_block": 60})
        test = [item.spec for item in history if item.spec.kind == "test" and item.spec.facts["block"] == 1]
        cut = [spec for spec in test if spec.facts["clamped"]]
        assert cut
        assert {level(spec) for spec in cut} == {end}
        assert all(100 <= level(spec) <= 1000 for spec in test)
    # 500 less 40 times 10 reaches the end without being cut.
    assert [spec.facts["clamped"] for spec in test[39:42]] == [0, 0, 1]
    assert STAIRCASE.record(test[41], "real", {}, {})["clamped"] == 1


def test_spoiled_trials_and_missing_answers_move_nothing():
    design = STAIRCASE.configured(SMALL | {"practice_trials": 0, "vigilance_share": 0})
    stimuli = dealt(design, ["deep"])
    (one,) = design.upcoming(stimuli, [], 3)
    for item in (Answered(one, None), Answered(one, wrong(one), voided=True)):
        assert level(design.upcoming(stimuli, [item], 3)[0]) == 500
    assert level(design.upcoming(stimuli, [Answered(one, wrong(one))], 3)[0]) == 530


def test_vigilance_trials_move_nothing_and_have_the_exposure_of_the_others():
    history = played("staircase", ["deep"], answer=lambda spec: "real", **SMALL)
    for before, item in pairwise(history):
        if item.spec.kind == "vigilance" and before.spec.kind == "test":
            step = -10 if before.answer == before.spec.key else 30
            assert level(item.spec) == level(before.spec) + step
    without = [item.spec for item in history if item.spec.kind == "test"]
    expected = 500
    for spec in without[:20]:
        assert level(spec) == expected
        expected += -10 if spec.key == "real" else 30


def test_half_of_each_block_is_real():
    history = played("staircase", ["deep"], **SMALL)
    for block in (1, 2):
        shown = Counter(
            item.spec.condition
            for item in history
            if item.spec.kind == "test" and item.spec.facts["block"] == block
        )
        assert shown == {"": 10, "deep": 10}


def test_each_participation_has_one_condition():
    history = played("staircase", ["deep", "flat", "warm"], **SMALL)
    shown = Counter(item.spec.condition for item in history if item.spec.kind == "test")
    assert shown[""] == 20
    assert sorted(shown.values()) == [20, 20]


def test_photos_come_again_only_when_all_have_come():
    design = STAIRCASE.configured(SMALL)
    stimuli = dealt(design, ["deep"], photos=30)
    assert set(Counter(cell.photo for cell in stimuli.test).values()) == {1, 2}
    assert set(Counter(cell.photo for cell in dealt(design, ["deep"], photos=44).test).values()) == {1}


def test_a_picture_is_followed_by_noise():
    (spec, *_) = (item.spec for item in played("staircase", ["deep"], **SMALL))
    kinds = [(frame.kind, frame.duration_ms) for frame in spec.frames]
    assert kinds == [("blank", 600), ("images", 500), *[("noise", 30)] * 4, ("answer", None)]


def test_every_trial_has_feedback():
    for item in played("staircase", ["deep"], **SMALL):
        told = STAIRCASE.feedback(item)
        assert told.right is True
        assert told.captions == {"centre": "real" if item.spec.condition == "" else "invented"}


def test_the_record_has_the_block():
    history = played("staircase", ["deep"], **SMALL)
    blocks = {(item.spec.kind, STAIRCASE.record(item.spec, item.answer, {}, {})["block"]) for item in history}
    assert blocks >= {("practice", None), ("test", 1), ("test", 2)}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"start_ms": 50}, "start_ms must be between"),
        ({"shortest_ms": 600}, "start_ms must be between"),
        ({"down_ms": 0}, "between 1"),
        ({"blocks": 0}, "between 1"),
        ({"exposure_ms": 500}, "no setting 'exposure_ms'"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        STAIRCASE.configured(values)


def test_simulated_people_are_wrong_the_more_often_the_shorter_they_look():
    crowd = Crowd(PlantedEffects({"deep": 0.1}), seed=1, photos=["p"], vigilance="random")
    spec = next(spec for spec in specs("staircase", ["deep"], **SMALL) if spec.condition)
    wrong = []
    for shown_ms in (100, 300, 1000):
        frames = tuple(replace(one, duration_ms=shown_ms) if one.images else one for one in spec.frames)
        people = [crowd.person(number) for number in range(400)]
        shown = replace(spec, photo="p", frames=frames)
        answers = [STAIRCASE.react(shown, one).answer for one in people]
        wrong.append(sum(answer != spec.key for answer in answers) / len(answers))
    assert wrong[0] > wrong[1] + 0.1 > wrong[2] + 0.1
    assert wrong[2] == pytest.approx(0.1, abs=0.05)
