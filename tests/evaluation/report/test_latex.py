"""A report's tables in LaTeX."""

import re

import pytest

from evaluation.models import Population
from evaluation.report.latex import escaped, tables
from evaluation.report.section import Cell, Heading, Section, Table
from evaluation.services import report_contents, reports
from tests.evaluation.cast import played_study

STUDY = {"title": "Skies", "slug": "sky_1"}


@pytest.fixture
def report(ada, db):
    sky = played_study(ada, arms=("l2", "classes", "unseen"))
    sky.crowd(6, {"l2": 0.3, "classes": 0.5}, vigilance=[True])
    return reports.make_report(study=sky.study, population=Population.PEOPLE)


def of(report, source="", band=""):
    return tables(report_contents.sections_of(report), report.results["study"], source, band)


def blocks(text):
    """The rows of each table by its label."""
    found = {}
    for block in text.split(r"\begin{table}")[1:]:
        label = re.search(r"\\label\{tab:sky-(.*?)\}", block)[1]
        body = block.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
        found[label] = [[cell.strip() for cell in row.removesuffix(r"\\").split(" & ")] for row in body]
    return found


def test_each_condition_is_a_row_with_the_numbers_of_the_report(report):
    l2 = report.results["analysis"]["models"]["l2"]
    found = {row[0]: row[1:] for row in blocks(of(report))["all-intervals"]}
    assert list(found) == ["L2", "Classes", "Unseen"]
    row, default = found["L2"], l2["intervals"]["default"]
    assert row[0] == rf"{100 * l2['fool_rate']:.1f}~\%"
    assert row[1] == f"{{[}}{100 * default['low']:.1f},~{100 * default['high']:.1f}{{]}}"
    assert row[5:8] == [str(l2["n"]), "6", str(l2["images"])]


def test_a_condition_that_nobody_judged_has_dashes(report):
    last = blocks(of(report))["all-intervals"][-1]
    assert [last[place] for place in (1, 3, 4, 5)] == ["--", "--", "--", "--"]
    assert last[6:9] == ["0", "0", "0"]


def test_every_row_has_as_many_cells_as_its_table_has_columns(report):
    text = of(report, source="report 1\nof two lines")
    columns = re.findall(r"begin\{tabular\}\{(\w+)\}", text)
    assert len(columns) >= 8
    for found, rows in zip(columns, blocks(text).values(), strict=True):
        assert {len(row) for row in rows if "multicolumn" not in row[0]} == {len(found)}
    assert text.startswith("% report 1\n% of two lines\n")


def test_only_booktabs_is_needed(report):
    text = of(report)
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert text.count(rule) == text.count(r"\begin{table}")
    assert "|" not in text
    assert r"\hline" not in text


def one(title="L2", note="", interval="[1, 2]"):
    columns = (Heading("Condition", align="left"), Heading("Rate"))
    rows = ((title, Cell("3", interval, note)), ("[a block](#n)",))
    return tables([Section("a", "A", tables=(Table("t", "Rates.", columns, rows),))], STUDY)


@pytest.mark.parametrize("title", ["[2pt] greyish", "*starred", "[x"])
def test_a_title_is_no_option_of_the_row_before_it(title):
    for row in one(title).split(r"\midrule")[1].splitlines():
        assert not row.startswith(("[", "*"))


@pytest.mark.parametrize("special", list(r"\{}$&#%_~^"))
def test_a_title_cannot_be_a_command(special):
    text = one(f"50{special}input")
    assert f"50{escaped(special)}input &" in text
    assert escaped(special) != special


def test_a_line_break_in_a_title_does_not_break_the_table():
    assert escaped("one\n\n two") == "one two"


def test_a_short_remark_stands_in_the_cell_a_long_one_below_and_a_divider_across():
    assert r"L2 & 3 & {[}1, 2{]} (n = 7) \\" in one(note="n = 7")
    text = one(note="no test: both arms are constant")
    assert r"L2 & 3 & {[}1, 2{]} \\" in text
    assert r"\par{\footnotesize L2, Rate: no test: both arms are constant.}" in text
    assert r"\multicolumn{3}{l}{a block} \\" in text


def test_differences_have_intervals_of_the_kind_of_their_p_values(ada, db):
    sky = played_study(ada, arms=("l2", "classes", "gan"))
    sky.crowd(6, {"l2": 0.3, "classes": 0.5, "gan": 0.4}, vigilance=[True])
    report = reports.make_report(study=sky.study, population=Population.PEOPLE)
    text = of(report)
    assert "hold for all pairs simultaneously" in text
    pair = report.results["analysis"]["pairwise"][0]
    titles = {pair["a"].title(), pair["b"].title()}
    (row,) = (row for row in blocks(text)["pairs"] if set(row[0].split(" above ")) == titles)
    ends = sorted(abs(100 * end) for end in pair["recommended"]["simultaneous_ci"])
    assert f"{ends[1]:.1f}{{]}}" in row[2] or f"{ends[0]:.1f}{{]}}" in row[2]
    assert row[3] == f"{pair['recommended']['p_holm']:.3f}"


def test_the_label_of_a_table_names_study_and_table():
    assert r"\label{tab:sky-1-t}" in one()
