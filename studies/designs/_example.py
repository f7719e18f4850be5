"""A trial as a design would show it, before anybody takes part."""

from __future__ import annotations

from studies.designs._design import Cell, Design, Stimuli
from studies.designs._trial import TrialSpec

# As many as a trial of any design shows at once.
ARMS = tuple(f"arm-{number}" for number in range(1, 7))


def example_trial(design: Design) -> TrialSpec:
    """A test trial of made-up arms: slots, questions and answers are those of the study's own."""
    treatment, *_ = design.treatments(ARMS)
    spec, *_ = design.upcoming(Stimuli(test=(Cell("photo", treatment.name),)), (), seed=0)
    return spec
