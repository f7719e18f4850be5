"""What the pair test did before designs became plug-ins, told without the classes that it was made of."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from studies import designs
from studies.blinding.observations import table_of, uneven
from studies.blinding.verdict import judge
from studies.designs._design import Answered, Cell, Needs, Stimuli
from studies.designs._trial import TrialSpec
from studies.rules import randomisation
from studies.simulation.people import Crowd, PlantedEffects
from tests.studies.blinding.test_verdict import fakes, observed, pictures, slower

SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "short": {"practice_trials": 3, "test_trials": 9, "vigilance_share": 0.3, "mask": "noise"},
    "at once": {"presentation": "simultaneous", "exposure_ms": 500, "test_trials": 12, "lead_in_ms": 0},
    "no checks": {"practice_trials": 0, "test_trials": 5, "vigilance_share": 0, "gap_ms": 0},
}
SEEDS = (0, 1, 7, 2**40 + 3)
ALLOCATIONS = (randomisation.MIXED, randomisation.ONE_CONDITION)


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def told(spec: Any) -> dict[str, Any]:
    """A trial as plain values; a picture is its slot and its arm, which is empty for the real photo."""
    frames = [
        [frame.kind, frame.duration_ms, [[one.slot, one.arm] for one in frame.images]]
        for frame in spec.frames
    ]
    return {
        "kind": spec.kind, "condition": spec.condition, "photo": spec.photo, "frames": frames,
        "slots": list(spec.slots), "prompt": spec.prompt, "key": spec.key, "arrangement": spec.arrangement,
        "answers": [[one.value, one.label, list(one.keys)] for one in spec.answers],
    }  # fmt: skip


def material(conditions: int, photos: int = 90) -> randomisation.Material:
    return randomisation.Material(
        [f"practice-{n:02}" for n in range(12)],
        [f"photo-{n:03}" for n in range(photos)],
        designs.get("pair").treatments(["deep", "flat", "warm"][:conditions]),
        "random",
    )


def arrivals(name: str, seed: int, conditions: int, allocation: str, count: int = 6) -> Iterator[Stimuli]:
    """Participations one after the other, each seeing what those before it hold."""
    design = designs.get("pair").configured(SETTINGS[name])
    held: Counter[Any] = Counter()
    for number in range(count):
        judged: Counter[Cell] = Counter()
        for (cell, _), times in held.items():
            judged[cell] += times
        stimuli = randomisation.allocate(
            material(conditions), design.needs(), judged, allocation=allocation,
            rng=np.random.default_rng([seed, number]), arranged=held,
        )  # fmt: skip
        specs = design.upcoming(stimuli, [], number)
        held.update(
            (Cell(spec.photo, spec.treatment), spec.arrangement) for spec in specs if spec.kind != "practice"
        )
        yield stimuli


def plans() -> dict[str, Any]:
    """For settings, seeds, arms and ways of allocating: digests of what was allocated and planned."""
    found = {}
    for name, seed, conditions, allocation in product(SETTINGS, SEEDS, (1, 2, 3), ALLOCATIONS):
        design = designs.get("pair").configured(SETTINGS[name])
        everyone = list(arrivals(name, seed, conditions, allocation))
        specs = design.upcoming(everyone[-1], [], seed)
        middle = len(specs) // 2
        histories = {
            "nothing": [],
            "half": [Answered(spec, spec.key) for spec in specs[:middle]],
            "some spoiled": [
                Answered(spec, None if at % 5 == 0 else "left", voided=at % 3 == 0)
                for at, spec in enumerate(specs[: middle + 1])
            ],
        }
        found[f"{name}, seed {seed}, {conditions} arms, {allocation}"] = {
            "allocated": digest([stimuli.as_json() for stimuli in everyone]),
            "planned": {
                which: digest([told(spec) for spec in design.upcoming(everyone[-1], history, seed)])
                for which, history in histories.items()
            },
        }
    return found


def one_plan() -> list[dict[str, Any]]:
    """One short plan in full, to see what differs when a digest does."""
    stimuli = list(arrivals("short", 7, 2, randomisation.MIXED))[-1]
    return [told(spec) for spec in designs.get("pair").configured(SETTINGS["short"]).upcoming(stimuli, [], 7)]


def replaced() -> list[str | None]:
    """The photos that take the places of spoiled trials."""
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        photos = [f"photo-{n:03}" for n in range(20)]
        judged = {Cell(photo, "deep"): int(rng.integers(3)) for photo in photos}
        arranged = {(cell, "left-first"): int(rng.integers(count + 1)) for cell, count in judged.items()}
        found.append(
            randomisation.least_judged_photo(
                photos, "deep", judged, arrangement="left-first", arranged=arranged, rng=rng
            )
        )
    return found


def needs() -> dict[str, Any]:
    """What one participation takes under each settings: photos, minutes, and what the runner is told."""
    found = {}
    for name, values in SETTINGS.items():
        design = designs.get("pair").configured(values)
        wanted: Needs = design.needs()
        found[name] = [
            wanted.practice, wanted.test, wanted.vigilance, design.estimated_minutes(),
            round(design.vigilance_minutes(), 6), design.briefing().break_every,
            design.briefing().answer_limit_ms,
        ]  # fmt: skip
    return found


def reactions() -> list[Any]:
    """What simulated people answer, and how fast."""
    effects = PlantedEffects({"deep": 0.4, "flat": 0.2}, side_sd=0.4, lapse_rate=0.05)
    photos = [f"photo-{n:02}" for n in range(20)]
    crowd = Crowd(effects, seed=11, photos=photos, vigilance="random")
    found = []
    for number in range(4):
        person = crowd.person(number)
        for at, photo in enumerate([*photos, "for practice"]):
            arm, key = ("deep", "flat", "random")[at % 3], ("left", "right")[(at + number) % 2]
            spec = TrialSpec("test", photo, (), ("left", "right"), "", (), condition=arm, key=key)
            reaction = designs.get("pair").react(spec, person)
            found.append([reaction.answer, reaction.rt_ms])
    return found


def audit() -> dict[str, Any]:
    """What the blinding audit makes of pairs that an honest and a telling server gave."""
    found = {}
    for name, pairs in {"honest": observed(np.random.default_rng(3)), "telling": telling()}.items():
        table = table_of(pairs)
        verdict = judge(table, np.random.default_rng(5), permutations=499)
        found[name] = {
            "names": list(table.names), "values": digest(np.round(table.values, 9).tolist()),
            "constant": verdict.constant, "uneven": uneven(pictures(pairs)),
            "findings": [
                [one.name, round(one.auc, 9), round(one.p, 9), round(one.adjusted, 9)]
                for one in verdict.findings
            ],
        }  # fmt: skip
    return found


def telling() -> list[Any]:
    return fakes(observed(np.random.default_rng(4), pairs=60, photos=30), slower)
