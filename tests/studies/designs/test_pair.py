from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.designs import get
from studies.designs._design import Answered, Cell, Stimuli


def cells(prefix, count, conditions=("a",)):
    return tuple(Cell(f"{prefix}{n:03}", conditions[n % len(conditions)]) for n in range(count))


def plan(settings=None, *, test=40, vigilance=4, practice=10, conditions=("a", "b"), seed=1):
    stimuli = Stimuli(
        practice=cells("p", practice),
        test=cells("t", test, conditions),
        vigilance=cells("v", vigilance, ("random",)),
    )
    return get("pair").configured(settings or {}).upcoming(stimuli, [], seed)


def fake_first(spec):
    return next(show.arm for _, show in spec.shows) == spec.condition


def test_the_defaults_are_the_protocol():
    assert vars(get("pair").settings) == {
        "wording": "fake colours",
        "presentation": "sequential",
        "exposure_ms": 1000,
        "lead_in_ms": 900,
        "gap_ms": 600,
        "mask": "none",
        "answer_limit_ms": None,
        "practice_trials": 10,
        "feedback_ms": 2400,
        "test_trials": 40,
        "vigilance_share": 0.40,
        "break_every": 20,
        "confidence": "none",
    }
    needs = get("pair").needs()
    assert (needs.practice, needs.test, needs.vigilance) == (10, 40, 16)


def test_whoever_is_asked_for_the_camera_answers_right_by_the_real_photo_and_the_table_is_the_same():
    """Palette asks so; the columns still say where the fake was, and which side was called fake."""
    design = get("pair").configured({"wording": "from a camera", "presentation": "simultaneous"})
    for spec in plan({"wording": "from a camera", "presentation": "simultaneous"}):
        assert spec.prompt == "Which image would you guess is from a camera?"
        arms = {show.slot: show.arm for _, show in spec.shows}
        fake = "right" if spec.key == "left" else "left"
        assert (arms[spec.key], arms[fake]) == ("", spec.condition)
        right = design.record(spec, spec.key, {}, {})
        wrong = design.record(spec, fake, {}, {})
        assert right["fake_side"] == right["chosen_side"] == wrong["fake_side"] == fake[0].upper()
        assert wrong["chosen_side"] == spec.key[0].upper()
        assert (right["fooled"], wrong["fooled"]) == (0, 1)
        assert design.record(spec, None, {}, {})["chosen_side"] is None
        assert design.passed(spec, spec.key, {})
        told = design.feedback(Answered(spec, fake))
        assert told is None or (told.right, told.captions[fake]) == (False, "invented")


def test_a_sequential_pair_shows_one_picture_after_the_other():
    kinds = [(frame.kind, frame.duration_ms) for frame in plan()[0].frames]
    assert kinds == [("blank", 900), ("images", 1000), ("blank", 600), ("images", 1000), ("answer", None)]


def test_a_simultaneous_pair_shows_both_at_once():
    frames = plan({"presentation": "simultaneous"})[0].frames
    assert [frame.kind for frame in frames] == ["blank", "images", "answer"]
    assert [picture.slot for picture in frames[1].images] == ["left", "right"]


def test_a_mask_follows_each_picture_as_four_frames_of_noise():
    frames = plan({"mask": "noise"})[0].frames
    assert [frame.kind for frame in frames] == (
        ["blank", "images"] + ["noise"] * 4 + ["blank", "images"] + ["noise"] * 4 + ["answer"]
    )
    assert {frame.duration_ms for frame in frames if frame.kind == "noise"} == {30}


def test_no_pause_is_no_frame():
    frames = plan({"lead_in_ms": 0, "gap_ms": 0})[0].frames
    assert [frame.kind for frame in frames] == ["images", "images", "answer"]


def test_the_key_is_where_the_fake_is():
    for spec in plan():
        arms = {show.slot: show.arm for _, show in spec.shows}
        assert arms[spec.key] == spec.condition
        assert sorted(arms.values()) == ["", spec.condition]


def test_practice_comes_first_and_in_its_order():
    specs = plan()
    assert [spec.kind for spec in specs[:10]] == ["practice"] * 10
    assert [spec.photo for spec in specs[:10]] == [f"p{n:03}" for n in range(10)]
    assert all(spec.kind != "practice" for spec in specs[10:])


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**62),
    test=st.integers(1, 60),
    vigilance=st.integers(0, 8),
    conditions=st.integers(1, 4),
)
def test_sides_and_orders_are_as_balanced_as_the_counts_allow(seed, test, vigilance, conditions):
    names = tuple("abcd"[:conditions])
    specs = plan(test=test, vigilance=min(vigilance, test), conditions=names, practice=7, seed=seed)
    main = [spec for spec in specs if spec.kind != "practice"]
    groups = [main, [spec for spec in main if spec.kind == "test"]]
    groups += [[spec for spec in main if spec.condition == name] for name in (*names, "random")]
    groups += [specs[:7]]
    for group in groups:
        sides = Counter(spec.key for spec in group)
        assert abs(sides["left"] - sides["right"]) <= 1
        corners = Counter((spec.key, fake_first(spec)) for spec in group)
        every = [corners[side, first] for side in ("left", "right") for first in (True, False)]
        assert max(every) - min(every) <= 1


def test_forty_trials_are_balanced_exactly():
    corners = Counter((spec.key, fake_first(spec)) for spec in plan() if spec.kind == "test")
    assert set(corners.values()) == {10}


@settings(deadline=None)
@given(seed=st.integers(0, 2**62), test=st.integers(1, 60), vigilance=st.integers(0, 12))
def test_vigilance_is_spread_and_never_first(seed, test, vigilance):
    vigilance = min(vigilance, test)
    specs = plan(test=test, vigilance=vigilance, practice=0, seed=seed)
    places = [at for at, spec in enumerate(specs) if spec.kind == "vigilance"]
    assert len(places) == vigilance
    assert len(specs) == test + vigilance
    assert 0 not in places
    for index, place in enumerate(places):
        low = 1 + index * (len(specs) - 1) // vigilance
        assert low <= place < 1 + (index + 1) * (len(specs) - 1) // vigilance


def test_conditions_are_spread_over_the_whole_test():
    specs = [spec for spec in plan(seed=5) if spec.kind == "test"]
    early = Counter(spec.condition for spec in specs[:20])
    assert abs(early["a"] - early["b"]) <= 4


def test_the_side_of_the_first_picture_tells_nothing():
    """Over many plans, the picture that comes first is as often the fake as not, on either side."""
    corners = Counter()
    for seed in range(200):
        for spec in plan(test=6, vigilance=1, practice=3, seed=seed):
            first = next(picture for frame in spec.frames for picture in frame.images)
            corners[spec.kind, first.slot, first.arm == ""] += 1
    for kind, expected in (("practice", 150), ("test", 300), ("vigilance", 50)):
        for slot in ("left", "right"):
            for real in (True, False):
                assert corners[kind, slot, real] == pytest.approx(expected, abs=5 * expected**0.5)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"presentation": "both"}, "sequential, simultaneous"),
        ({"exposure_ms": 0}, "between 10"),
        ({"exposure_ms": "1000"}, "whole number"),
        ({"exposure_ms": True}, "whole number"),
        ({"mask": None}, "none, noise"),
        ({"test_trials": 0}, "between 1"),
        ({"vigilance_share": float("nan")}, "between 0"),
        ({"vigilance_share": "0.1"}, "a number"),
        ({"answer_limit_ms": 10}, "between 500"),
        ({"exposure": 500}, "exposure_ms"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        get("pair").configured(values)


def test_the_length_of_a_participation_is_estimated():
    assert 4 <= get("pair").estimated_minutes() <= 8


def test_several_exposures_are_balanced_with_sides_and_orders():
    specs = [spec for spec in plan({"exposure_ms": [1000, 3000]}) if spec.kind == "test"]
    corners = Counter((spec.key, fake_first(spec), exposure(spec)) for spec in specs)
    assert set(corners.values()) == {5}
    for arm in ("a", "b"):
        levels = Counter(exposure(spec) for spec in specs if spec.condition == arm)
        assert abs(levels[1000] - levels[3000]) <= 2
    assert {spec.arrangement for spec in specs} >= {"left-first-1000", "right-second-3000"}


def exposure(spec):
    (level,) = {frame.duration_ms for frame in spec.frames if frame.kind == "images"}
    return level
