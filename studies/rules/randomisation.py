"""Which photos a participation sees under which treatments: the least-judged cells first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from studies.designs._design import (
    EASY_START,
    MIXED,
    ONCE,
    ONE_CONDITION,
    REPEATED,
    UNDER_EACH,
    Arranged,
    Cell,
    Needs,
    Stimuli,
    Treatment,
)
from studies.designs._trial import REAL

# Shares are fractions of a whole: 49 times a 49th is a little less than one.
TINY = 1e-9
NOTHING_ARRANGED: Mapping[Arranged, int] = MappingProxyType({})


class NotEnoughPhotos(ValueError):
    """The study has fewer photos than one participation needs."""


@dataclass(frozen=True)
class Material:
    """What a study offers: photos by role, what is put to judgement, and the vigilance control, if any."""

    practice_photos: Sequence[str]
    test_photos: Sequence[str]
    treatments: Sequence[Treatment]
    vigilance: str | None = None
    photo_use: str = ONCE


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
    A photo comes as often as the material's `photo_use` allows; each treatment gets its share (under
    `mixed`, of this participation; under `one_condition_per_participation`, of the participations, each
    of which has the treatments of one arm).
    """
    treatments = sorted(material.treatments, key=lambda one: one.name)
    check_supply(material, needs)
    if allocation == ONE_CONDITION:
        treatments = _of_one_arm(treatments, judged, rng)
    elif allocation != MIXED:
        raise ValueError(f"allocation must be {MIXED} or {ONE_CONDITION}, not {allocation!r}.")
    quotas = shares(needs.test, treatments, _totals(treatments, judged), rng)
    names = [one.name for one in treatments]
    photos = sorted(material.test_photos)
    offered = photos
    if material.photo_use == UNDER_EACH:
        offered = _thinnest(photos, names, max(quotas), judged, rng)
    test = _least_judged(offered, names, quotas, judged, rng, material.photo_use)
    vigilance: tuple[Cell, ...] = ()
    if needs.vigilance and material.vigilance is not None:
        if material.photo_use == ONCE:
            used = {cell.photo for cell in test}
            photos = [photo for photo in photos if photo not in used]
        control, count = [material.vigilance], [needs.vigilance]
        vigilance = _least_judged(photos, control, count, judged, rng, material.photo_use, test)
    practice = _practice(material, treatments, needs, rng)
    chosen = {*test, *vigilance}
    so_far = {where: count for where, count in arranged.items() if where[0] in chosen and count}
    return Stimuli(practice=practice, test=test, vigilance=vigilance, arranged=so_far)


def _of_one_arm(
    treatments: Sequence[Treatment], judged: Mapping[Cell, int], rng: np.random.Generator
) -> list[Treatment]:
    """The treatments that show the arm which was judged least so far, and no other but the real photo.

    The arm stands for all arms, so the real photo by itself keeps its share.
    """
    arms = sorted({arm for one in treatments for arm in one.arms} - {REAL})
    own = [[one for one in treatments if arm in one.arms] for arm in arms]
    arm = arms[_least([sum(_totals(ours, judged)) for ours in own], rng)[0]]
    ours = [one for one in treatments if arm in one.arms and set(one.arms) <= {arm, REAL}]
    real = [one for one in treatments if set(one.arms) == {REAL}]
    scale = sum(one.share for one in treatments if one not in real) / sum(one.share for one in ours)
    scaled = [replace(one, share=one.share * scale) for one in ours]
    return sorted([*real, *scaled], key=lambda one: one.name)


def least_judged_photo(
    photos: Sequence[str],
    treatment: str,
    judged: Mapping[Cell, int],
    *,
    arrangement: str,
    arranged: Mapping[Arranged, int],
    rng: np.random.Generator,
) -> str | None:
    """The photo whose cell is thinnest, then whose arrangement is rarest there, then by lot; None of none."""
    if not photos:
        return None
    cells = [Cell(photo, treatment) for photo in sorted(photos)]
    judgements = [judged.get(cell, 0) for cell in cells]
    arrangements = [arranged.get((cell, arrangement), 0) for cell in cells]
    order = np.lexsort((rng.random(len(cells)), np.asarray(arrangements), np.asarray(judgements)))
    return cells[int(order[0])].photo


def check_supply(material: Material, needs: Needs) -> None:
    """Raise NotEnoughPhotos or ValueError if a participation could not be filled from this material."""
    if not material.treatments:
        raise ValueError("A study needs at least one condition under test.")
    if needs.vigilance and material.vigilance is None:
        raise ValueError("Vigilance trials are planned, but the study has no vigilance condition.")
    if needs.easy and material.vigilance is None:
        raise ValueError("A qualification is planned, but the study has no vigilance condition.")
    for role, have, need in (
        ("practice", len(material.practice_photos), needs.practice),
        ("test", len(material.test_photos), test_photos(material.treatments, needs, material.photo_use)),
    ):
        if have < need:
            raise NotEnoughPhotos(
                f"Each participation needs {need} {role} photos, but the study has {have}: "
                "add photos, or plan fewer trials."
            )


def test_photos(treatments: Sequence[Treatment], needs: Needs, photo_use: str) -> int:
    """The fewest photos that test and vigilance trials of one participation take."""
    if photo_use == ONCE:
        return needs.test + needs.vigilance
    if photo_use == REPEATED:
        return 1
    largest = max((one.share for one in treatments), default=1.0)
    return max(math.ceil(needs.test * largest - TINY), needs.vigilance)


def shares(
    count: int, treatments: Sequence[Treatment], totals: Sequence[int], rng: np.random.Generator
) -> list[int]:
    """Split a count by shares; what is left over goes to those that lag behind theirs most."""
    weights = np.array([one.share for one in treatments])
    weights /= weights.sum()
    quotas = [math.floor(count * weight + TINY) for weight in weights]
    behind = (np.asarray(totals) + quotas) / weights
    # Whose share is a whole number has it already.
    broken = [at for at in _least(behind, rng) if count * weights[at] - quotas[at] > TINY]
    for at in broken[: count - sum(quotas)]:
        quotas[at] += 1
    return quotas


def _least(totals: ArrayLike, rng: np.random.Generator) -> list[int]:
    """Indices from the smallest total to the largest, ties in random order."""
    totals = np.asarray(totals)
    return [int(index) for index in np.lexsort((rng.random(len(totals)), totals))]


def _totals(treatments: Sequence[Treatment], judged: Mapping[Cell, int]) -> list[int]:
    totals = {one.name: 0 for one in treatments}
    for cell, count in judged.items():
        if cell.treatment in totals:
            totals[cell.treatment] += count
    return list(totals.values())


def _thinnest(
    photos: Sequence[str],
    treatments: Sequence[str],
    count: int,
    judged: Mapping[Cell, int],
    rng: np.random.Generator,
) -> list[str]:
    """So many photos, by their names, that were judged least over all treatments together."""
    totals = [sum(judged.get(Cell(photo, treatment), 0) for treatment in treatments) for photo in photos]
    return sorted(photos[at] for at in _least(totals, rng)[:count])


def _least_judged(
    photos: Sequence[str],
    treatments: Sequence[str],
    quotas: Sequence[int],
    judged: Mapping[Cell, int],
    rng: np.random.Generator,
    photo_use: str,
    before: Sequence[Cell] = (),
) -> tuple[Cell, ...]:
    """The cells with the smallest sum of counts that fill the quotas, no photo more often than allowed.

    `before`: cells that the participation has already.
    """
    if photo_use == ONCE:
        return _assigned(photos, treatments, quotas, judged, rng)
    chosen: list[Cell] = []
    for treatment, quota in zip(treatments, quotas, strict=True):
        # Under a treatment, a photo comes again when all others have come as often.
        while quota:
            now = min(quota, len(photos))
            chosen += _rarely_seen(photos, treatment, now, judged, rng, [*before, *chosen])
            quota -= now
    return tuple(chosen)


def _rarely_seen(
    photos: Sequence[str],
    treatment: str,
    count: int,
    judged: Mapping[Cell, int],
    rng: np.random.Generator,
    before: Sequence[Cell],
) -> list[Cell]:
    """Cells of a treatment by the photos that came least often before, among these the least-judged."""
    seen = Counter(cell.photo for cell in before)
    chosen: list[Cell] = []
    for times in sorted({seen[photo] for photo in photos}):
        alike = [photo for photo in photos if seen[photo] == times]
        chosen += _assigned(alike, [treatment], [min(count - len(chosen), len(alike))], judged, rng)
    return chosen


def _assigned(
    photos: Sequence[str],
    treatments: Sequence[str],
    quotas: Sequence[int],
    judged: Mapping[Cell, int],
    rng: np.random.Generator,
) -> tuple[Cell, ...]:
    """An assignment of places to photos, so the last places are not left with whatever remains."""
    places = [name for name, quota in zip(treatments, quotas, strict=True) for _ in range(quota)]
    if not places:
        return ()
    from scipy.optimize import linear_sum_assignment  # not before it is needed: it is slow to import

    counts = np.array(
        [[judged.get(Cell(photo, treatment), 0) for photo in photos] for treatment in treatments],
        dtype=float,
    )
    # Of equal cells those of the photo that is rarest over all treatments, so that thin cells of different
    # treatments do not end up on the same photo; then chance. All these fractions stay below one count.
    totals = counts.sum(axis=0)
    span = totals.max() - totals.min() + 1
    ties = (totals - totals.min() + rng.random(counts.shape) / 2) / span
    counts += ties / (2 * len(places))
    rows, columns = linear_sum_assignment(counts[[treatments.index(place) for place in places]])
    return tuple(
        Cell(photos[int(column)], places[int(row)]) for row, column in zip(rows, columns, strict=True)
    )


def _practice(
    material: Material, treatments: Sequence[Treatment], needs: Needs, rng: np.random.Generator
) -> tuple[Cell, ...]:
    """Practice cells in the order of showing: unmistakable ones, then the treatments in turn by share."""
    photos, count = sorted(material.practice_photos), needs.practice
    chosen = [photos[index] for index in rng.permutation(len(photos))[:count]]
    easy = min(EASY_START, (count + 1) // 2) if needs.easy is None else needs.easy
    names = [] if material.vigilance is None else [material.vigilance] * easy
    turn = [treatments[index] for index in rng.permutation(len(treatments))]
    given = Counter(names)
    while len(names) < count:
        names.append(min(turn, key=lambda one: (given[one.name] + 1) / one.share).name)
        given[names[-1]] += 1
    return tuple(Cell(photo, name) for photo, name in zip(chosen, names, strict=True))
