"""What the report of a preference test says, section by section."""

from __future__ import annotations

from evaluation.designs._choices.report.answer import answer_section
from evaluation.designs._choices.report.arms import titles_of
from evaluation.designs._choices.report.order import STRENGTH, strengths_section
from evaluation.designs._choices.report.pairs import pairs_section
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.changes import changes_section
from evaluation.designs._common.confidence import confidence_section
from evaluation.designs._common.counting import rows_section
from evaluation.designs._common.exposure_levels import exposure_section
from evaluation.designs._common.photos import photos_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.scores import scores_section
from evaluation.designs._common.told import Told
from evaluation.designs._preference.report.answer import headline, task_of
from evaluation.designs._preference.report.habits import quality
from evaluation.designs._preference.report.methods import COURSE, methods
from evaluation.report.section import Section
from evaluation.statistics.arrays import Json

MODEL = (
    "The ability of the condition less the mean of all, by a Bradley-Terry model: the log-odds that one is "
    "preferred to another are the difference of their abilities."
)
PAIR = (
    "The chance that the higher one is preferred where one of the two is, from their Bradley-Terry abilities."
)


def sections_of(findings: Json, facts: Json) -> list[Section]:
    """The answer first; a section for which there is nothing is left out."""
    told = Told(findings, facts)
    task = task_of(told)
    lead, remarks = headline(told, task)
    titles, ties = titles_of(told), findings["analysis"].get("ties") is not None
    found = [
        answer_section(told, task, lead, remarks),
        pairs_section(told, "preferred to", PAIR, ties=ties),
        strengths_section(told, MODEL),
        exposure_section(told, STRENGTH, titles),
        confidence_section(told),
        scores_section(told),
        photos_section(told, task.photo, "preferred", titles),
        quality(told),
        certificate_section(told),
        rows_section(told),
        changes_section(told, task.chance, "chance", titles),
        methods(told),
        protocol_section(told, COURSE),
    ]
    return [section for some in found for section in some]
