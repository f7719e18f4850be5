"""What a preference test concludes: how much more natural one condition looks than another."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from evaluation.designs._choices.analysis import findings
from evaluation.designs._choices.judged import gallery_of_conditions
from evaluation.designs._choices.plan import PREFERENCE
from evaluation.designs._choices.tabled import columns_of, rows_of
from evaluation.designs._common.counted import with_voided
from evaluation.designs._common.files import CHOSEN_SIDES
from evaluation.designs._design import Concluding, Evidence, FileForm
from evaluation.designs._preference.choices import judged_choices, statistics
from evaluation.report.section import Section
from evaluation.statistics.agreement import Standing
from evaluation.statistics.arrays import Json, one_thread
from evaluation.statistics.bradley_terry import estimate


class Preference(Concluding):
    """Two pictures of one photo, and which looks more natural."""

    planning = PREFERENCE
    columns = columns_of(
        "was preferred",
        "Chance of being preferred: to the other one of two conditions, else to one of average strength",
    )
    files = (FileForm(("preferred_model",)), CHOSEN_SIDES)
    keywords = ("preference", "paired comparison", "Bradley-Terry model")

    @one_thread()
    def analyse(self, evidence: Evidence) -> Json:
        """Strengths, differences, order and habits, under other rules, by exposure and photo by photo."""
        judged, choices = judged_choices(evidence)
        spoiled = None if evidence.brief else with_voided(evidence)
        voided = judged_choices(spoiled)[0] if spoiled else None
        return findings(evidence, judged, statistics(choices, evidence.alpha), voided)

    def report(self, findings: Json, facts: Json) -> list[Section]:
        """Every section that the findings have something for."""
        from evaluation.designs._preference.report import sections_of

        return sections_of(findings, facts)

    def rows(self, evidence: Evidence, findings: Json) -> Mapping[str, Mapping[Hashable, Mapping[str, Any]]]:
        """Counts, chances, strengths and ranks."""
        return rows_of(judged_choices(evidence)[0], findings["analysis"], "chance_preferred")

    def gallery(self, findings: Json) -> Json:
        """The photos of each condition that were preferred most and least often."""
        return gallery_of_conditions(findings["photos"])

    def standing(self, evidence: Evidence) -> Standing | None:
        """The Bradley-Terry abilities."""
        judged, choices = judged_choices(evidence)
        joint = None if choices is None else estimate(choices).joint
        if joint is None:
            return None
        return Standing.of("", joint, judged.counted.table.by_photo_cluster().photo.labels)


CONCLUDES = Preference()
