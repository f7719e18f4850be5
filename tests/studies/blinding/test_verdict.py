"""Planted leaks of many kinds are found, and honest observations pass."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from studies.blinding.observations import Pair, Picture, table_of, uneven
from studies.blinding.verdict import ALPHA, judge

PLAIN = (("Content-Type", "application/octet-stream"), ("Content-Length", "100"))


def observed(rng: np.random.Generator, *, pairs: int = 120, photos: int = 60) -> list[Pair]:
    """Pairs as an honest server gives them."""

    def picture(place: int, **trial) -> Picture:
        return Picture(
            token=UUID(bytes=rng.bytes(16), version=4), place=place, turn=place, status=200, headers=PLAIN,
            length=100, envelope={"chunks": "IHDR, IDAT"}, latencies=tuple(rng.gamma(4, 1, 3)), **trial,
        )  # fmt: skip

    found = []
    for number in range(pairs):
        side = int(rng.integers(2))
        code = UUID(bytes=rng.bytes(16), version=4)
        trial = {"photo": f"photo-{number % photos}", "number": 1 + number % 48, "practice": number % 48 < 8}
        one = picture(side, arm="deep", code=code, **trial)
        found.append(Pair(one, picture(1 - side, arm="", code=code, **trial)))
    return found


def pictures(pairs: list[Pair]) -> list[Picture]:
    return [one for pair in pairs for one in pair.pictures]


def fakes(pairs: list[Pair], change: Callable[[Pair], Picture]) -> list[Pair]:
    return [replace(pair, one=change(pair)) for pair in pairs]


def told(pairs: list[Pair], seed: int = 0) -> set[str]:
    return {one.name for one in judge(table_of(pairs), np.random.default_rng(seed)).telling}


def test_an_honest_server_passes():
    assert told(observed(np.random.default_rng(3))) == set()


def slower(pair: Pair) -> Picture:
    return replace(pair.one, latencies=tuple(latency + 2 for latency in pair.one.latencies))


def extreme(pair: Pair) -> Picture:
    """As quick on average, but never near the middle."""
    return replace(pair.one, latencies=(0.5 if pair.one.number % 2 else 12.0,) * 3)


def cached(pair: Pair) -> Picture:
    return replace(pair.one, headers=(*PLAIN, ("X-Cache", "HIT")))


def longer(pair: Pair) -> Picture:
    return replace(pair.one, length=101)


def marked(pair: Pair) -> Picture:
    return replace(pair.one, token=UUID(int=pair.one.token.int | 1 << 17))


@pytest.mark.parametrize(
    ("leak", "name"),
    [
        (slower, "latency, lowest"),
        (extreme, "classifier, bent, with pairs of observations"),
        (cached, "header, x-cache"),
        (longer, "length"),
        (marked, "address, its most telling bit"),
    ],
)
def test_a_planted_leak_is_found(leak, name):
    assert name in told(fakes(observed(np.random.default_rng(3)), leak))


def test_two_observations_that_tell_only_together_are_found():
    def crossed(pair: Pair) -> Picture:
        """Slow on the left, quick on the right."""
        late = 12.0 if pair.one.place == 0 else 0.5
        return replace(pair.one, latencies=(late,) * 3)

    pairs = fakes(observed(np.random.default_rng(3), pairs=240), crossed)
    assert "classifier, bent, with pairs of observations" in told(pairs)


def test_a_leaning_design_is_found():
    pairs = observed(np.random.default_rng(3))
    leaning = [
        replace(pair, one=replace(pair.one, place=0), other=replace(pair.other, place=1)) for pair in pairs
    ]
    assert "position, side" in told(leaning)


def test_false_alarms_are_as_rare_as_stated():
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(300):
        table = table_of(observed(rng, pairs=40, photos=20))
        few = replace(table, names=table.names[2:5], values=table.values[:, :, 2:5])
        alarms += bool(judge(few, rng, permutations=999).telling)
    # Of 300 at 1 %: more than 9 would come once in 1000.
    assert alarms <= 9


def test_photos_that_repeat_are_not_taken_for_more_photos():
    """The same 3 photos a hundred times over prove nothing about photos."""
    pairs = observed(np.random.default_rng(3), pairs=300, photos=3)
    assert told(fakes(pairs, slower)) == set()
    verdict = judge(table_of(fakes(pairs, slower)), np.random.default_rng(0))
    assert all(one.smallest is None for one in verdict.findings)


def test_the_stated_power_is_what_is_reached():
    """A shift of latency that tells the fake as often as stated is found about four times in five."""
    rng = np.random.default_rng(5)
    stated = next(
        one.smallest
        for one in judge(table_of(observed(rng, pairs=120, photos=120)), rng).findings
        if one.name == "latency, first request"
    )
    found = 0
    for _ in range(40):
        pairs = observed(rng, pairs=120, photos=120)
        late = [rng.random() < stated for _ in pairs]
        turned = [
            replace(
                pair,
                one=replace(pair.one, latencies=(max(both) if is_late else min(both),) * 3),
                other=replace(pair.other, latencies=(min(both) if is_late else max(both),) * 3),
            )
            for pair, is_late in zip(pairs, late, strict=True)
            for both in [(pair.one.latencies[0], pair.other.latencies[0])]
        ]
        table = table_of(turned)
        verdict = judge(table, rng, permutations=2999)
        found += any(one.tells for one in verdict.findings if one.name.startswith("latency"))
    assert 24 <= found <= 40


def test_equal_seeds_judge_equally():
    pairs = observed(np.random.default_rng(3))
    assert judge(table_of(pairs), np.random.default_rng(4)) == judge(
        table_of(pairs), np.random.default_rng(4)
    )


@pytest.mark.parametrize("leak", [longer, cached])
def test_what_must_be_the_same_is_told_without_statistics(leak):
    pairs = observed(np.random.default_rng(3))
    assert uneven(pictures(pairs)) == []
    assert uneven(pictures(fakes(pairs[:1], leak) + pairs[1:]))


def test_photos_may_differ_from_each_other_but_not_the_two_pictures_of_one():
    pairs = observed(np.random.default_rng(3))
    large = [replace(one, photo="large", length=2048) for one in pairs[0].pictures]
    rest = pictures(pairs[1:])
    assert uneven([*large, *rest]) == []
    assert uneven([large[0], replace(large[1], length=100), *rest])


def test_bytes_of_one_showing_that_come_again_are_told():
    pairs = observed(np.random.default_rng(3))
    sample = bytes(range(64))
    honest = fakes(pairs, lambda pair: replace(pair.one, sample=pair.one.token.bytes * 4))
    assert uneven(pictures(honest)) == []
    same = fakes(pairs[:2], lambda pair: replace(pair.one, sample=sample))
    assert uneven(pictures(same)) == ["Bytes of one showing of a picture come again in another showing."]


def test_alpha_is_one_in_a_hundred():
    assert ALPHA == 0.01
