"""What a single-image test concludes: how often fakes are called real, and real photos fake (HYPE∞)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

import numpy as np

from evaluation.designs._common.files import VERDICTS_OF_PICTURES
from evaluation.designs._common.photo_table import extremes
from evaluation.designs._design import Concluding, Evidence, FileForm
from evaluation.designs._one_image.judged import Judged
from evaluation.designs._one_image.plan import SINGLE
from evaluation.designs._single import tabled
from evaluation.designs._single.analysis import arm_judgements, findings_of
from evaluation.report.section import Section
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Json, one_thread
from evaluation.statistics.single_arms import called_real
from studies.designs._columns import Column


class Single(Concluding):
    """One picture, real or fake."""

    planning = SINGLE
    columns: ClassVar[Mapping[str, tuple[Column, ...]]] = tabled.COLUMNS
    keywords: ClassVar[tuple[str, ...]] = ("HYPE", "real or fake", "signal detection")
    files: ClassVar[tuple[FileForm, ...]] = (FileForm(("is_real", "called_real")), VERDICTS_OF_PICTURES)

    @one_thread()
    def analyse(self, evidence: Evidence) -> Json:
        """Both kinds of errors, sensitivity and comparisons, photo by photo, and under other rules."""
        return findings_of(evidence)

    def rows(self, evidence: Evidence, findings: Json) -> Mapping[str, Mapping[Hashable, Mapping[str, Any]]]:
        """Counts of participants, shares of photos and conditions."""
        return tabled.rows(Judged.of(evidence), findings["analysis"], evidence.alpha)

    def gallery(self, findings: Json) -> Json:
        """The photos that were called real most and least, recoloured or as they are."""
        photos = findings["photos"]
        return {name: extremes(photos, name) for name in photos["conditions"]}

    def standing(self, evidence: Evidence) -> Standing | None:
        """The shares of fakes called real."""
        judgements = arm_judgements(Judged.of(evidence))
        if len(np.unique(judgements.arm[judgements.is_fake])) < 2:
            return None
        return Standing.of("", called_real(judgements), evidence.table.by_photo_cluster().photo.labels)

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """Every section that the findings have something for."""
        from evaluation.designs._single.report import sections_of

        return sections_of(findings, facts)


CONCLUDES = Single()
