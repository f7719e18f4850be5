"""Several studies of one catalogue side by side, from the newest report of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.models import Population, Report
from evaluation.report import together
from evaluation.report.section import Section, as_json
from evaluation.report.together import Answered, titles_apart
from evaluation.services.report_contents import sections_of
from evaluation.services.reports import newest_report
from evaluation.statistics.agreement import Standing
from studies.models import Study

FEWEST, MOST = 2, 12


class NotTogether(Exception):
    """These studies cannot be set side by side; the message says why and what to do."""


@dataclass(frozen=True)
class Together:
    """The reports that were set side by side, in the order asked for, and what they say together."""

    reports: list[Report]
    sections: list[Section]
    findings: dict[str, object]

    def as_json(self) -> str:
        """Every number, with the codes of the reports; the same reports give the same bytes."""
        document = {
            "reports": [
                {"study": report.study.slug, "report": str(report.code), "data_digest": report.data_digest}
                for report in self.reports
            ],
            **self.findings,
            "sections": [as_json(section) for section in self.sections],
        }
        return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def set_side_by_side(studies: Sequence[Study], population: Population) -> Together:
    """The newest report of each study of this population; NotTogether where that cannot be."""
    if not FEWEST <= len(studies) <= MOST:
        raise NotTogether(f"Choose {FEWEST} to {MOST} studies, not {len(studies)}.")
    reports = [_report(study, population) for study in studies]
    titles = titles_apart([study.title for study in studies], [study.slug for study in studies])
    answered = [
        Answered(title, sections_of(report)[0], _standing(report, title))
        for title, report in zip(titles, reports, strict=True)
    ]
    findings = together.findings_of(answered)
    return Together(reports, together.sections_of(answered, findings, _colorizer_titles(reports)), findings)


def _report(study: Study, population: Population) -> Report:
    report = newest_report(study, population)
    if report is None:
        raise NotTogether(f"“{study.title}” has no report on {population.label} yet: make it first.")
    if not report.results.get("standing"):
        raise NotTogether(
            f"The newest report of “{study.title}” has no values to set beside others: it is of an earlier "
            "release, or has fewer than two conditions with answers. Make a new report of it."
        )
    return report


def _standing(report: Report, title: str) -> Standing:
    """By the names of colorizers: studies may call the same one differently."""
    conditions = report.results["study"]["conditions"]
    names = {one["slug"]: one["colorizer"] for one in conditions}
    standing = Standing.from_json(report.results["standing"]).called(title, names)
    twice = {name for name in standing.labels if standing.labels.count(name) > 1}
    if twice:
        raise NotTogether(
            f"“{title}” has several conditions of one colorizer ({', '.join(sorted(twice))}): which of them "
            "another study's condition compares with cannot be told."
        )
    return standing


def _colorizer_titles(reports: Iterable[Report]) -> dict[str, str]:
    return {
        one["colorizer"]: one["colorizer_title"]
        for report in reports
        for one in report.results["study"]["conditions"]
    }
