"""The numbers of a report's figures and tables, the same on the page, in the file and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaluation.report import charts

if TYPE_CHECKING:
    from evaluation.report.page import Page

FIGURES = ("fool_rates", "differences", "metrics", "photos")


def numbers_of(page: Page) -> dict[str, str]:
    """“Figure 2” or “Table 5” for the name of each figure and table that this report has, in its order."""
    drawn = {name.replace("-", "_") for name in charts.drawn(page)}
    tables = {
        "rates": True,
        "all_intervals": True,
        "chance": bool(page.chances),
        "differences_table": bool(page.differences),
        "ranking": bool(page.ranking),
        "metrics_table": True,
        "correlations": bool(page.correlations),
        "rows": True,
        "changes": bool(page.changes),
        "next_study": bool(page.next_studies),
        "published": True,
    }
    figures = [name for name in FIGURES if name in drawn]
    present = [name for name, is_there in tables.items() if is_there]
    return {name: f"Figure {k}" for k, name in enumerate(figures, 1)} | {
        name: f"Table {k}" for k, name in enumerate(present, 1)
    }
