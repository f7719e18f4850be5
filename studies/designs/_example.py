"""A trial as a design would show it, before anybody takes part."""

from __future__ import annotations

from studies.designs._design import Answered, Cell, Design, Stimuli
from studies.designs._trial import TEST, VIGILANCE, TrialSpec

# As many as a trial of any design shows at once.
ARMS = tuple(f"arm-{number}" for number in range(1, 7))
CONTROL = "control"


def example_trial(design: Design, kind: str = TEST) -> TrialSpec:
    """A test or vigilance trial of made-up arms; slots, questions and answers are as in the study's own."""
    treatment, *_ = design.treatments(ARMS)
    stimuli = Stimuli(test=(Cell("photo", treatment.name),), vigilance=(Cell("easy", CONTROL),))
    history: list[Answered] = []
    while specs := design.upcoming(stimuli, history, seed=0):
        for spec in specs:
            if spec.kind == kind:
                return spec
        history += [Answered(spec, None) for spec in specs]
    raise ValueError(f"The design {design.title!r} plans no {kind} trial.")


def passing_by_chance(design: Design) -> float:
    """How often somebody who answers at random passes a vigilance trial; a share from 0 to 1."""
    spec = example_trial(design, VIGILANCE)
    passed = [design.passed(spec, choice.value, {}) is True for choice in spec.answers]
    return sum(passed) / len(passed)
