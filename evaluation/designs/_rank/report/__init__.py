"""What the report of best of several says, section by section."""

from __future__ import annotations

from evaluation.designs._choices.report.answer import answer_section
from evaluation.designs._choices.report.arms import titles_of
from evaluation.designs._choices.report.order import STRENGTH, strengths_section
from evaluation.designs._choices.report.pairs import pairs_section
from evaluation.designs._choices.report.people import quality_section
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.changes import changes_section
from evaluation.designs._common.confidence import confidence_section
from evaluation.designs._common.counting import rows_section
from evaluation.designs._common.exposure_levels import exposure_section
from evaluation.designs._common.photos import photos_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.scores import scores_section
from evaluation.designs._common.told import Told
from evaluation.designs._rank.report.answer import headline, task_of
from evaluation.designs._rank.report.counts import counts, places
from evaluation.designs._rank.report.methods import COURSE, methods
from evaluation.report.section import Section
from evaluation.statistics.arrays import Json

MODEL = (
    "The strength of the condition less the mean of all: of several pictures, each is called the most "
    "natural with a chance proportional to the exponential of its strength (Luce 1959), and the least "
    "natural of the rest with the sign reversed. It is that at the average place on the screen."
)
PAIR = "The chance that the higher one is chosen rather than the lower one, from their strengths."


def sections_of(findings: Json, facts: Json) -> list[Section]:
    """The answer first; a section for which there is nothing is left out."""
    told = Told(findings, facts)
    task = task_of(told)
    lead, remarks = headline(told, task)
    titles = titles_of(told)
    found = [
        answer_section(told, task, lead, remarks),
        counts(told),
        pairs_section(told, "chosen before", PAIR, ties=False),
        strengths_section(told, MODEL),
        places(told),
        exposure_section(told, STRENGTH, titles),
        confidence_section(told),
        scores_section(told),
        photos_section(told, task.photo, "called most natural", titles),
        quality_section(told, (), ()),
        certificate_section(told),
        rows_section(told),
        changes_section(told, task.chance, "chance", titles),
        methods(told),
        protocol_section(told, COURSE),
    ]
    return [section for some in found for section in some]
