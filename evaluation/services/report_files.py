"""A report and its trials as files that stand on their own."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from colorizers.models import Colorization, Photo
from colorizers.services.thumbnails import thumbnail
from colorizers.tools import csv_files
from evaluation.exports.codebook import trials_table
from evaluation.exports.rows import trial_rows
from evaluation.models import Population, Report
from evaluation.report import charts, latex, terminal
from evaluation.report.html import context_of
from evaluation.report.section import Chart, Section
from evaluation.report.wording import SIMULATED_BANDS
from evaluation.services.report_contents import sections_of
from studies.models import Study
from studies.services import samples
from studies.services.planning import design_of

STYLES = ("studies/base.css", "evaluation/report.css")
PICTURE_PX = 240


def html(report: Report) -> str:
    """One page with its styles, charts and pictures inside: it can be mailed, archived and printed."""
    sections = sections_of(report)
    found = picture_bytes(sections)

    def picture(kind: str, digest: str) -> str:
        return _data_address(found[digest], "image/jpeg") if digest in found else ""

    context = context_of(report, sections, drawn_inside, picture) | {
        "styles": "\n".join(_static_text(name) for name in STYLES),
        "script": _static_text("evaluation/folds.js"),
    }
    return render_to_string("evaluation/report_file.html", context)


def drawn_inside(one: Chart, number: int, part: charts.Part, width: charts.Width, theme: charts.Theme) -> str:
    """The address of a drawing that holds the drawing itself."""
    return _data_address(charts.svg(one, part, width, theme).encode(), "image/svg+xml")


def pdf(report: Report) -> bytes:
    """The report for print and archive: the same report, the same bytes."""
    # Only here: every command and worker would load the fonts' library when it starts.
    from evaluation.report.pdf.document import document

    sections = sections_of(report)
    return document(report, sections, picture_bytes(sections))


def tex(report: Report) -> str:
    """Its tables for a paper; a comment says where they come from."""
    source = f"Foolrate report {report.code}, data {report.data_digest}, code {report.code_version}"
    return latex.tables(sections_of(report), report.results["study"], source, _band(report))


def text(report: Report) -> str:
    """The report as a terminal shows it."""
    return terminal.text(sections_of(report), _band(report))


def picture_bytes(sections: Sequence[Section], side: int = PICTURE_PX) -> dict[str, bytes]:
    """Small JPEGs of the pictures that sections show, by digest, as far as they are in the storage."""
    wanted = {
        picture.digest
        for section in sections
        if section.gallery
        for shelf in section.gallery.shelves
        for exhibit in shelf.exhibits
        for picture in exhibit.pictures
    }
    photos = Photo.objects.filter(digest__in=wanted)
    fakes = Colorization.objects.done().filter(digest__in=wanted)
    found: dict[str, bytes] = {}
    for row in (*photos, *fakes.order_by("-pk")):
        try:
            found[row.digest] = thumbnail(row.file, row.digest, side)
        except FileNotFoundError:
            continue
    return found


def csv_lines(study: Study, population: Population) -> Iterator[str]:
    """The trials as lines of CSV, header first, one by one; `excluded` names the rule of an exclusion."""
    table = trials_table(design_of(study), samples.columns(study))
    return csv_files.csv_lines(trial_rows(study, population), table.names)


def _band(report: Report) -> str:
    return SIMULATED_BANDS.get(report.population, "")


def _data_address(data: bytes, kind: str) -> str:
    return f"data:{kind};base64," + base64.b64encode(data).decode()


def _static_text(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(f"The file {name} is missing from this installation.")
    return Path(path).read_text(encoding="utf-8")
