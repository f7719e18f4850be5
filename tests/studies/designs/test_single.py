from collections import Counter

import numpy as np
import pytest

from studies.designs import get
from studies.designs._design import ONE_CONDITION, Answered
from studies.rules import randomisation
from tests.studies.designs.plans import dealt, played, specs

SINGLE = get("single")
ARMS = ["deep", "flat"]
SMALL = {"practice_trials": 2, "qualification_trials": 10, "test_trials": 12, "vigilance_share": 0}


def configured(**settings):
    return SINGLE.configured(SMALL | settings)


def qualification(history):
    return [item for item in history if item.spec.facts.get("qualification")]


def after(rights_on_real, rights_on_fake, *, voided=(), **settings):
    """The history of a participation up to the end of its qualification, with so many right answers."""
    design = configured(**settings)
    stimuli = dealt(design, ARMS)
    left = {"real": rights_on_real, "fake": rights_on_fake}
    history = []
    for spec in design.upcoming(stimuli, [], 3):
        right = not spec.facts or left[spec.key] > 0
        left[spec.key] -= bool(spec.facts)
        answer = spec.key if right else "real" if spec.key == "fake" else "fake"
        history.append(Answered(spec, answer, voided=bool(spec.facts) and not right and spec.key in voided))
    return design, stimuli, history


def test_one_picture_is_shown_without_limit():
    (spec, *_) = specs("single", ARMS, **SMALL)
    assert [(frame.kind, frame.duration_ms) for frame in spec.frames] == [("blank", 900), ("images", None)]
    assert spec.slots == ("centre",)
    assert [one.value for one in spec.answers] == ["real", "fake"]


def test_half_of_the_pictures_are_real_and_the_arms_share_the_rest():
    assert Counter(spec.condition for spec in specs("single", ARMS, **SMALL)) == {"": 6, "deep": 3, "flat": 3}


@pytest.mark.parametrize("judged", [0, 3])
def test_one_arm_alone_is_shown_in_half_of_the_trials_too(judged):
    design = configured()
    material = randomisation.Material(
        [f"p{n}" for n in range(20)],
        [f"t{n}" for n in range(40)],
        design.treatments(["a", "b", "c"]),
        "random",
    )
    stimuli = randomisation.allocate(
        material, design.needs(), {}, allocation=ONE_CONDITION, rng=np.random.default_rng(judged)
    )
    assert sorted(Counter(cell.treatment for cell in stimuli.test).values()) == [6, 6]


def test_the_qualification_is_half_real_and_half_by_the_vigilance_control():
    asked = [item.spec for item in qualification(played("single", ARMS, **SMALL))]
    assert Counter(spec.condition for spec in asked) == {"": 5, "random": 5}
    assert {spec.kind for spec in asked} == {"practice"}
    assert not any(spec.feedback for spec in asked)


def test_the_qualification_comes_after_practice_and_before_the_test():
    kinds = [
        "qualification" if item.spec.facts else item.spec.kind for item in played("single", ARMS, **SMALL)
    ]
    assert kinds == ["practice"] * 2 + ["qualification"] * 10 + ["test"] * 12


@pytest.mark.parametrize(
    ("on_real", "on_fake", "verdict"),
    [
        (5, 5, ""), (4, 4, ""), (3, 5, "failed_qualification"), (5, 3, "failed_qualification"),
        (0, 0, "failed_qualification"),
    ],
)  # fmt: skip
def test_less_than_65_percent_of_either_kind_ends_the_participation(on_real, on_fake, verdict):
    design, stimuli, history = after(on_real, on_fake)
    assert design.verdict(history) == verdict
    assert bool(design.upcoming(stimuli, history, 3)) is (verdict == "")


def test_exactly_the_share_that_must_be_right_is_enough():
    design, _, history = after(11, 11, qualification_trials=40, qualification_pass=0.55)
    assert design.verdict(history) == ""


def test_nothing_is_decided_before_the_qualification_is_over():
    design, stimuli, history = after(0, 0)
    assert design.verdict(history[:-1]) == ""
    assert len(design.upcoming(stimuli, history[:-1], 3)) == 1


def test_spoiled_trials_are_not_counted_against_anybody():
    design, _, history = after(5, 0, voided=("fake",))
    assert design.verdict(history) == ""


def test_no_answer_in_time_is_not_right():
    design, _, history = after(5, 5)
    late = [Answered(item.spec, None) for item in history]
    assert design.verdict(late) == "failed_qualification"


def test_without_a_qualification_everything_is_certain_at_once():
    design = configured(qualification_trials=0)
    assert design.needs().easy is None
    assert len(design.upcoming(dealt(design, ARMS), [], 3)) == 14


def test_the_qualification_needs_a_vigilance_control():
    design = configured()
    material = randomisation.Material(["p"] * 20, ["t"] * 40, design.treatments(ARMS))
    with pytest.raises(ValueError, match="no vigilance condition"):
        randomisation.check_supply(material, design.needs())


def test_practice_begins_with_two_easy_ones_and_shows_real_photos_too():
    history = played("single", ARMS, **SMALL | {"practice_trials": 10})
    taught = [item.spec for item in history if item.spec.kind == "practice" and not item.spec.facts]
    assert [spec.condition for spec in taught[:2]] == ["random", "random"]
    assert Counter(spec.condition for spec in taught[2:]) == {"": 4, "deep": 2, "flat": 2}
    assert all(spec.feedback for spec in taught)


@pytest.mark.parametrize(
    ("arm", "answer", "called_real", "wrong"),
    [
        ("", "real", 1, 0), ("", "fake", 0, 1), ("deep", "real", 1, 1), ("deep", "fake", 0, 0),
        ("", None, None, None),
    ],
)  # fmt: skip
def test_what_an_answer_means(arm, answer, called_real, wrong):
    spec = next(spec for spec in specs("single", ["deep"], **SMALL) if spec.condition == arm)
    assert SINGLE.outcome(spec, answer, {}) == {"called_real": called_real, "wrong": wrong}
    record = SINGLE.record(spec, answer, {}, {arm: "3" * 64})
    assert (record["is_real"], record["shown_digest"]) == (int(arm == ""), "3" * 64)
    assert record["qualification"] == 0


def test_practice_says_what_the_picture_was():
    design = configured()
    for item in played("single", ARMS, **SMALL)[:2]:
        told = design.feedback(item)
        assert told.right is True
        assert told.captions == {"centre": "real" if item.spec.condition == "" else "invented"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"qualification_trials": 5}, "must be even"),
        ({"qualification_pass": 1.1}, "between 0 and 1"),
        ({"exposure_ms": 0}, "between 10"),
        ({"exposure": 500}, "exposure_ms"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        configured(**values)
