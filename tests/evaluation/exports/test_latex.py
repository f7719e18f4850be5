import re

import pytest

from evaluation.exports.latex import escaped, latex_differences, latex_table
from evaluation.models import Population
from evaluation.services import (
    reports,
)
from tests.evaluation.cast import played_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(ada):
    sky = played_study(ada, arms=("l2", "classes", "unseen"))
    sky.crowd(6, {"l2": 0.3, "classes": 0.5}, vigilance=[True])
    return reports.make_report(study=sky.study, population=Population.PEOPLE)


def rows(text):
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
    return [
        [cell.strip() for cell in line.removesuffix(r"\\").split(" & ")] for line in body.strip().splitlines()
    ]


def test_each_condition_is_a_row_with_the_numbers_of_the_report(report):
    l2 = report.results["analysis"]["models"]["l2"]
    found = {row[0]: row[1:] for row in rows(latex_table(report.results))}
    assert list(found) == ["L2", "Classes", "Unseen"]
    row = next(iter(found.values()))
    default = l2["intervals"]["default"]
    assert row[0] == f"{100 * l2['fool_rate']:.1f}"
    assert row[1] == f"[{100 * default['low']:.1f}, {100 * default['high']:.1f}]"
    assert row[4:7] == [str(l2["n"]), "6", str(l2["images"])]


def test_a_condition_that_nobody_judged_has_dashes(report):
    assert rows(latex_table(report.results))[-1][1:] == ["--"] * 4 + ["0"] + ["--"] * 3


def test_every_row_has_as_many_cells_as_the_table_has_columns(report):
    text = latex_table(report.results, source="report 1\nof two lines")
    columns = re.search(r"begin\{tabular\}\{(\w+)\}", text)[1]
    assert {len(row) for row in rows(text)} == {len(columns)}
    assert text.startswith("% report 1\n% of two lines\n")


def test_only_booktabs_is_needed(report):
    text = latex_table(report.results)
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert text.count(rule) == 1
    assert "|" not in text
    assert r"\hline" not in text


@pytest.mark.parametrize("title", ["[2pt] greyish", "*starred", "[x"])
def test_a_title_is_no_option_of_the_row_before_it(report, title):
    for condition in report.results["study"]["conditions"]:
        condition["title"] = title
    for row in latex_table(report.results).split(r"\midrule")[1].splitlines():
        assert not row.startswith(("[", "*"))


@pytest.mark.parametrize("special", list(r"\{}$&#%_~^"))
def test_a_title_cannot_be_a_command(report, special):
    report.results["study"]["conditions"][0]["title"] = f"50{special}input"
    first = rows(latex_table(report.results))[0][0]
    assert first == f"50{escaped(special)}input"
    assert escaped(special) != special


def test_a_line_break_in_a_title_does_not_break_the_table():
    assert escaped("one\n\n two") == "one two"


def test_differences_have_intervals_of_the_kind_of_their_p_values(ada):
    sky = played_study(ada, arms=("l2", "classes", "gan"))
    sky.crowd(6, {"l2": 0.3, "classes": 0.5, "gan": 0.4}, vigilance=[True])
    results = reports.make_report(study=sky.study, population=Population.PEOPLE).results
    text = latex_differences(results)
    assert "hold for all pairs simultaneously" in text
    pair = results["analysis"]["pairwise"][0]
    ends = sorted(abs(100 * end) for end in pair["recommended"]["simultaneous_ci"])
    assert f"{ends[1]:.1f}]" in text or f"{ends[0]:.1f}]" in text
    assert f"{pair['recommended']['p_holm']:.3f}" in text
    assert r"\label{tab:" in text
