"""What the report of a single-image test says, section by section."""

from __future__ import annotations

from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.certificate import certificate_section
from evaluation.designs._common.changes import changes_section
from evaluation.designs._common.confidence import confidence_section
from evaluation.designs._common.counting import rows_section
from evaluation.designs._common.differences import differences_section, differences_table
from evaluation.designs._common.exposure_levels import exposure_section
from evaluation.designs._common.photos import correlations_section, photos_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.ranking import ranking_section
from evaluation.designs._common.scores import scores_section
from evaluation.designs._common.told import Told
from evaluation.designs._one_image.judged import REAL
from evaluation.designs._one_image.words import CALLED_REAL
from evaluation.designs._single.report.answer import REAL_PHOTOS, answer
from evaluation.designs._single.report.arms import arms_of
from evaluation.designs._single.report.methods import course, methods
from evaluation.designs._single.report.people import quality
from evaluation.designs._single.report.rates import hyper_realism, rates
from evaluation.report.section import Section
from evaluation.statistics.arrays import Json

DPRIME = Averaged("d′", "dprime", share=False)
ABOUT = (
    "It is for new participants and new photos: the variance accounts for people and photos that occur in "
    "both conditions."
)


def sections_of(findings: Json, facts: Json) -> list[Section]:
    """The answer first; a section for which there is nothing is left out."""
    told = Told(findings, facts)
    arms = arms_of(told)
    judged = [arm for arm in arms if arm.judged]
    with_real = told.titles | {REAL: REAL_PHOTOS}
    compared = findings["analysis"]["fake_error_rate"] or {"pairwise": [], "order": []}
    found = [
        answer(told, arms),
        rates(told, arms),
        hyper_realism(judged),
        _differences(told, compared["pairwise"]),
        ranking_section(told.titles, compared["order"], CALLED_REAL),
        exposure_section(told, CALLED_REAL, with_real),
        confidence_section(told),
        scores_section(told),
        correlations_section(told, CALLED_REAL),
        photos_section(told, CALLED_REAL, "called real", with_real),
        quality(told),
        certificate_section(told),
        rows_section(told),
        changes_section(told, CALLED_REAL, "called_real", with_real),
        methods(told),
        protocol_section(told, course(told)),
    ]
    return [section for some in found for section in some]


def _differences(told: Told, pairs: list[Json]) -> list[Section]:
    """Of the shares called real, and of d′ where every condition has one."""
    sensitivity = told.findings["analysis"]["dprime"]
    more = []
    if sensitivity and sensitivity["pairwise"]:
        more = [differences_table(told.titles, sensitivity["pairwise"], DPRIME, "pairs-dprime")]
    return differences_section(told.titles, pairs, CALLED_REAL, ABOUT, more)
