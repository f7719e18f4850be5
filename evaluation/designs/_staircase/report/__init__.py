"""What the report of a staircase says, section by section."""

from __future__ import annotations

from evaluation.designs._common.attention import MEANINGS, people_facts
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.changes import changes_section
from evaluation.designs._common.confidence import confidence_section
from evaluation.designs._common.counting import rows_section
from evaluation.designs._common.differences import differences_section
from evaluation.designs._common.observers import observer_facts, observer_meanings
from evaluation.designs._common.photos import correlations_section, photos_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.ranking import ranking_section
from evaluation.designs._common.scores import scores_section
from evaluation.designs._common.told import Told
from evaluation.designs._one_image.words import CALLED_REAL, WRONG
from evaluation.designs._staircase.report.answer import THRESHOLD, answer
from evaluation.designs._staircase.report.curves import levels, psychometric
from evaluation.designs._staircase.report.methods import course, methods
from evaluation.designs._staircase.report.thresholds import thresholds
from evaluation.report.section import Definition, Section
from evaluation.statistics.arrays import Json

CALLED = Definition(
    CALLED_REAL.key,
    CALLED_REAL.title,
    "Share of the trials with a fake in which it was called real, at whatever exposures the staircases had "
    "come to. Photos come by chance, so that all of them have such exposures alike.",
)
ABOUT = (
    "It is for new participants and new photos. Each condition has people of its own; the variance accounts "
    "for photos that occur in both."
)


ABOUT_THESE = (
    "It is for other participants on exactly these photos: what other photos would do cannot be said. Each "
    "condition has people of its own."
)


def sections_of(findings: Json, facts: Json) -> list[Section]:
    """The answer first; a section for which there is nothing is left out."""
    told = Told(findings, facts)
    compared, about = findings["analysis"], ABOUT
    if not any(pair["ci"] for pair in compared["pairwise"]):
        compared, about = compared["these_photos"], ABOUT_THESE
    found = [
        answer(told),
        thresholds(told),
        differences_section(told.titles, compared["pairwise"], THRESHOLD, about),
        ranking_section(told.titles, compared["order"], THRESHOLD),
        levels(told),
        psychometric(told),
        confidence_section(told),
        scores_section(told),
        correlations_section(told, CALLED_REAL),
        photos_section(told, CALLED_REAL, "called real", definitions=(CALLED,)),
        _quality(told),
        certificate_section(told),
        rows_section(told),
        changes_section(told, THRESHOLD, "threshold_ms"),
        methods(told),
        protocol_section(told, course(told)),
    ]
    return [section for some in found for section in some]


def _quality(told: Told) -> list[Section]:
    """People, attention and response times; how often people are wrong is what the staircase holds fixed."""
    # "order" is here the order of the conditions.
    analysis = {name: told.findings["analysis"][name] for name in ("valid_rows", "response_times", "rule")}
    facts = (*people_facts(told.findings), *observer_facts(analysis, WRONG))
    meanings = (*MEANINGS, *observer_meanings(analysis, WRONG))
    return [Section("quality", "Quality of the responses", facts=facts, definitions=meanings)]
