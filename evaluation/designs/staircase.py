"""What a staircase concludes: how briefly one may see a picture and still tell real from fake."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

from evaluation.designs._common.files import STEPS
from evaluation.designs._common.photo_table import extremes
from evaluation.designs._design import Concluding, Evidence, FileForm
from evaluation.designs._one_image.plan import STAIRCASE
from evaluation.designs._staircase import tabled
from evaluation.designs._staircase.analysis import findings_of, standing_of
from evaluation.designs._staircase.steps import Climbed, rule_of
from evaluation.report.section import Section
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Json, one_thread
from studies.designs._columns import Column


class Staircase(Concluding):
    """One picture, seen more briefly after each right answer."""

    planning = STAIRCASE
    columns: ClassVar[Mapping[str, tuple[Column, ...]]] = tabled.COLUMNS
    files: ClassVar[tuple[FileForm, ...]] = (FileForm(("is_real", "called_real", "block", "clamped")), STEPS)
    keywords: ClassVar[tuple[str, ...]] = ("HYPE", "staircase", "exposure threshold")

    @one_thread()
    def analyse(self, evidence: Evidence) -> Json:
        """Thresholds and comparisons, the course of the exposures, photo by photo, and under other rules."""
        return findings_of(evidence)

    def rows(self, evidence: Evidence, findings: Json) -> Mapping[str, Mapping[Hashable, Mapping[str, Any]]]:
        """Thresholds of participants and conditions, and shares of photos."""
        return tabled.rows(Climbed.of(evidence), findings["analysis"], evidence.alpha)

    def gallery(self, findings: Json) -> Json:
        """The photos whose recolouring was called real most and least."""
        photos = findings.get("photos", {"conditions": {}})
        return {name: extremes(photos, name) for name in photos["conditions"]}

    def standing(self, evidence: Evidence) -> Standing | None:
        """The mean thresholds."""
        return standing_of(Climbed.of(evidence), rule_of(evidence.settings))

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """Every section that the findings have something for."""
        from evaluation.designs._staircase.report import sections_of

        return sections_of(findings, facts)


CONCLUDES = Staircase()
