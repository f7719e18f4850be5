from collections import Counter

import pytest

from studies.designs import get
from studies.designs._base import arms_by_slot
from tests.studies.designs.plans import FEW, dealt, specs

PREFERENCE = get("preference")
ARMS = ["deep", "flat", "warm"]


def configured(**settings):
    return PREFERENCE.configured(settings)


def test_every_pair_of_arms_is_compared_equally_often():
    counted = Counter(spec.treatment for spec in specs("preference", ARMS, test_trials=30))
    assert counted == {"deep|flat": 10, "deep|warm": 10, "flat|warm": 10}


def test_pairs_are_the_same_in_whatever_order_arms_are_named():
    assert configured().treatments(ARMS) == configured().treatments(ARMS[::-1])


def test_one_arm_alone_cannot_be_compared():
    with pytest.raises(ValueError, match="two conditions"):
        configured().treatments(["deep"])


def test_one_arm_can_be_compared_with_the_real_photo():
    (treatment,) = configured(with_truth=True).treatments(["deep"])
    assert treatment.arms == ("deep", "")
    assert treatment.share == 1


def test_photographs_without_truth_will_do_unless_the_real_photo_is_shown():
    assert not configured().needs_truth
    assert configured(with_truth=True).needs_truth


def test_each_arm_of_a_pair_is_as_often_on_the_left():
    shown = specs("preference", ARMS, test_trials=36)
    for treatment in ("deep|flat", "deep|warm", "flat|warm"):
        left = Counter(arms_by_slot(spec)["left"] for spec in shown if spec.treatment == treatment)
        assert set(left.values()) == {6}


def test_both_pictures_stand_side_by_side_until_the_answer():
    spec = specs("preference", ARMS, **FEW)[0]
    assert [(frame.kind, frame.duration_ms) for frame in spec.frames] == [("blank", 600), ("images", None)]
    assert spec.prompt == "Which picture looks more natural?"


def test_pictures_can_come_one_after_the_other():
    shown = specs("preference", ARMS, presentation="sequential", exposure_ms=1000, test_trials=12)
    assert [frame.kind for frame in shown[0].frames] == ["blank", "images", "blank", "images", "answer"]
    first = Counter((spec.treatment, next(show.arm for _, show in spec.shows)) for spec in shown)
    assert set(first.values()) == {2}


def test_a_tie_is_offered_where_the_study_says_so():
    assert [one.value for one in specs("preference", ARMS, **FEW)[0].answers] == ["left", "right"]
    with_ties = specs("preference", ARMS, ties=True, **FEW)[0]
    assert [one.value for one in with_ties.answers] == ["left", "right", "tie"]


def test_the_answer_is_the_arm_that_was_preferred():
    design = configured(ties=True, with_truth=True)
    spec = specs("preference", ["deep"], with_truth=True, ties=True, **FEW)[0]
    by_arm = {arm: slot for slot, arm in arms_by_slot(spec).items()}
    chosen = [by_arm["deep"], by_arm[""], "tie", None]
    found = [design.outcome(spec, answer, {})["preferred_model"] for answer in chosen]
    assert found == ["deep", "(real)", "(tie)", None]


def test_the_record_says_what_stood_where():
    design = configured()
    spec = specs("preference", ARMS, **FEW)[0]
    left, right = arms_by_slot(spec)["left"], arms_by_slot(spec)["right"]
    record = design.record(spec, "left", {}, {left: "1" * 64, right: "2" * 64})
    assert record == {
        "left_model": left, "right_model": right, "preferred_model": left, "first_model": None,
        "left_digest": "1" * 64, "right_digest": "2" * 64,
    }  # fmt: skip


def test_whoever_prefers_the_vigilance_control_or_sees_no_difference_does_not_pass():
    design = configured(ties=True)
    for spec in specs("preference", ARMS, "vigilance", ties=True, vigilance_share=0.3, **FEW):
        by_arm = {arm: slot for slot, arm in arms_by_slot(spec).items()}
        other = next(slot for arm, slot in by_arm.items() if arm != "random")
        answers = [other, by_arm["random"], "tie", None]
        assert [design.passed(spec, answer, {}) for answer in answers] == [True, False, False, False]


def test_the_vigilance_control_is_compared_with_each_arm_in_turn():
    shown = specs("preference", ARMS, "vigilance", vigilance_share=0.5, test_trials=12, practice_trials=0)
    others = Counter(arm for spec in shown for arm in arms_by_slot(spec).values() if arm != "random")
    assert others == {"deep": 2, "flat": 2, "warm": 2}


def test_the_vigilance_control_is_compared_with_the_real_photo_where_it_is_shown():
    shown = specs("preference", ARMS, "vigilance", with_truth=True, vigilance_share=0.5, **FEW)
    assert {arm for spec in shown for arm in arms_by_slot(spec).values()} == {"random", ""}


def test_no_photo_comes_twice_as_long_as_there_are_others():
    stimuli = dealt(configured(**FEW), ARMS, photos=14)
    photos = Counter(cell.photo for cell in (*stimuli.test, *stimuli.vigilance))
    assert set(photos.values()) == {1}


def test_few_photos_come_again_under_other_pairs():
    stimuli = dealt(configured(**FEW), ARMS, photos=6)
    assert set(Counter(cell.photo for cell in stimuli.test).values()) == {2}
    assert len(set(stimuli.test)) == 12


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ties": "yes"}, "ties must be true or false"),
        ({"presentation": "sequential"}, "exposure_ms must be set"),
        ({"exposure_ms": []}, "one number at least"),
        ({"exposure_ms": [1000, 1000]}, "twice"),
        ({"exposure_ms": [1000, 5]}, "between 10"),
        ({"confidence": "5 steps"}, "none, 3 steps, 4 steps"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        configured(**values)
