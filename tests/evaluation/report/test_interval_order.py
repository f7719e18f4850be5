"""The report's section on the order of the two pictures, and the file of trials that says the same."""

import io
import json

import pytest
from django.core.management import call_command

from evaluation.models import Population
from evaluation.services import reports
from studies.models import Trial
from tests.evaluation.cast import played_study
from tests.evaluation.report import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def sky(ada):
    """Every third trial showed the fake second."""
    played = played_study(ada)
    played.crowd(6, {"l2": 0.3, "classes": 0.5})
    for trial in Trial.objects.filter(participation__study=played.study):
        name = f"{trial.key}-{'first' if trial.number % 3 else 'second'}"
        Trial.objects.filter(pk=trial.pk).update(arrangement=name)
    return played


def test_rate_criterion_and_side_are_reported_by_order_with_intervals(sky):
    report = reports.make_report(study=sky.study, population=Population.PEOPLE)
    rows = said.rows(report, "interval-order")
    assert [(row[0].text, row[0].note) for row in rows] == [
        (title, f"fake shown {name}") for title in ("L2", "Classes") for name in ("first", "second")
    ]
    assert all(cell.interval for row in rows for cell in (row[1], row[4]))
    # Behind “second” are too few photos on one side for an interval of the criterion.
    assert [bool(row[3].interval) for row in rows] == [True, False, True, False]
    model = report.results["analysis"]["models"]["l2"]
    orders = model["interval_order"]["orders"]
    assert orders["first"]["n"] + orders["second"]["n"] == model["n"]
    assert orders["first"]["k"] + orders["second"]["k"] == model["k"]
    facts = said.facts(report)
    assert "“Classes”" in facts["Fake first minus fake second"]
    assert "criterion" in facts["First picture called fake"]


def test_pictures_shown_at_once_have_no_such_section(sky):
    Trial.objects.update(arrangement="left")
    report = reports.make_report(study=sky.study, population=Population.PEOPLE)
    assert "interval-order" not in said.sections(report)


def test_the_file_of_trials_says_the_same(sky, tmp_path):
    report = reports.make_report(study=sky.study, population=Population.PEOPLE)
    call_command("report", "sky", format="csv", out=tmp_path / "t.csv", stdout=io.StringIO())
    quiet = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    call_command("analyse", str(tmp_path / "t.csv"), json=tmp_path / "a.json", **quiet)
    again = json.loads((tmp_path / "a.json").read_text())["models"]
    for slug, model in report.results["analysis"]["models"].items():
        assert again[slug]["interval_order"] == model["interval_order"]
