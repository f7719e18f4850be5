"""The concluding half of every design, present and future, and of the one that the documentation writes."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from evaluation import designs as concluding
from evaluation.designs._design import Evidence
from evaluation.models import Population
from evaluation.reading.tables import read_study
from evaluation.report import charts
from evaluation.report.section import as_json, from_json, numbered
from evaluation.services import report_contents, reports
from evaluation.services import report_files as files
from studies import designs as asking
from studies.models import Study
from tests.simulated import simulated_study

PAGE = Path(__file__).parents[2] / "docs" / "designs.md"
EXAMPLE = "leaning"


def test_what_is_concluded_has_the_name_of_what_is_asked():
    assert set(concluding.names()) <= set(asking.names())
    assert "pair" in concluding.names()


@pytest.fixture(params=[*concluding.names(), EXAMPLE])
def name(request, tmp_path, monkeypatch):
    """Each design that concludes; the one of the documentation does so from a pair test's answers."""
    if request.param == EXAMPLE:
        (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        (tmp_path / f"{EXAMPLE}.py").write_text(example, encoding="utf-8")
        monkeypatch.setattr(concluding, "__path__", [*concluding.__path__, str(tmp_path)])
        monkeypatch.setattr(asking, "get", lambda name, known=asking.get: known(asked(name)))
    return request.param


def asked(name):
    """The asking half."""
    return "pair" if name == EXAMPLE else name


def reported(name, **how):
    """A report of a small study with simulated people."""
    study = simulated_study(asked(name), **how)
    Study.objects.filter(pk=study.pk).update(design=name)
    study.refresh_from_db()
    return reports.make_report(study=study, population=Population.SIMULATED)


@pytest.fixture
def report(name, db, idle_queue):
    return reported(name)


def test_equal_evidence_gives_equal_findings_as_json(report):
    table = read_study(report.study, Population.SIMULATED).table
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
    check_names(report_contents.sections_of(report))


def check_names(sections):
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


FEW = {
    "without answers": {"people": 0},
    "with one answer": {"people": 1, "answers": 1},
    "with one test answer": {"people": 1, "answers": 1, "practice_trials": 0, "vigilance_share": 0.0},
    "with one participant": {"people": 1},
    "with few answers of two participants": {"people": 2, "answers": 6},
}


@pytest.mark.parametrize("few", FEW.values(), ids=FEW)
def test_a_study_with_few_answers_has_a_report_too(name, few, db, idle_queue):
    made = reported(name, **few)
    sections = report_contents.sections_of(made)
    assert sections[0].lead
    check_names(sections)
    assert files.html(made)
    assert files.pdf(made)
    assert files.text(made)
    assert json.dumps(made.results, allow_nan=False)
