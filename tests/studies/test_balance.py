"""Over many participations each cell is judged as often in each arrangement, whoever drops out."""

from collections import Counter

import numpy as np
import pytest

from studies import designs
from studies.designs._design import Cell, Stimuli
from studies.rules import randomisation
from studies.rules.randomisation import MIXED, ONE_CONDITION

FEW = {"practice_trials": 0, "vigilance_share": 0.1}


def material(photos):
    names = [f"photo-{n:03}" for n in range(photos)]
    return randomisation.Material([], names, designs.get("pair").treatments(["deep", "flat"]), "random")


def arrive(count, stuff, design, *, allocation=MIXED, drops_out=lambda number: False):
    """Plan for so many participations in a row, each seeing what those before it hold; gives what is held."""
    held = Counter()
    for number in range(count):
        judged = Counter()
        for (cell, _), times in held.items():
            judged[cell] += times
        stimuli = randomisation.allocate(
            stuff, design.needs(), judged, allocation=allocation,
            rng=np.random.default_rng([4, number]), arranged=held,
        )  # fmt: skip
        assert Stimuli.from_json(stimuli.as_json()) == stimuli
        if not drops_out(number):
            specs = design.upcoming(stimuli, [], number)
            held.update((Cell(spec.photo, spec.treatment), spec.arrangement) for spec in specs)
    return held


def spreads(held, stuff, conditions=("deep", "flat")):
    """For each cell of these conditions, its most frequent arrangement minus its rarest."""
    names = sorted({name for _, name in held})
    counts = [
        [held[Cell(photo, condition), name] for name in names]
        for photo in stuff.test_photos
        for condition in conditions
    ]
    return [max(times) - min(times) for times in counts]


@pytest.mark.parametrize("allocation", [MIXED, ONE_CONDITION])
def test_each_cell_is_shown_as_often_in_each_arrangement(allocation):
    stuff, design = material(50), designs.get("pair").configured(FEW)
    held = arrive(100, stuff, design, allocation=allocation)
    assert {name for _, name in held} == {"left-first", "left-second", "right-first", "right-second"}
    differences = spreads(held, stuff)
    assert max(differences) <= 2
    assert np.mean(differences) <= 0.5


def test_it_holds_for_few_trials_that_no_four_divides():
    stuff = material(14)
    design = designs.get("pair").configured({"practice_trials": 0, "test_trials": 6})
    assert max(spreads(arrive(120, stuff, design), stuff)) <= 3


def test_a_simultaneous_pair_has_sides_and_no_order():
    stuff = material(20)
    values = {"practice_trials": 0, "test_trials": 12, "presentation": "simultaneous"}
    held = arrive(60, stuff, designs.get("pair").configured(values))
    assert {name for _, name in held} == {"left", "right"}
    assert max(spreads(held, stuff)) <= 2


def test_who_drops_out_gives_cells_and_arrangements_back():
    stuff, design = material(50), designs.get("pair").configured(FEW)
    held = arrive(150, stuff, design, drops_out=lambda number: number % 3 == 1)
    judged = Counter()
    for (cell, _), times in held.items():
        judged[cell] += times
    cells = [judged[Cell(photo, condition)] for photo in stuff.test_photos for condition in ("deep", "flat")]
    assert sum(cells) == 100 * 40
    assert max(cells) - min(cells) <= 1
    assert max(spreads(held, stuff)) <= 2


def test_a_stored_plan_without_arrangements_can_still_be_read():
    old = {"practice": [], "test": [["photo-001", "deep"]], "vigilance": []}
    assert Stimuli.from_json(old).test == (Cell("photo-001", "deep"),)
