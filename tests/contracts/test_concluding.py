"""The concluding half of every design, present and future, and of the one that the documentation writes."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from evaluation import designs as concluding
from evaluation.designs._design import Evidence
from evaluation.models import Population, Report
from evaluation.reading.tables import read_study
from evaluation.report import charts
from evaluation.report import downloads as files
from evaluation.report.section import as_json, from_json, numbered
from evaluation.services import report_contents, reports
from studies import designs as asking
from studies.models import Study
from tests.evaluation.cast import played_study

PAGE = Path(__file__).parents[2] / "docs" / "designs.md"
EXAMPLE = "leaning"


def test_what_is_concluded_has_the_name_of_what_is_asked():
    assert set(concluding.names()) <= set(asking.names())
    assert "pair" in concluding.names()


@pytest.fixture(params=["of the pair", "of the documentation"])
def report(request, ada, db, tmp_path, monkeypatch):
    """A report of a small study, as each design makes it."""
    name = "pair"
    if request.param == "of the documentation":
        name = EXAMPLE
        (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        (tmp_path / f"{name}.py").write_text(example, encoding="utf-8")
        monkeypatch.setattr(concluding, "__path__", [*concluding.__path__, str(tmp_path)])
    played = played_study(ada)
    played.crowd(5, {"l2": 0.3, "classes": 0.5}, vigilance=[True])
    Study.objects.filter(pk=played.study.pk).update(design=name)
    monkeypatch.setattr(asking, "get", lambda _name, known=asking.get: known("pair"))
    played.study.refresh_from_db()
    return reports.make_report(study=played.study, population=Population.PEOPLE)


def test_equal_evidence_gives_equal_findings_as_json(report):
    table = read_study(report.study, Population.PEOPLE).table
    design = concluding.get(report.study.design)
    strict = report_contents.strict_rules(report.study)
    once, again = (design.analyse(Evidence(table, strict=strict)) for _ in range(2))
    assert json.dumps(once, sort_keys=True) == json.dumps(again, sort_keys=True)
    assert once["analysis"]


def test_its_sections_are_frozen_and_survive_json(report):
    sections = report_contents.sections_of(report)
    assert [from_json(json.loads(json.dumps(as_json(one)))) for one in sections] == sections
    assert report.results["sections"] == [as_json(one) for one in sections]


def test_the_answer_comes_first_with_headline_chart_and_table(report):
    answer = report_contents.sections_of(report)[0]
    assert answer.lead
    assert not answer.folded
    assert answer.charts
    assert answer.tables


def test_names_are_unique_and_every_column_of_numbers_is_defined(report):
    sections = report_contents.sections_of(report)
    names = [part.name for section in sections for part in (*section.charts, *section.tables)]
    assert len(names) == len(set(names))
    assert set(numbered(sections)) <= set(names)
    known = {one.key for section in sections for one in section.definitions}
    for section in sections:
        for table in section.tables:
            columns = [column for column in table.columns if column.align == "right"]
            assert {column.definition for column in columns} <= known, table.name
            assert all(len(row) in (1, len(table.columns)) for row in table.rows)


def test_every_renderer_takes_them(report):
    sections = report_contents.sections_of(report)
    html = files.html(report)
    assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(re.findall(r'id="([\w-]+)"', html))
    assert files.pdf(report).startswith(b"%PDF")
    text, tex = files.text(report), files.tex(report)
    for section in sections:
        assert section.title.replace("\N{NO-BREAK SPACE}", " ") in text or section is sections[0]
        for table in section.tables:
            assert not table.caption or f"-{table.name}}}" in tex
        for chart in section.charts:
            for part in charts.parts(chart):
                ET.fromstring(charts.svg(chart, part))


def test_a_study_without_answers_has_a_report_too(ada, db):
    for name in concluding.names():
        empty = played_study(ada, slug=name).study
        Study.objects.filter(pk=empty.pk).update(design=name)
        empty.refresh_from_db()
        made = reports.make_report(study=empty, population=Population.PEOPLE)
        assert Report.objects.filter(pk=made.pk).exists()
        assert files.pdf(made)
        assert files.text(made)
