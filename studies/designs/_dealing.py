"""Arrangements dealt to trials in balance, and the order in which the trials of a fixed plan come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from studies.designs._design import Arranged, Cell, Stimuli
from studies.designs._trial import PRACTICE, TEST, VIGILANCE, TrialSpec

A = TypeVar("A")
B = TypeVar("B")


class Dealer(Generic[A]):
    """Deals arrangements from an endless cycle with a random start and direction."""

    def __init__(self, cycle: Sequence[A], rng: np.random.Generator) -> None:
        self._rng = rng
        self._cycle = cycle[:: rng.choice((1, -1))]
        self._next = int(rng.integers(len(cycle)))

    def deal(self, count: int) -> list[A]:
        """The next arrangements of the cycle, shuffled."""
        run = [self._cycle[(self._next + step) % len(self._cycle)] for step in range(count)]
        self._next += count
        return [run[index] for index in self._rng.permutation(count)]


def crossed(cycle: Sequence[A], levels: Sequence[B]) -> list[tuple[A, B]]:
    """Each arrangement of a cycle at each level: as balanced along the way as the cycle, and over levels."""
    size = len(cycle)
    return [
        (cycle[at % size], levels[(at % size + at // size) % len(levels)]) for at in range(size * len(levels))
    ]


def fixed_plan(
    stimuli: Stimuli,
    cycle: Sequence[A],
    name: Callable[[A], str],
    make: Callable[[str, Cell, A], TrialSpec],
    rng: np.random.Generator,
) -> list[TrialSpec]:
    """Practice in its given order, then test trials in random order with vigilance spread among them.

    `make` takes a trial's kind, cell and arrangement; `name` is what an arrangement is called in counts.
    """
    practice_dealer, dealer = Dealer(cycle, rng), Dealer(cycle, rng)
    dealt = practice_dealer.deal(len(stimuli.practice))
    practice = [make(PRACTICE, cell, one) for cell, one in zip(stimuli.practice, dealt, strict=True)]

    def arranged(kind: str, cells: Sequence[Cell]) -> list[TrialSpec]:
        run = _least_used(cells, dealer.deal(len(cells)), name, stimuli.arranged, rng)
        return [make(kind, cell, one) for cell, one in zip(cells, run, strict=True)]

    treatments = sorted({cell.treatment for cell in stimuli.test})
    groups = [sorted(cell for cell in stimuli.test if cell.treatment == one) for one in treatments]
    # Each treatment balanced by itself, dealt from one cycle so that the whole is balanced too.
    order = rng.permutation(len(groups))
    test = interleaved([partial(arranged, TEST, groups[at]) for at in order], rng)
    vigilance = arranged(VIGILANCE, sorted(stimuli.vigilance))
    shuffled = [vigilance[index] for index in rng.permutation(len(vigilance))]
    return practice + spread(shuffled, test, rng)


def interleaved(groups: Sequence[Callable[[], list[B]]], rng: np.random.Generator) -> list[B]:
    """The members of all groups in random order, early and late ones from all of them alike."""
    timed: list[tuple[float, B]] = []
    for group in groups:
        members = group()
        # A random place in each n-th part of the whole.
        places = rng.permutation((np.arange(len(members)) + rng.random(len(members))) / max(len(members), 1))
        timed += zip(places.tolist(), members, strict=True)
    return [member for _, member in sorted(timed, key=lambda item: item[0])]


def _least_used(
    cells: Sequence[Cell],
    run: Sequence[A],
    name: Callable[[A], str],
    arranged: Mapping[Arranged, int],
    rng: np.random.Generator,
) -> list[A]:
    """One arrangement of the run for each cell, where it was used least so far."""
    from scipy.optimize import linear_sum_assignment  # not before it is needed: it is slow to import

    used = np.array(
        [[arranged.get((cell, name(one)), 0) for one in run] for cell in cells], dtype=float
    ).reshape(len(cells), len(run))
    # Random ties: all these fractions together stay below one count.
    used += rng.random(used.shape) / (2 * max(len(cells), 1))
    # The rows come back in their order, each with its column.
    _, columns = linear_sum_assignment(used)
    return [run[int(column)] for column in columns]


def spread(rare: Sequence[B], common: Sequence[B], rng: np.random.Generator) -> list[B]:
    """Put one rare trial at a random place in each of equal stretches of the whole, never the first."""
    total = len(rare) + len(common)
    if len(rare) > total - 1:
        raise ValueError(f"{len(rare)} vigilance trials need at least one test trial before them.")
    places = {}
    for index, spec in enumerate(rare):
        low = 1 + index * (total - 1) // len(rare)
        high = 1 + (index + 1) * (total - 1) // len(rare)
        places[int(rng.integers(low, high))] = spec
    rest = iter(common)
    return [places[at] if at in places else next(rest) for at in range(total)]
