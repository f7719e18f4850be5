import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pypdfium2
import pytest
from django.urls import reverse

from evaluation.models import Population
from evaluation.report import charts
from evaluation.report.charts._canvas import PALETTES
from evaluation.report.wording import SIMULATED_BANDS
from evaluation.services import reports
from studies.models import Source
from tests.evaluation.cast import played_study, score
from tests.evaluation.report import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def sky(ada):
    played = played_study(ada)
    played.crowd(4, {"l2": 0.3, "classes": 0.2}, vigilance=[True, False], practice=2)
    return played


@pytest.fixture
def report(sky):
    return reports.make_report(study=sky.study, population=Population.PEOPLE)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def get(client, name, report, *more, **query):
    return client.get(reverse(f"evaluation:{name}", args=[report.study.slug, report.code, *more]), query)


def test_json_is_the_frozen_document(as_ada, report):
    reply = get(as_ada, "report-json", report)
    assert reply.content.decode() == report.as_json()
    assert "attachment" in reply["Content-Disposition"]
    assert json.loads(reply.content)["analysis"]["models"]["l2"]["participants"] == 4


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chart_is_one_svg_without_styles_whose_text_is_text(as_ada, report, width, theme):
    reply = get(as_ada, "chart-svg", report, "fool-rates", width=width, theme=theme)
    assert reply["Content-Type"] == "image/svg+xml"
    svg = reply.content.decode()
    assert "style" not in svg
    assert PALETTES[theme].paper in svg
    root = ET.fromstring(svg)
    words = "".join(root.itertext())
    assert "chance: 50\N{NO-BREAK SPACE}%" in words
    assert "L2" in words
    assert root.find("{http://www.w3.org/2000/svg}title").text.startswith("Fool rate by condition")


@pytest.mark.parametrize("name", ["fool-rates", "differences", "photos", "metrics"])
def test_every_chart_has_equal_bytes_each_time_as_svg_and_png(sky, name):
    score(sky)
    chart = said.charts(reports.make_report(study=sky.study, population=Population.PEOPLE))[name]
    part = charts.whole(chart)
    assert charts.svg(chart, part) == charts.svg(chart, part)
    assert charts.png(chart, part).startswith(b"\x89PNG")
    assert charts.png(chart, part) == charts.png(chart, part)


def test_a_page_shows_each_condition_in_a_part_of_its_own(as_ada, report):
    first, second = (get(as_ada, "chart-svg", report, "photos", part=number) for number in (0, 1))
    whole = get(as_ada, "chart-svg", report, "photos")
    assert "L2" in first.content.decode()
    assert "Classes" not in first.content.decode()
    assert "Classes" in second.content.decode()
    assert {"L2", "Classes"} <= set(re.findall(r">(L2|Classes)<", whole.content.decode()))
    for number in ("2", "-1", "x", "9" * 40):
        assert get(as_ada, "chart-svg", report, "photos", part=number).status_code == 404


def test_a_chart_without_content_is_not_found(as_ada, report):
    reply = get(as_ada, "chart-svg", report, "metrics")
    assert reply.status_code == 404


def test_the_pdf_says_what_the_page_says_and_has_equal_bytes_each_time(as_ada, report):
    document = get(as_ada, "report-pdf", report).content
    assert document == get(as_ada, "report-pdf", report).content
    pages = pypdfium2.PdfDocument(document)
    words = " ".join(pages[number].get_textpage().get_text_bounded() for number in range(len(pages)))
    words = " ".join(words.split())
    for heading in (
        "Fool rate by condition",
        "Differences between",
        "Fool rate per photo",
        "Methods",
        "Naive",
    ):
        assert heading in words
    assert report.data_digest[:16] in words


def test_the_table_for_a_paper_is_latex(as_ada, report):
    text = get(as_ada, "report-tex", report).content.decode()
    assert "\\toprule" in text
    assert str(report.code) in text


@pytest.mark.parametrize("name", ["report-html", "report-pdf", "report-tex", "report-json"])
def test_a_report_without_answers_is_a_file_too(as_ada, ada, name):
    empty = reports.make_report(study=played_study(ada, slug="empty").study, population=Population.PEOPLE)
    assert get(as_ada, name, empty).status_code == 200


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_the_chart_of_a_report_without_answers_says_so(as_ada, ada, width):
    empty = reports.make_report(study=played_study(ada, slug="empty").study, population=Population.PEOPLE)
    reply = get(as_ada, "chart-svg", empty, "fool-rates", width=width)
    assert "No answers yet" in reply.content.decode()


@pytest.mark.parametrize("population", [Population.SIMULATED, Population.POOLED])
def test_the_table_for_a_paper_says_that_its_answers_are_not_people_s_alone(as_ada, sky, population):
    sky.crowd(3, {"l2": 0.4}, source=Source.SIMULATED)
    report = reports.make_report(study=sky.study, population=population)
    assert "caption{\\textbf{" in get(as_ada, "report-tex", report).content.decode()
    assert SIMULATED_BANDS[population].split()[0] in get(as_ada, "report-tex", report).content.decode()


def test_the_page_as_one_file_needs_nothing_from_elsewhere(as_ada, report):
    html = get(as_ada, "report-html", report).content.decode()
    addresses = re.findall(r'(?:src|srcset|href)="([^"]*)"', html)
    assert addresses
    assert all(address.startswith(("#", "data:")) for address in addresses)
    assert "@import" not in html
    assert "url(" not in html
    assert "<form" not in html


def test_trials_come_as_csv_of_the_population_that_was_asked_for(as_ada, sky):
    sky.participate(fooled={"l2": [True]}, source=Source.SIMULATED)
    address = reverse("evaluation:trials-csv", args=["sky"])
    for population, rows in (("people", 80), ("simulated", 1), ("pooled", 81)):
        reply = as_ada.get(address, {"population": population})
        assert reply.streaming
        lines = list(csv.DictReader(io.StringIO(reply.getvalue().decode())))
        assert len(lines) == rows
        assert lines[0]["phase"]
