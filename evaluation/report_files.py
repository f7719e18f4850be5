"""A report and its trials as files that stand on their own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from evaluation import charts, published
from evaluation.models import Population, Report
from evaluation.presentation import Page
from studies import exports
from studies.models import Study

STYLES = ("studies/base.css", "evaluation/report.css")


def html(report: Report) -> str:
    """One page with its styles and chart inside: it can be mailed, archived and printed."""
    page = Page(report)
    return render_to_string(
        "evaluation/report_file.html",
        {
            "report": report,
            "page": page,
            "population": page.population,
            "styles": "\n".join(_style(name) for name in STYLES),
            "chart_wide": _data_address(charts.fool_rate_svg(page, "wide")),
            "chart_narrow": _data_address(charts.fool_rate_svg(page, "narrow")),
            "chart_words": charts.description(page),
            "published": published,
            "frozen": True,
        },
    )


def csv_lines(study: Study, population: Population) -> Iterator[str]:
    """The trials as lines of CSV, header first, one by one."""
    return exports.csv_lines(exports.trial_rows(study, population.value))


def _data_address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _style(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(f"The style sheet {name} is missing from this installation.")
    return Path(path).read_text(encoding="utf-8")
