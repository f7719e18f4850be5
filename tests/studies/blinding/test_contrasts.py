"""Whatever a design shows: pictures are compared that differ in their arm, and in nothing else by plan."""

from dataclasses import replace
from uuid import UUID

import numpy as np

from studies.blinding.contrasts import contrasts
from studies.blinding.observations import Picture, table_of
from studies.blinding.verdict import judge
from tests.studies.blinding.test_verdict import observed, pictures


def trials(rng, *arms, photos=40, times=2):
    """Pictures of trials that each show these arms of one photo."""
    found = []
    for at in range(photos * times):
        code = UUID(bytes=rng.bytes(16), version=4)
        for place, arm in enumerate(rng.permutation(arms)):
            one = observed(rng, pairs=1)[0].one
            found.append(
                replace(one, photo=f"photo-{at % photos}", arm=str(arm), code=code, number=at + 1,
                        place=place, turn=place)
            )  # fmt: skip
    return found


def told(seen: list[Picture]) -> dict[str, set[str]]:
    """What tells, by what it tells apart."""
    found = {}
    for name, pairs in (compared := contrasts(seen)).items():
        verdict = judge(table_of(pairs), np.random.default_rng(0), tables=len(compared))
        found[name] = {one.name for one in verdict.telling}
    return found


def slower(seen, arm):
    late = {one.token for one in seen if one.arm == arm}
    return [
        replace(one, latencies=tuple(time + 3 for time in one.latencies)) if one.token in late else one
        for one in seen
    ]


def test_a_pair_test_is_compared_within_its_trials():
    pairs = observed(np.random.default_rng(3))
    assert contrasts(pictures(pairs)) == {"": pairs}


def test_single_pictures_are_compared_within_their_photos():
    rng = np.random.default_rng(4)
    seen = trials(rng, "", times=1) + trials(rng, "deep", times=1)
    compared = contrasts(seen)
    assert compared.keys() == {""}
    assert len(compared[""]) == 40
    for pair in compared[""]:
        assert pair.one.photo == pair.other.photo
        assert (pair.one.arm, pair.other.arm) == ("deep", "")
    assert told(seen) == {"": set()}
    assert "latency, lowest" in told(slower(seen, "deep"))[""]


def test_single_pictures_of_photos_of_which_no_real_one_was_seen_wait():
    seen = trials(np.random.default_rng(4), "deep") + trials(np.random.default_rng(5), "flat")
    real = trials(np.random.default_rng(6), "", photos=1, times=1)
    assert contrasts([*seen, *real]).keys() == {""}
    assert len(contrasts([*seen, *real])[""]) == 1


def test_two_arms_are_told_apart_once():
    seen = trials(np.random.default_rng(5), "deep", "flat")
    assert told(seen) == {"deep": set()}
    assert "latency, lowest" in told(slower(seen, "flat"))["deep"]


def test_of_several_arms_each_is_held_against_the_others():
    rng = np.random.default_rng(6)
    seen = [one for two in (("a", "b"), ("b", "c"), ("a", "c")) for one in trials(rng, *two)]
    assert told(seen) == {"a": set(), "b": set(), "c": set()}
    assert "latency, lowest" in told(slower(seen, "b"))["b"]


def test_of_trials_apart_their_order_is_an_observation():
    rng = np.random.default_rng(7)
    last = [replace(one, number=one.number + 100) for one in trials(rng, "deep")]
    assert "trial, its number" in told(trials(rng, "") + last)[""]


def test_the_control_is_held_against_all_and_no_arm_against_it():
    rng = np.random.default_rng(8)
    seen = trials(rng, "a", "b") + trials(rng, "control", "b", times=1)
    compared = contrasts(seen, "control")
    assert {name: len(pairs) for name, pairs in compared.items()} == {"a": 80, "control": 40}
    assert {pair.other.arm for pair in compared["a"]} == {"b"}
    assert {pair.one.arm for pair in compared["control"]} == {"control"}


def test_a_server_that_becomes_slower_meanwhile_tells_nothing_of_pictures_shown_apart():
    """Arms that come more often than the photo were held against later and later pictures of it."""
    rng = np.random.default_rng(9)
    shown = trials(rng, "", times=4) + trials(rng, "deep", times=8)
    shown = [shown[at] for at in rng.permutation(len(shown))]
    slowing = [
        replace(one, number=at % 10, latencies=tuple(time + at / 20 for time in one.latencies))
        for at, one in enumerate(shown)
    ]
    assert told(slowing) == {"": set()}


def test_an_easy_way_out_is_none():
    assert contrasts([]) == {}
    assert contrasts(trials(np.random.default_rng(8), "deep")) == {}
