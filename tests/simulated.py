"""Small studies of every design, answered by simulated people through the real services, without a server."""

import json
from dataclasses import fields

from studies import designs
from studies.models import Participation, ParticipationState, Source, Study
from studies.rules.payloads import Answer
from studies.services import participations, planning, responses
from studies.simulation.people import PlantedEffects
from studies.simulation.visitor import REFRESH_MS, as_shown
from studies.simulation.visits import crowd_for
from tests.builders import launched_study
from tests.remembered import remembered

RATES = {"sepia": 0.25, "luminance-table": 0.5, "constant-mean": 0.35}
"""How real each condition of these studies looks: fool rates as they are planted."""
FEW = {
    "practice_trials": 2, "test_trials": 8, "vigilance_share": 0.25, "pictures": 3,
    "qualification_trials": 4, "qualification_pass": 0.0, "blocks": 2, "trials_per_block": 12,
}  # fmt: skip


def designed_study(name: str, **settings) -> Study:
    """A live study of a design with few trials and three conditions; `settings` are the design's."""
    design = designs.get(name)
    known = {field.name for field in fields(design.Settings)}
    few = {key: value for key, value in FEW.items() if key in known}
    return launched_study(
        f"{name}-study", design=name, allocation=design.allocations[0], design_settings=few | settings,
        colorizers=tuple(slug.replace("-", "_") for slug in RATES), photos=24,
    )  # fmt: skip


def simulated_study(
    name: str, *, people: int = 6, answers: int | None = None, source: str = Source.SIMULATED, **settings
) -> Study:
    """The same with so many simulated people, who give all their answers or at most so many each.

    One like an earlier one is put back as it was.
    """
    key = (name, people, answers, str(source), json.dumps(settings, sort_keys=True))
    remembered(key, lambda: answer(designed_study(name, **settings), people, answers, source))
    return Study.objects.get(slug=f"{name}-study")


def answer(study: Study, people: int, answers: int | None = None, source: str = Source.SIMULATED) -> None:
    """Let so many simulated people take part, one after the other."""
    crowd = crowd_for(study, PlantedEffects(RATES, lapse_rate=0.01, vigilance_detection=0.95), seed=5)
    for number in range(people):
        participation = participations.begin_participation(study=study, source=source)
        _take_part(participation, crowd.person(number), answers)


def _take_part(participation: Participation, person, most: int | None) -> None:
    design, given = planning.design_of(participation.study), 0
    while participation.state == ParticipationState.STARTED and given != most:
        (trial, *_) = participations.open_trials(participation)
        reaction = design.react(trial.as_planned, person)
        frames = as_shown(trial.spec["frames"], 1000.0, person.lateness)
        more = [{"name": name, "answer": one, "rt_ms": 900.0} for name, one in reaction.more.items()]
        reply = Answer(
            reaction.answer, reaction.rt_ms, "keyboard", frames, REFRESH_MS, "row", [], "simulation", 0, more
        )
        responses.record_response(trial=trial, answer=reply)
        participation.refresh_from_db()
        given += 1
