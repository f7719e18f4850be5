"""Which pictures are held against each other: real against every arm, or arm against arm where none is real.

Pictures of one trial are compared with each other. A design that shows one at a time has none such: of each
photo those are compared that were shown shortly after one another, so that a server which becomes slower
meanwhile tells nothing of arms. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

from studies.blinding.observations import Pair, Picture, by_key
from studies.designs._trial import REAL


def contrasts(seen: Sequence[Picture], control: str = "") -> dict[str, list[Pair]]:
    """The pairs by what they tell apart: under REAL the real photo, under an arm that arm from the others.

    Pictures come in the order of showing. Where none is real, the vigilance control is held against all arms
    and these against each other: it is rare, and would make all of them wait.
    """
    trials = by_key((one.code, one) for one in seen)
    together = [trial for trial in trials if len(_arms(trial)) > 1]
    alone = [one for trial in trials if len(_arms(trial)) == 1 for one in trial]
    photos = by_key((one.photo, one) for one in alone)
    found = {REAL: [pair for group in (*together, *photos) for pair in _against(group, REAL)]}
    found[REAL] = [Pair(pair.other, pair.one) for pair in found[REAL]]
    without = [trial for trial in together if REAL not in _arms(trial)]
    without += photos if REAL not in _arms(alone) else []
    tested = [[one for one in group if one.arm != control] for group in without]
    arms = sorted({arm for group in tested for arm in _arms(group)})
    # Of two arms, to tell the one is to tell the other.
    for arm in arms[:1] if len(arms) == 2 else arms:
        found[arm] = [pair for group in tested for pair in _against(group, arm)]
    if control:
        found[control] = [pair for group in without for pair in _against(group, control)]
    return {name: pairs for name, pairs in found.items() if pairs}


def _arms(group: Sequence[Picture]) -> set[str]:
    return {one.arm for one in group}


def _against(group: Sequence[Picture], arm: str) -> Iterator[Pair]:
    """An arm's pictures against the others: within one trial with each, else with the one before or after."""
    if len({one.code for one in group}) > 1:
        return _in_turn(group, arm)
    own = [one for one in group if one.arm == arm]
    others = [one for one in group if one.arm != arm]
    return (Pair(*two) for two in zip(cycle(own), others, strict=False))


def _in_turn(group: Sequence[Picture], arm: str) -> Iterator[Pair]:
    """Of pictures in the order of showing, each pair of neighbours of which one is the arm's."""
    waiting: Picture | None = None
    for one in group:
        if waiting is None or (one.arm == arm) == (waiting.arm == arm):
            waiting = one
            continue
        yield Pair(one, waiting) if one.arm == arm else Pair(waiting, one)
        waiting = None
