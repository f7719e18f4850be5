"""What a participation's pictures weigh on their way to the browser, said before anybody begins."""

from __future__ import annotations

from studies.designs._design import Cell, Stimuli
from studies.models import Study
from studies.services import stimuli
from studies.services.planning import design_of


def download_bytes(study: Study) -> int:
    """About what a participation's pictures weigh on their way; 0 while the study has none.

    The photos of a participation are drawn by lot, so this is their mean; spoiled trials come on top.
    """
    lengths = stimuli.sent_lengths(study).values()
    design = design_of(study)
    needs = design.needs()
    practice, test, vigilance = (
        tuple(Cell(str(number), "") for number in range(size))
        for size in (needs.practice, needs.test, needs.vigilance)
    )
    some_cells = Stimuli(practice=practice, test=test, vigilance=vigilance)
    certain = design.upcoming(some_cells, [], seed=0)
    shown = sum(len(frame.images) for spec in certain for frame in spec.frames)
    if not lengths or not certain:
        return 0
    trials = needs.practice + needs.test + needs.vigilance
    return round(sum(lengths) / len(lengths) * trials * shown / len(certain))
