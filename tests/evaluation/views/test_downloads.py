import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.urls import reverse

from evaluation import services
from evaluation.models import Population
from studies.models import Source
from tests.evaluation.cast import played_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def sky(ada):
    played = played_study(ada)
    played.crowd(4, {"l2": 0.3, "classes": 0.2}, vigilance=[True, False], practice=2)
    return played


@pytest.fixture
def report(sky):
    return services.make_report(study=sky.study, population=Population.PEOPLE)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def get(client, name, report):
    return client.get(reverse(f"evaluation:{name}", args=[report.study.slug, report.code]))


def test_json_is_the_frozen_document(as_ada, report):
    reply = get(as_ada, "report-json", report)
    assert reply.content.decode() == report.as_json()
    assert "attachment" in reply["Content-Disposition"]
    assert json.loads(reply.content)["analysis"]["models"]["l2"]["participants"] == 4


@pytest.mark.parametrize("name", ["chart-svg", "chart-narrow-svg"])
def test_the_chart_is_one_svg_without_styles_whose_text_is_text(as_ada, report, name):
    reply = get(as_ada, name, report)
    assert reply["Content-Type"] == "image/svg+xml"
    svg = reply.content.decode()
    assert "style" not in svg
    root = ET.fromstring(svg)
    words = "".join(root.itertext())
    assert "chance: 50 %" in words
    assert "L2" in words
    assert root.find("{http://www.w3.org/2000/svg}title").text.startswith("Fool rate by condition")


def test_the_chart_has_equal_bytes_each_time(as_ada, report):
    assert get(as_ada, "chart-svg", report).content == get(as_ada, "chart-svg", report).content


def test_the_chart_as_png(as_ada, report):
    assert get(as_ada, "chart-png", report).content.startswith(b"\x89PNG")


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
