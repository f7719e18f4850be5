"""What a pair test concludes: how often the recolouring was taken for the real photo."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from evaluation.designs._common.confidence import confidence_findings
from evaluation.designs._common.counted import with_voided
from evaluation.designs._common.exposure_levels import exposure_findings
from evaluation.designs._common.photo_table import gallery_of, photo_table
from evaluation.designs._common.sensitivity import how_the_answer_changes, voided_view
from evaluation.designs._common.views import views
from evaluation.designs._design import Concluding, Evidence
from evaluation.designs._pair import tabled
from evaluation.designs._pair.analysis import analyse
from evaluation.designs._pair.plan import PLANNING
from evaluation.report.section import Section
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Json, one_thread
from evaluation.statistics.comparisons import residual_totals
from evaluation.statistics.early_looks import early_looks
from evaluation.statistics.filters import valid_responses
from evaluation.statistics.ranking import standing
from studies.designs._columns import Column

STARTERS = Path(__file__).parent / "_pair" / "starters"


class Pair(Concluding):
    """One photo, twice: once real, once recoloured."""

    planning = PLANNING
    columns: ClassVar[Mapping[str, tuple[Column, ...]]] = tabled.COLUMNS
    starters: ClassVar[tuple[Path, ...]] = tuple(STARTERS / name for name in ("fool_rate.py", "fool_rate.R"))
    keywords: ClassVar[tuple[str, ...]] = ("fool rate", "two-alternative forced choice")

    @one_thread()
    def analyse(self, evidence: Evidence) -> Json:
        """Rates, comparisons and the rest, photo by photo, under other rules, and at early looks."""
        table, rule = evidence.table, evidence.rule
        analysis = analyse(
            table, metrics=evidence.scores, photo_scores=None if evidence.brief else evidence.by_photo,
            mix_sources=evidence.mix_sources, alpha=evidence.alpha, with_mixed_model=not evidence.brief,
            rule=rule, **evidence.strict,
        )  # fmt: skip
        if evidence.brief:
            return {"analysis": analysis}
        valid = valid_responses(table)
        found = views(
            table, valid.table, **evidence.strict, faulty=evidence.faulty, finished=evidence.finished
        )
        changed = how_the_answer_changes(valid, found, rule=rule)
        spoiled_too = with_voided(evidence)
        if spoiled_too:
            every = valid_responses(spoiled_too.table)
            changed += how_the_answer_changes(every, [voided_view(len(every))], rule=rule)
        fooled = valid.fooled.astype(np.float64)
        more = exposure_findings(evidence, valid.table, fooled)
        more |= confidence_findings(evidence, valid.table, 1 - fooled)
        return {
            "analysis": analysis | more,
            "early": early_looks(valid, evidence.finished),
            "views": changed,
            "photos": photo_table(valid, evidence.by_photo),
        }

    def rows(self, evidence: Evidence, findings: Json) -> Mapping[str, Mapping[Hashable, Mapping[str, Any]]]:
        """Fool rates of participants, photos and conditions."""
        return tabled.rows(valid_responses(evidence.table), findings["analysis"])

    def gallery(self, findings: Json) -> Json:
        """The photos whose recolouring fooled most and least."""
        return gallery_of(findings["photos"])

    def standing(self, evidence: Evidence) -> Standing | None:
        """The fool rates."""
        valid = valid_responses(evidence.table).by_photo_cluster()
        photo = valid.table.photo
        names = [photo.labels[code] for code in np.unique(photo.codes)]
        return standing(residual_totals(valid), names, evidence.rule)

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """Every section that the findings have something for."""
        from evaluation.designs._pair.report import sections_of

        return sections_of(findings, facts)


CONCLUDES = Pair()
