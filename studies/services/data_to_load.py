"""What a participation's pictures weigh on their way to the browser, said before anybody begins."""

from __future__ import annotations

from itertools import cycle

from studies.designs._design import Cell, Stimuli
from studies.models import Study
from studies.services import stimuli
from studies.services.planning import arms_of, design_of


def download_bytes(study: Study) -> int:
    """About what a participation's pictures weigh on their way; 0 while the study has none.

    The photos of a participation are drawn by lot, so this is their mean; spoiled trials come on top.
    """
    lengths = stimuli.sent_lengths(study).values()
    design, arms = design_of(study), arms_of(study)
    if not lengths or not arms:
        return 0
    needs, treatments = design.needs(), cycle(design.treatments(arms))
    practice, test, vigilance = (
        tuple(Cell(str(number), next(treatments).name) for number in range(size))
        for size in (needs.practice, needs.test, needs.vigilance)
    )
    certain = design.upcoming(Stimuli(practice=practice, test=test, vigilance=vigilance), [], seed=0)
    shown = sum(len(list(spec.shows)) for spec in certain)
    trials = needs.practice + needs.test + needs.vigilance
    return round(sum(lengths) / len(lengths) * trials * shown / len(certain))
