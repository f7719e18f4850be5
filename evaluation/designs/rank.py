"""What best of several concludes: how likely each condition is called the most natural."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

from evaluation.designs._choices.analysis import findings
from evaluation.designs._choices.judged import gallery_of_conditions
from evaluation.designs._choices.plan import RANK
from evaluation.designs._choices.tabled import columns_of, rows_of
from evaluation.designs._common.counted import with_voided
from evaluation.designs._design import Concluding, Evidence, FileForm
from evaluation.designs._rank.choices import judged_choices, statistics
from evaluation.report.section import Section
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Json, one_thread
from evaluation.statistics.ranked_choice import MOST, estimate


class Rank(Concluding):
    """Several pictures of one photo at once, and which looks most natural (and which least)."""

    planning = RANK
    columns = columns_of(
        "was called the most natural",
        "Chance of being called the most natural if all conditions stood side by side",
        ties=False,
    )
    files = (FileForm(("shown_1", "shown_2", "best_model")),)
    fullest: ClassVar[Mapping[str, Any]] = {"pictures": MOST, "ask_worst": True}
    keywords = ("best of several", "best-worst scaling", "Plackett-Luce model")

    @one_thread()
    def analyse(self, evidence: Evidence) -> Json:
        """Strengths, chances, order and places, under other rules, by exposure and photo by photo."""
        judged, choices = judged_choices(evidence)
        spoiled = None if evidence.brief else with_voided(evidence)
        voided = judged_choices(spoiled)[0] if spoiled else None
        return findings(evidence, judged, statistics(choices, evidence.alpha), voided)

    def rows(self, evidence: Evidence, findings: Json) -> Mapping[str, Mapping[Hashable, Mapping[str, Any]]]:
        """Counts, chances, strengths and ranks."""
        return rows_of(judged_choices(evidence)[0], findings["analysis"], "chance_best", ties=False)

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """Every section that the findings have something for."""
        from evaluation.designs._rank.report import sections_of

        return sections_of(findings, facts)

    def gallery(self, findings: Json) -> Json:
        """The photos of each condition that were called the most natural most and least often."""
        return gallery_of_conditions(findings["photos"])

    def standing(self, evidence: Evidence) -> Standing | None:
        """The strengths."""
        judged, choices = judged_choices(evidence)
        joint = None if choices is None else estimate(choices).joint
        if joint is None:
            return None
        return Standing.of("", joint, judged.counted.table.by_photo_cluster().photo.labels)


CONCLUDES = Rank()
