"""Which arms are shown together if not all fit into a trial: all subsets, or balanced incomplete blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import TypeVar

# So many different sets are shown in full; of more, a balanced selection.
MOST_SUBSETS = 20
# A selection is n sets for each of its cycles.
MOST_CYCLES = 4

Set = tuple[int, ...]
T = TypeVar("T")


def subsets(arms: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Sets of this size: each arm in as many as any other, and each pair together as often as can be had."""
    return [tuple(arms[index] for index in one) for one in _chosen(len(arms), size)]


def together(sets: Iterable[tuple[T, ...]]) -> Counter[tuple[T, T]]:
    """How many sets hold each pair."""
    return Counter(pair for one in sets for pair in combinations(one, 2))


@lru_cache(maxsize=64)
def _chosen(count: int, size: int) -> tuple[Set, ...]:
    every = _all_or_none(count, size)
    if every:
        return every
    # Cyclic designs: a set and all that it becomes by counting on, modulo the number of arms. Cycles are
    # added while one more makes the pairs more even.
    chosen: tuple[Set, ...] = ()
    starts = [_cycle((0, *rest), count) for rest in combinations(range(1, count), size - 1)]
    cycles = list(dict.fromkeys(starts))
    for _ in range(min(MOST_CYCLES, len(cycles))):
        best = min(cycles, key=lambda cycle: _unevenness((*chosen, *cycle), count))
        if chosen and _unevenness((*chosen, *best), count) >= _unevenness(chosen, count):
            break
        chosen += best
        cycles.remove(best)
    return tuple(sorted(chosen))


def _all_or_none(count: int, size: int) -> tuple[Set, ...]:
    """All sets, if they are few; of pairs all in any case, as each says what no other does."""
    if size > 2 and comb(count, size) > MOST_SUBSETS:
        return ()
    return tuple(combinations(range(count), size))


def _cycle(start: Set, count: int) -> tuple[Set, ...]:
    return tuple(sorted({tuple(sorted((one + step) % count for one in start)) for step in range(count)}))


def _unevenness(sets: Sequence[Set], count: int) -> float:
    """Spread of how often pairs come together, relative to the mean: 0 is a balanced design."""
    pairs = together(sets)
    counts = [pairs[pair] for pair in combinations(range(count), 2)]
    return (max(counts) - min(counts)) / (sum(counts) / len(counts))
