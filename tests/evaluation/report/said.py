"""What a report says, found by the names of its sections and their parts."""

from __future__ import annotations

from evaluation.models import Report
from evaluation.report.section import Cell, Chart, Section, Table, cell_of
from evaluation.services import report_contents


def sections(report: Report) -> dict[str, Section]:
    """The sections by name."""
    return {section.name: section for section in report_contents.sections_of(report)}


def headline(report: Report) -> str:
    return report_contents.sections_of(report)[0].lead


def remark(report: Report) -> str:
    (words,) = report_contents.sections_of(report)[0].paragraphs
    return words


def methods(report: Report) -> str:
    return sections(report)["methods"].methods


def facts(report: Report) -> dict[str, str]:
    """All facts by their term."""
    return {fact.term: fact.text for section in report_contents.sections_of(report) for fact in section.facts}


def definitions(report: Report) -> dict[str, str]:
    """All definitions by their key."""
    return {
        one.key: one.text for section in report_contents.sections_of(report) for one in section.definitions
    }


def charts(report: Report) -> dict[str, Chart]:
    """All charts by name, in their order."""
    return {chart.name: chart for section in report_contents.sections_of(report) for chart in section.charts}


def tables(report: Report) -> dict[str, Table]:
    """All tables by name, in their order."""
    return {table.name: table for section in report_contents.sections_of(report) for table in section.tables}


def rows(report: Report, table: str) -> list[list[Cell]]:
    """The rows of a table, each cell with its parts."""
    return [[cell_of(cell) for cell in row] for row in tables(report)[table].rows]
