"""Which photos a participation sees under which conditions: the least-judged cells first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from studies.designs._design import Arranged, Cell, Needs, Stimuli

MIXED = "mixed"
ONE_CONDITION = "one_condition_per_participation"
# So many practice trials are unmistakable, to show what the question means.
EASY_START = 2
NOTHING_ARRANGED: Mapping[Arranged, int] = MappingProxyType({})


class NotEnoughPhotos(ValueError):
    """The study has fewer photos than one participation needs."""


@dataclass(frozen=True)
class Material:
    """What a study offers: photos by role, the conditions under test and the vigilance control, if any."""

    practice_photos: Sequence[str]
    test_photos: Sequence[str]
    conditions: Sequence[str]
    vigilance: str | None = None


def allocate(
    material: Material,
    needs: Needs,
    judged: Mapping[Cell, int],
    *,
    allocation: str,
    rng: np.random.Generator,
    arranged: Mapping[Arranged, int] = NOTHING_ARRANGED,
) -> Stimuli:
    """Give one participation its cells.

    `judged` counts, for each cell, the finished and still-running participations that hold it;
    `arranged` does so for each cell and arrangement, and is handed on for the cells that were chosen.
    No photo is given twice; each condition gets an equal share (under `mixed`, of this
    participation; under `one_condition_per_participation`, of the participations).
    """
    conditions = sorted(material.conditions)
    check_supply(material, needs)
    totals = _totals(conditions, judged)
    if allocation == ONE_CONDITION:
        conditions = [conditions[_least(totals, rng)[0]]]
        totals = totals[:1]
    elif allocation != MIXED:
        raise ValueError(f"allocation must be {MIXED} or {ONE_CONDITION}, not {allocation!r}.")
    quotas = shares(needs.test, totals, rng)
    test = _least_judged(sorted(material.test_photos), conditions, quotas, judged, rng)
    vigilance: tuple[Cell, ...] = ()
    if needs.vigilance and material.vigilance is not None:
        used = {cell.photo for cell in test}
        free = sorted(photo for photo in material.test_photos if photo not in used)
        vigilance = _least_judged(free, [material.vigilance], [needs.vigilance], judged, rng)
    practice = _practice(material, conditions, needs.practice, rng)
    chosen = {*test, *vigilance}
    so_far = {where: count for where, count in arranged.items() if where[0] in chosen and count}
    return Stimuli(practice=practice, test=test, vigilance=vigilance, arranged=so_far)


def least_judged_photo(
    photos: Sequence[str],
    condition: str,
    judged: Mapping[Cell, int],
    *,
    arrangement: str,
    arranged: Mapping[Arranged, int],
    rng: np.random.Generator,
) -> str | None:
    """The photo whose cell is thinnest, then whose arrangement is rarest there, then by lot; None of none."""
    if not photos:
        return None
    cells = [Cell(photo, condition) for photo in sorted(photos)]
    judgements = [judged.get(cell, 0) for cell in cells]
    arrangements = [arranged.get((cell, arrangement), 0) for cell in cells]
    order = np.lexsort((rng.random(len(cells)), np.asarray(arrangements), np.asarray(judgements)))
    return cells[int(order[0])].photo


def check_supply(material: Material, needs: Needs) -> None:
    """Raise NotEnoughPhotos or ValueError if a participation could not be filled from this material."""
    if not material.conditions:
        raise ValueError("A study needs at least one condition under test.")
    if needs.vigilance and material.vigilance is None:
        raise ValueError("Vigilance trials are planned, but the study has no vigilance condition.")
    main = needs.test + needs.vigilance
    for role, have, need in (
        ("practice", len(material.practice_photos), needs.practice),
        ("test", len(material.test_photos), main),
    ):
        if have < need:
            raise NotEnoughPhotos(
                f"Each participation needs {need} {role} photos, but the study has {have}: "
                "add photos, or plan fewer trials."
            )


def shares(count: int, totals: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Split a count into equal shares; what is left over goes to those with the smallest totals."""
    quotas = [count // len(totals)] * len(totals)
    for at in _least(totals, rng)[: count % len(totals)]:
        quotas[at] += 1
    return quotas


def _least(totals: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Indices from the smallest total to the largest, ties in random order."""
    order = np.lexsort((rng.random(len(totals)), np.asarray(totals)))
    return [int(index) for index in order]


def _totals(conditions: Sequence[str], judged: Mapping[Cell, int]) -> list[int]:
    totals = dict.fromkeys(conditions, 0)
    for cell, count in judged.items():
        if cell.condition in totals:
            totals[cell.condition] += count
    return [totals[condition] for condition in conditions]


def _least_judged(
    photos: Sequence[str],
    conditions: Sequence[str],
    quotas: Sequence[int],
    judged: Mapping[Cell, int],
    rng: np.random.Generator,
) -> tuple[Cell, ...]:
    """The cells with the smallest sum of counts that fill the quotas without using a photo twice.

    An assignment of places to photos, so the last places are not left with whatever remains.
    """
    places = [condition for condition, quota in zip(conditions, quotas, strict=True) for _ in range(quota)]
    if not places:
        return ()
    from scipy.optimize import linear_sum_assignment  # not before it is needed: it is slow to import

    counts = np.array(
        [[judged.get(Cell(photo, condition), 0) for photo in photos] for condition in conditions],
        dtype=float,
    )
    # Of equal cells those of the photo that is rarest over all conditions, so that thin cells of different
    # conditions do not end up on the same photo; then chance. All these fractions stay below one count.
    totals = counts.sum(axis=0)
    span = totals.max() - totals.min() + 1
    ties = (totals - totals.min() + rng.random(counts.shape) / 2) / span
    counts += ties / (2 * len(places))
    rows, columns = linear_sum_assignment(counts[[conditions.index(place) for place in places]])
    return tuple(
        Cell(photos[int(column)], places[int(row)]) for row, column in zip(rows, columns, strict=True)
    )


def _practice(
    material: Material, conditions: Sequence[str], count: int, rng: np.random.Generator
) -> tuple[Cell, ...]:
    """Practice cells in the order of showing: a few unmistakable ones, then the conditions in turn."""
    photos = sorted(material.practice_photos)
    chosen = [photos[index] for index in rng.permutation(len(photos))[:count]]
    easy = 0 if material.vigilance is None else min(EASY_START, (count + 1) // 2)
    turn = [conditions[index] for index in rng.permutation(len(conditions))]
    arms = [material.vigilance or ""] * easy + [turn[at % len(turn)] for at in range(count - easy)]
    return tuple(Cell(photo, arm) for photo, arm in zip(chosen, arms, strict=True))
