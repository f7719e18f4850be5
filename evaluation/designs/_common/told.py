"""What every section is told: the findings, the facts about the study, and its conditions."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.statistics.arrays import Json


@dataclass(frozen=True)
class Told:
    """Findings and facts as `report` gets them; see `_design.py`."""

    findings: Json
    facts: Json

    @property
    def study(self) -> Json:
        """The study as it was when the report was made."""
        study: Json = self.facts["study"]
        return study

    @property
    def population(self) -> str:
        """Whose answers these are."""
        return str(self.facts.get("population", "people"))

    @property
    def conditions(self) -> list[Json]:
        """The conditions that are compared, in the study's order."""
        return [condition for condition in self.study["conditions"] if condition["kind"] == "test"]

    @property
    def titles(self) -> dict[str, str]:
        """Their titles by slug."""
        return {condition["slug"]: condition["title"] for condition in self.conditions}
