from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.designs._design import ONCE, ONCE_PER_TREATMENT, REPEATED, UNDER_EACH, Cell, Needs, Treatment
from studies.rules.randomisation import MIXED, ONE_CONDITION, Material, NotEnoughPhotos, allocate


def material(test=30, practice=6, conditions="ab", vigilance="v"):
    return Material(
        practice_photos=[f"p{n:04}" for n in range(practice)],
        test_photos=[f"t{n:04}" for n in range(test)],
        treatments=[Treatment((arm,), 1 / len(conditions)) for arm in conditions],
        vigilance=vigilance,
    )


def crowd(count, stuff, needs, allocation, seed=0):
    """Allocate for so many participations in a row, each seeing what those before were given."""
    judged, given_cells = Counter(), []
    for number in range(count):
        stimuli = allocate(
            stuff, needs, judged, allocation=allocation, rng=np.random.default_rng([seed, number])
        )
        judged.update(stimuli.test + stimuli.vigilance)
        given_cells.append(stimuli)
    return judged, given_cells


shapes = st.fixed_dictionaries(
    {
        "test": st.integers(8, 40),
        "conditions": st.sampled_from(["a", "ab", "abc"]),
        "seed": st.integers(0, 999),
    }
)


@settings(deadline=None, max_examples=30)
@given(shape=shapes, allocation=st.sampled_from([MIXED, ONE_CONDITION]))
def test_nobody_sees_a_photo_twice_and_everybody_gets_their_number(shape, allocation):
    stuff = material(shape["test"], conditions=shape["conditions"])
    needs = Needs(practice=4, test=6, vigilance=2)
    for stimuli in crowd(6, stuff, needs, allocation, shape["seed"])[1]:
        photos = [cell.photo for cell in stimuli.practice + stimuli.test + stimuli.vigilance]
        assert len(photos) == len(set(photos)) == 12
        assert {cell.treatment for cell in stimuli.vigilance} == {"v"}
        assert {cell.photo[0] for cell in stimuli.practice} == {"p"}


@settings(deadline=None, max_examples=25)
@given(shape=shapes)
def test_mixed_cells_are_judged_equally_often(shape):
    stuff = material(shape["test"], conditions=shape["conditions"])
    judged, everyone = crowd(40, stuff, Needs(0, 6, 1), MIXED, shape["seed"])
    for condition in shape["conditions"]:
        counts = [judged[Cell(photo, condition)] for photo in stuff.test_photos]
        assert max(counts) - min(counts) <= 1
    for stimuli in everyone:
        shares = Counter(cell.treatment for cell in stimuli.test)
        assert set(shares.values()) == {6 // len(shape["conditions"])}


@settings(deadline=None, max_examples=25)
@given(shape=shapes)
def test_one_condition_each_and_each_condition_as_often(shape):
    stuff = material(shape["test"], conditions=shape["conditions"])
    judged, everyone = crowd(30, stuff, Needs(0, 6, 0), ONE_CONDITION, shape["seed"])
    arms = Counter()
    for stimuli in everyone:
        (arm,) = {cell.treatment for cell in stimuli.test}
        arms[arm] += 1
    assert set(arms.values()) == {30 // len(shape["conditions"])}
    for condition in shape["conditions"]:
        counts = [judged[Cell(photo, condition)] for photo in stuff.test_photos]
        assert max(counts) - min(counts) <= 1


def test_shares_that_do_not_divide_even_out_over_participations():
    judged, _ = crowd(30, material(conditions="abc"), Needs(0, 7, 0), MIXED)
    totals = Counter()
    for cell, count in judged.items():
        totals[cell.treatment] += count
    assert set(totals.values()) == {70}


def test_what_was_given_back_is_given_next():
    stuff = material(test=10, conditions="a")
    judged = Counter({Cell(photo, "a"): 1 for photo in stuff.test_photos})
    given_back = stuff.test_photos[2:6]
    for photo in given_back:
        judged[Cell(photo, "a")] = 0
    stimuli = allocate(stuff, Needs(0, 4, 0), judged, allocation=MIXED, rng=np.random.default_rng(1))
    assert sorted(cell.photo for cell in stimuli.test) == given_back


def test_ties_are_broken_by_the_seed():
    def first(seed):
        rng = np.random.default_rng(seed)
        return allocate(material(), Needs(2, 6, 1), {}, allocation=MIXED, rng=rng)

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_every_photo_may_be_needed():
    """As many photos as places: the last places are filled too, and evenly."""
    stuff = material(test=12, conditions="abc")
    judged, _ = crowd(30, stuff, Needs(0, 12, 0), MIXED)
    assert set(judged.values()) == {10}


def test_practice_begins_with_what_is_unmistakable():
    stimuli = allocate(
        material(practice=6), Needs(6, 6, 1), {}, allocation=MIXED, rng=np.random.default_rng(4)
    )
    arms = [cell.treatment for cell in stimuli.practice]
    assert arms[:2] == ["v", "v"]
    assert Counter(arms[2:]) == {"a": 2, "b": 2}


def test_too_few_photos_are_refused_in_words():
    with pytest.raises(NotEnoughPhotos, match="needs 31 test photos, but the study has 30"):
        allocate(material(), Needs(0, 30, 1), {}, allocation=MIXED, rng=np.random.default_rng(1))


def test_vigilance_without_a_control_is_refused():
    with pytest.raises(ValueError, match="no vigilance condition"):
        allocate(material(vigilance=None), Needs(0, 6, 1), {}, allocation=MIXED, rng=np.random.default_rng(1))


SINGLE = [Treatment(("",), 0.5), Treatment(("a",), 0.25), Treatment(("b",), 0.25)]
TWOS = [Treatment(two, 1 / 3) for two in (("a", "b"), ("a", "c"), ("b", "c"))]


def test_each_treatment_gets_its_share_and_what_is_left_over_evens_out():
    stuff = replace(material(40), treatments=SINGLE)
    judged, everyone = crowd(30, stuff, Needs(2, 10, 0), MIXED)
    for stimuli in everyone:
        shares = Counter(cell.treatment for cell in stimuli.test)
        assert shares[""] == 5
        assert sorted((shares["a"], shares["b"])) == [2, 3]
    totals = Counter({name: sum(n for cell, n in judged.items() if cell.treatment == name) for name in "ab"})
    assert totals == {"a": 75, "b": 75}


def test_who_sees_one_arm_sees_the_real_photo_beside_it():
    stuff = replace(material(40), treatments=SINGLE)
    _, everyone = crowd(6, stuff, Needs(0, 6, 0), ONE_CONDITION)
    arms = [frozenset(cell.treatment for cell in stimuli.test) for stimuli in everyone]
    assert Counter(arms) == {frozenset({"", "a"}): 3, frozenset({"", "b"}): 3}
    assert {Counter(cell.treatment for cell in stimuli.test)[""] for stimuli in everyone} == {3}


def test_a_photo_comes_once_under_each_treatment_where_the_design_says_so():
    stuff = replace(material(8), treatments=TWOS, photo_use=ONCE_PER_TREATMENT)
    judged, everyone = crowd(5, stuff, Needs(0, 18, 4), MIXED)
    for stimuli in everyone:
        cells = Counter(stimuli.test + stimuli.vigilance)
        assert len(cells) == 22
        assert Counter(cell.treatment for cell in stimuli.test) == {"a|b": 6, "a|c": 6, "b|c": 6}
    counts = [judged[Cell(photo, one.name)] for photo in stuff.test_photos for one in TWOS]
    assert max(counts) - min(counts) <= 1
    with pytest.raises(NotEnoughPhotos, match="needs 9 test photos, but the study has 8"):
        crowd(1, stuff, Needs(0, 27, 0), MIXED)


@pytest.mark.parametrize("tests", [18, 17])
def test_all_treatments_have_the_same_photos_where_the_design_says_so(tests):
    stuff = replace(material(30, conditions="abc"), photo_use=UNDER_EACH)
    judged, everyone = crowd(20, stuff, Needs(0, tests, 4), MIXED)
    for stimuli in everyone:
        photos = Counter(cell.photo for cell in stimuli.test)
        assert len({*stimuli.test}) == tests
        assert sorted(photos.values())[1:] == [3] * 5
        # As long as there are others, the control's pictures are not of these photos.
        assert not photos.keys() & {cell.photo for cell in stimuli.vigilance}
    counts = [judged[Cell(photo, arm)] for photo in stuff.test_photos for arm in "abc"]
    assert max(counts) - min(counts) <= 1
    with pytest.raises(NotEnoughPhotos, match="needs 31 test photos"):
        crowd(1, stuff, Needs(0, 93, 0), MIXED)


def test_photos_come_again_as_evenly_as_they_can_where_they_may():
    stuff = replace(material(4), treatments=[Treatment(("a",), 1.0)], photo_use=REPEATED)
    _, (stimuli,) = crowd(1, stuff, Needs(0, 10, 5), MIXED)
    assert sorted(Counter(cell.photo for cell in stimuli.test).values()) == [2, 2, 3, 3]
    assert len(stimuli.vigilance) == 5


SINGLES = [Treatment(("",), 0.5), Treatment(("a",), 0.25), Treatment(("b",), 0.25)]


def other(use, photos=20, treatments=SINGLES, vigilance="v"):
    return Material(
        [f"p{n}" for n in range(20)], [f"t{n:02}" for n in range(photos)], treatments, vigilance, use
    )


def test_a_share_that_is_a_whole_number_of_trials_is_kept_whatever_others_lag_behind():
    judged = Counter({Cell("t00", "a"): 9, Cell("t01", "b"): 9})
    for seed in range(5):
        given = allocate(
            other(ONCE), Needs(0, 6, 0), judged, allocation=MIXED, rng=np.random.default_rng(seed)
        )
        assert Counter(cell.treatment for cell in given.test)[""] == 3


def test_whoever_sees_one_arm_sees_the_real_photo_as_often_as_everybody():
    for seed in range(5):
        given = allocate(
            other(ONCE), Needs(0, 8, 0), {}, allocation=ONE_CONDITION, rng=np.random.default_rng(seed)
        )
        assert sorted(Counter(cell.treatment for cell in given.test).values()) == [4, 4]
        assert {cell.treatment for cell in given.test} in ({"", "a"}, {"", "b"})


def test_practice_shows_treatments_by_their_shares():
    given = allocate(other(ONCE), Needs(10, 4, 0), {}, allocation=MIXED, rng=np.random.default_rng(1))
    names = [cell.treatment for cell in given.practice]
    assert names[:2] == ["v", "v"]
    assert Counter(names[2:]) == {"": 4, "a": 2, "b": 2}


def test_a_design_may_ask_for_more_easy_practice():
    needs = Needs(10, 4, 0, easy=7)
    given = allocate(other(ONCE), needs, {}, allocation=MIXED, rng=np.random.default_rng(1))
    assert [cell.treatment for cell in given.practice[:7]] == ["v"] * 7
    assert "v" not in {cell.treatment for cell in given.practice[7:]}
    with pytest.raises(ValueError, match="no vigilance condition"):
        allocate(other(ONCE, vigilance=None), needs, {}, allocation=MIXED, rng=np.random.default_rng(1))


@pytest.mark.parametrize("use", [ONCE_PER_TREATMENT, REPEATED])
def test_a_photo_may_come_again_but_only_when_all_have_come(use):
    given = allocate(
        other(use, photos=8), Needs(0, 12, 2), {}, allocation=MIXED, rng=np.random.default_rng(2)
    )
    photos = Counter(cell.photo for cell in (*given.test, *given.vigilance))
    assert set(photos.values()) == {1, 2}
    assert len(photos) == 8
    assert len({*given.test, *given.vigilance}) == 14


@pytest.mark.parametrize("use", [ONCE_PER_TREATMENT, REPEATED])
def test_cells_are_judged_equally_often_where_photos_come_again(use):
    judged, _ = crowd(40, other(use, photos=10), Needs(0, 8, 1), MIXED)
    for treatment, expected in (("", 16), ("a", 8), ("b", 8)):
        counts = [judged[Cell(f"t{n:02}", treatment)] for n in range(10)]
        assert sum(counts) == 10 * expected
        assert max(counts) - min(counts) <= 3
