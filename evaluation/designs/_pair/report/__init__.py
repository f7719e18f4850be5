"""What the report of a pair test says, section by section."""

from __future__ import annotations

from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.changes import changes_section
from evaluation.designs._common.confidence import confidence_section
from evaluation.designs._common.counting import rows_section
from evaluation.designs._common.exposure_levels import exposure_section
from evaluation.designs._common.photos import correlations_section, photos_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.ranking import ranking_section
from evaluation.designs._common.scores import scores_section
from evaluation.designs._common.told import Told
from evaluation.designs._pair.report.answer import answer, intervals
from evaluation.designs._pair.report.arms import arms_of
from evaluation.designs._pair.report.beside import beside
from evaluation.designs._pair.report.chance import chance
from evaluation.designs._pair.report.differences import differences
from evaluation.designs._pair.report.interval_order import interval_order
from evaluation.designs._pair.report.methods import methods
from evaluation.designs._pair.report.next_study import next_study
from evaluation.designs._pair.report.published import published
from evaluation.designs._pair.report.quality import mixed_model, quality
from evaluation.report.section import Section
from evaluation.statistics.arrays import Json

FOOL_RATE = Averaged("Fool rate", "fool-rate", mark=0.5)


def sections_of(findings: Json, facts: Json) -> list[Section]:
    """The answer first; a section for which there is nothing is left out."""
    told = Told(findings, facts)
    arms = arms_of(told)
    judged = [arm for arm in arms if arm.judged]
    found = [
        answer(told, arms),
        intervals(told, arms),
        beside(findings, judged),
        chance(judged),
        differences(told),
        ranking_section(told.titles, findings["analysis"].get("ranking") or [], FOOL_RATE, "fool_rate"),
        interval_order(told),
        exposure_section(told, FOOL_RATE),
        confidence_section(told),
        scores_section(told),
        correlations_section(told, FOOL_RATE),
        photos_section(told, FOOL_RATE, "fooled"),
        quality(findings),
        certificate_section(told),
        rows_section(told),
        changes_section(told, FOOL_RATE, "fool_rate"),
        mixed_model(told),
        next_study(judged),
        methods(told),
        protocol_section(told),
        published(told),
    ]
    return [section for some in found for section in some]
