"""What a report shows, number by number, in every format: kept once, and compared ever after."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pypdfium2

from evaluation.models import Population, Report
from evaluation.services import reports
from tests.evaluation.cast import played_study, score

ARMS = {"none": "None", "all": "All", "some": "Some of them", "more": "More of them", "unseen": "Unseen"}
NUMBER = re.compile(r"(?<![\w.])[−-]?\d[\d,]*(?:\.\d+)?(?![\w])")
COUNTED = re.compile(r"\b(?:Table|Figure)\s+\d+\.?")
VOID = {"img", "br", "source", "meta", "link", "input"}


def shown_study(owner):
    """A small study with everything that a report may have to say; the same answers each time."""
    played = played_study(owner, arms=tuple(ARMS), photos=60, slug="shown")
    for condition in played.conditions:
        type(condition).objects.filter(pk=condition.pk).update(title=ARMS[condition.slug])
    rates = {"none": 0.0, "all": 1.0, "some": 0.3, "more": 0.55}
    played.crowd(9, rates, seed=3, per_condition=6, vigilance=[True, True, True], practice=2)
    played.crowd(2, rates, seed=4, per_condition=6, vigilance=[False, False, True], measured_ms=1300.0)
    played.crowd(1, rates, seed=5, per_condition=6, vigilance=[True, True], rt_ms=90.0)
    played.crowd(
        1, rates, seed=6, per_condition=6, vigilance=[True], voided={14: ["page hidden"], 15: ["focus lost"]}
    )
    score(played)
    return played


def shown_report(owner) -> Report:
    """The report on it."""
    return reports.make_report(study=shown_study(owner).study, population=Population.PEOPLE)


def numbers(text: str) -> list[str]:
    """The numbers of a text in their order, those of tables and figures left out."""
    return [found.replace("-", "−") for found in NUMBER.findall(COUNTED.sub("", text))]


class Read(HTMLParser):
    """The words of a page and its rows; definitions are left out, as a section brings its own."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
        if tag not in VOID:
            kind = dict(attrs).get("class", "").split()
            self._open.append(next((name for name in ("label", "definitions") if name in kind), tag))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data):
        if {"style", "script", "label", "definitions", "footer"} & set(self._open):
            return
        self.words.append(data)
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += f"{data} "


def of_html(html: str) -> dict:
    """Numbers row by row, and all that the page's words hold."""
    page = Read(html)
    rows = [[" ".join(row[0].split()), *numbers(" ".join(row))] for row in page.rows if row]
    return {"rows": [row for row in rows if len(row) > 1], "words": sorted(numbers(" ".join(page.words)))}


def of_pdf(document: bytes) -> list[str]:
    """The numbers with a decimal point; lines may break anywhere else."""
    pages = pypdfium2.PdfDocument(document)
    words = " ".join(pages[place].get_textpage().get_text_range() for place in range(len(pages)))
    return sorted(found for found in numbers(words) if "." in found)


def of_svg(svg: str) -> list[str]:
    """The numbers of a drawing and of its description."""
    return sorted(numbers(" ".join(ET.fromstring(svg).itertext())))


def of_tex(text: str) -> list[list[str]]:
    """The numbers of each row of a table."""
    rows = [line.replace(r"\%", " ").replace("$-$", "−").replace("~", " ") for line in text.splitlines()]
    rows = [row.partition("&") for row in rows if row.rstrip().endswith(r"\\") and "&" in row]
    return [[name.strip(), *numbers(rest)] for name, _, rest in rows if numbers(rest)]


REGROUPED = ("Zhang 2016", "pix2pix 2017", "Li et al. 2020", "Palette 2021")
"""Rows of studies, which have a row for each of their arms now."""
