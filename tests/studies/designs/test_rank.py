from collections import Counter
from itertools import combinations

import pytest

from studies.designs import get
from studies.designs._base import arms_by_slot
from studies.designs._subsets import subsets, together
from tests.studies.designs.plans import FEW, played, specs

RANK = get("rank")
ARMS = ["deep", "flat", "pale", "warm"]
NAMES = "abcdefghijkl"


def configured(**settings):
    return RANK.configured(settings)


def test_all_sets_are_shown_where_they_are_few():
    sets = [one.arms for one in configured(pictures=3).treatments(ARMS)]
    assert sets == list(combinations(ARMS, 3))


@pytest.mark.parametrize("count", range(2, 13))
@pytest.mark.parametrize("size", range(2, 7))
def test_arms_come_equally_often_and_pairs_as_evenly_as_can_be(count, size):
    if size > count:
        return
    sets = subsets(NAMES[:count], size)
    assert len(set(sets)) == len(sets) <= max(66, 6 * count)
    assert len(set(Counter(arm for one in sets for arm in one).values())) == 1
    pairs = together(sets)
    counts = [pairs[pair] for pair in combinations(NAMES[:count], 2)]
    assert min(counts) > 0
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(("count", "size", "sets", "each"), [(7, 3, 7, 1), (9, 4, 18, 3), (11, 5, 11, 2)])
def test_known_balanced_incomplete_blocks_are_found(count, size, sets, each):
    found = subsets(NAMES[:count], size)
    assert len(found) == sets
    assert set(together(found).values()) == {each}


@pytest.mark.parametrize("pictures", [0, 1, 7, 2.5, "4", True])
def test_two_to_six_pictures_are_shown_at_once(pictures):
    with pytest.raises(ValueError, match="pictures must be"):
        configured(pictures=pictures)


def test_there_must_be_as_many_arms_as_pictures():
    with pytest.raises(ValueError, match=r"shows 4 pictures.* only 3 to choose"):
        configured().treatments(ARMS[:3])
    assert configured(with_truth=True).treatments(ARMS[:3])[0].arms == (*ARMS[:3], "")


def test_the_real_photo_needs_a_set_that_has_it():
    assert not configured().needs_truth
    assert configured(with_truth=True).needs_truth


def test_each_arm_stands_in_each_place_equally_often():
    counted = Counter(
        (show.slot, show.arm) for spec in specs("rank", ARMS, test_trials=40) for _, show in spec.shows
    )
    assert set(counted.values()) == {10}


def test_neighbours_change():
    shown = specs("rank", ARMS, test_trials=40)
    rows = {tuple(arms_by_slot(spec)[slot] for slot in spec.slots) for spec in shown}
    assert len(rows) == 8


def test_all_pictures_stand_there_until_the_answer():
    spec = specs("rank", ARMS, **FEW)[0]
    assert [(frame.kind, frame.duration_ms) for frame in spec.frames] == [("blank", 600), ("images", None)]
    assert [one.value for one in spec.answers] == ["1", "2", "3", "4"] == list(spec.slots)
    assert [show.slot for _, show in spec.shows] == ["1", "2", "3", "4"]
    assert spec.more == ()


def test_the_worst_is_asked_for_where_the_study_says_so():
    spec = specs("rank", ARMS, ask_worst=True, **FEW)[0]
    (question,) = spec.more
    assert (question.name, question.prompt) == ("worst", "Which picture looks least natural?")
    assert [one.value for one in question.answers] == ["1", "2", "3", "4"]


def test_of_two_the_other_one_is_the_worst_anyway():
    with pytest.raises(ValueError, match="three pictures"):
        configured(pictures=2, ask_worst=True)


def test_the_answer_is_the_best_arm_and_the_worst():
    design = configured(ask_worst=True)
    spec = specs("rank", ARMS, ask_worst=True, **FEW)[0]
    arms = arms_by_slot(spec)
    assert design.outcome(spec, "1", {"worst": "3"}) == {"best_model": arms["1"], "worst_model": arms["3"]}
    assert design.outcome(spec, "1", {}) == {"best_model": arms["1"], "worst_model": None}
    assert design.outcome(spec, None, {}) == {"best_model": None, "worst_model": None}


def test_the_best_cannot_be_the_worst():
    design = configured(ask_worst=True)
    spec = specs("rank", ARMS, ask_worst=True, **FEW)[0]
    assert design.outcome(spec, "1", {"worst": "1"})["worst_model"] is None


def test_the_real_photo_has_a_name_in_the_table():
    design = configured(with_truth=True)
    spec = specs("rank", ARMS[:3], with_truth=True, **FEW)[0]
    slot = next(slot for slot, arm in arms_by_slot(spec).items() if arm == "")
    record = design.record(spec, slot, {}, {"": "4" * 64})
    assert (record["best_model"], record[f"shown_{slot}"], record[f"digest_{slot}"]) == (
        "(real)", "(real)", "4" * 64,
    )  # fmt: skip


def test_the_vigilance_control_takes_the_place_of_each_arm_in_turn():
    shown = specs("rank", ARMS, "vigilance", test_trials=16, vigilance_share=0.5, practice_trials=0)
    missing = Counter(arm for spec in shown for arm in {*ARMS} - {*arms_by_slot(spec).values()})
    assert set(missing.values()) == {2}
    assert all("random" in arms_by_slot(spec).values() for spec in shown)


def test_whoever_calls_the_vigilance_control_best_does_not_pass():
    for item in played("rank", ARMS, vigilance_share=0.3, **FEW):
        spec = item.spec
        if spec.kind == "vigilance":
            passed = {arm: RANK.passed(spec, slot, {}) for slot, arm in arms_by_slot(spec).items()}
            assert passed == {arm: arm != "random" for arm in passed}
            assert RANK.passed(spec, None, {}) is False
