"""Plans of a design for whom they are dealt as the platform deals them."""

import numpy as np

from studies.designs import get
from studies.designs._design import Answered
from studies.rules import randomisation

FEW = {"practice_trials": 3, "test_trials": 12}
FEW_TRIALS = {"staircase": {"practice_trials": 3, "blocks": 2, "trials_per_block": 6}}


def dealt(design, arms, *, seed=3, photos=200, judged=None):
    material = randomisation.Material(
        photo_use=design.photo_use,
        practice_photos=[f"practice-{n:03}" for n in range(60)],
        test_photos=[f"photo-{n:03}" for n in range(photos)],
        treatments=design.treatments(arms),
        vigilance="random",
    )
    rng = np.random.default_rng(seed)
    return randomisation.allocate(
        material, design.needs(), judged or {}, allocation=design.allocations[0], rng=rng
    )


def played(name, arms, *, seed=3, answer=lambda spec: spec.key or spec.answers[0].value, **settings):
    """A whole participation, with its answers."""
    design = get(name).configured(settings)
    stimuli = dealt(design, arms, seed=seed)
    history = []
    while upcoming := design.upcoming(stimuli, history, seed):
        history.append(Answered(upcoming[0], answer(upcoming[0])))
    return history


def specs(name, arms, kind="test", **further):
    return [item.spec for item in played(name, arms, **further) if item.spec.kind == kind]
