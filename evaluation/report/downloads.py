"""A report and its trials as files that stand on their own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from colorizers.models import Colorization, Photo
from colorizers.services.thumbnails import thumbnail
from colorizers.tools import csv_files
from evaluation.exports.codebook import TRIALS
from evaluation.exports.latex import latex_differences, latex_table
from evaluation.exports.rows import trial_rows
from evaluation.models import Population, Report
from evaluation.report import Page, charts, published
from evaluation.report.figures import Figure, Wall, figures_of, wall_of
from evaluation.report.wording import SIMULATED_BANDS
from studies.models import Study

STYLES = ("studies/base.css", "evaluation/report.css")
PICTURE_PX = 240


def html(report: Report) -> str:
    """One page with its styles, charts and pictures inside: it can be mailed, archived and printed."""
    page = Page(report)
    return render_to_string(
        "evaluation/report_file.html",
        {
            "report": report,
            "page": page,
            "population": page.population,
            "styles": "\n".join(_static_text(name) for name in STYLES),
            "script": _static_text("evaluation/folds.js"),
            "figures": figures(page),
            "walls": walls(page),
            "published": published,
            "frozen": True,
        },
    )


def figures(page: Page) -> dict[str, Figure]:
    """Every chart with its drawings inside its addresses."""

    def inside(name: str, number: int, part: charts.Part, width: charts.Width, theme: charts.Theme) -> str:
        return _data_address(charts.svg(page, name, part, width, theme).encode(), "image/svg+xml")

    return figures_of(page, inside)


def walls(page: Page) -> list[Wall]:
    """The gallery with small pictures inside its addresses; what is missing from the storage has none."""
    found = picture_bytes(page)
    return [
        wall_of(
            wall, lambda kind, digest: _data_address(found[digest], "image/jpeg") if digest in found else ""
        )
        for wall in page.walls
    ]


def picture_bytes(page: Page, side: int = PICTURE_PX) -> dict[str, bytes]:
    """Small JPEGs of the gallery's photos and recolourings, by digest, as far as they are in the storage."""
    pictures = [picture for wall in page.walls for picture in (*wall.most, *wall.least)]
    photos = Photo.objects.filter(digest__in={picture.photo for picture in pictures})
    fakes = Colorization.objects.done().filter(digest__in={picture.colorization for picture in pictures})
    found: dict[str, bytes] = {}
    for row in (*photos, *fakes.order_by("-pk")):
        try:
            found[row.digest] = thumbnail(row.file, row.digest, side)
        except FileNotFoundError:
            continue
    return found


def tex(report: Report) -> str:
    """The table of rates and that of differences for a paper; a comment says where they come from."""
    source = f"Foolrate report {report.code}, data {report.data_digest}, code {report.code_version}"
    band = SIMULATED_BANDS.get(Population(report.population), "")
    return latex_table(report.results, source, band) + latex_differences(report.results, band)


def csv_lines(study: Study, population: Population) -> Iterator[str]:
    """The trials as lines of CSV, header first, one by one; `excluded` names the rule of an exclusion."""
    return csv_files.csv_lines(trial_rows(study, population), TRIALS.names)


def _data_address(data: bytes, kind: str) -> str:
    return f"data:{kind};base64," + base64.b64encode(data).decode()


def _static_text(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(f"The file {name} is missing from this installation.")
    return Path(path).read_text(encoding="utf-8")
