"""Which pictures are held against each other: real against every arm, or arm against arm where none is real.

Pictures of one trial are compared with each other. A design that shows one at a time has none such: of each
photo the first one by one arm is held against the first by another, and so on. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

from studies.blinding.observations import Pair, Picture, by_key
from studies.designs._trial import REAL


def contrasts(seen: Sequence[Picture]) -> dict[str, list[Pair]]:
    """The pairs by what they tell apart: under REAL the real photo, under an arm that arm from the others."""
    trials = by_key((one.code, one) for one in seen)
    together = [trial for trial in trials if len(_arms(trial)) > 1]
    alone = [one for trial in trials if len(_arms(trial)) == 1 for one in trial]
    photos = by_key((one.photo, one) for one in alone)
    found = {REAL: [pair for group in (*together, *photos) for pair in _against(group, REAL)]}
    found[REAL] = [Pair(pair.other, pair.one) for pair in found[REAL]]
    without = [trial for trial in together if REAL not in _arms(trial)]
    without += photos if REAL not in _arms(alone) else []
    arms = sorted({arm for group in without for arm in _arms(group)})
    # Of two arms, to tell the one is to tell the other.
    for arm in arms[:1] if len(arms) == 2 else arms:
        found[arm] = [pair for group in without for pair in _against(group, arm)]
    return {name: pairs for name, pairs in found.items() if pairs}


def _arms(group: Sequence[Picture]) -> set[str]:
    return {one.arm for one in group}


def _against(group: Sequence[Picture], arm: str) -> Iterator[Pair]:
    """An arm's pictures against the others: within one trial with each, else one by one while both last."""
    own = [one for one in group if one.arm == arm]
    others = [one for one in group if one.arm != arm]
    is_one_trial = len({one.code for one in group}) == 1
    return (Pair(*two) for two in zip(cycle(own) if is_one_trial else own, others, strict=False))
