"""Sections as data, and what every renderer makes of one with everything in it."""

import json

import pypdfium2
import pytest
from django.template.loader import render_to_string

from evaluation.models import Population
from evaluation.report import charts, terminal
from evaluation.report.axes import axis
from evaluation.report.html import context_of
from evaluation.report.pdf.document import document
from evaluation.report.section import (
    Cell,
    Definition,
    Exhibit,
    Fact,
    Gallery,
    Heading,
    Picture,
    Section,
    Shelf,
    Table,
    as_json,
    definitions_of,
    from_json,
    numbered,
    pieces,
    plain,
)
from evaluation.services import reports
from tests.evaluation.cast import played_study
from tests.evaluation.report.kinds import EVERY_KIND

RICH = Section(
    "all", "All there is",
    lead="People chose [L2](#strength) more often.",
    paragraphs=("One <b>paragraph</b>.",),
    charts=tuple(EVERY_KIND.values()),
    tables=(
        Table(
            "strengths-table", "Strengths by condition.",
            (
                Heading("Condition", align="left"),
                Heading("Strength", "strength", "log-odds"),
                Heading("In words", align="left"),
            ),
            (("first block",), ("L2", Cell("0.80", "[0.2, 1.4]", "of 90 pairs", strong=True), "higher")),
            "A note with [a mark](#strength).",
        ),
        Table("plain", "", (Heading("Part", align="left"), Heading("As fixed", align="left")), (("a", "b"),)),
    ),
    facts=(Fact("Ties", "In 3.1 % of pairs.", "strength"), Fact("Nothing to define", "Right.")),
    gallery=Gallery(
        (
            Shelf(
                "Best of three",
                (Exhibit(tuple(Picture("photo", f"{k}", f"no. {k}") for k in range(3)), "71 %", "5 of 7"),),
            ),
            Shelf("None", note="Nobody judged it."),
        ),
        "From left to right.",
    ),
    methods="Strengths are from a Bradley-Terry model.",
    remarks=("The end.",),
    definitions=(Definition("strength", "Strength", "Log-odds of being chosen."),),
    folded=False,
)  # fmt: skip
PARTS = (
    "All there is", "more often.", "paragraph", "Strengths by condition.", "first block", "0.80",
    "[0.2, 1.4]", "of 90 pairs", "higher", "A note with a mark.", "As fixed", "In 3.1 % of pairs.",
    "Nothing to define", "Best of three", "71 %", "5 of 7", "Nobody judged it.", "From left to right.",
    "Bradley-Terry", "The end.",
)  # fmt: skip


@pytest.fixture
def report(ada, db):
    return reports.make_report(study=played_study(ada).study, population=Population.PEOPLE)


def test_a_section_survives_json_and_names_of_a_later_release_are_passed_over():
    data = json.loads(json.dumps(as_json(RICH)))
    assert from_json(data) == RICH
    assert from_json(data | {"of_the_future": 1}) == RICH
    assert "folded" in data
    assert as_json(Section("a", "A")) == {"name": "a", "title": "A"}


def test_marks_lead_to_definitions_and_intervals_are_no_marks():
    text = "a [b c](#d-2), and [1, 2] (not a mark)"
    assert pieces(text) == [("a ", ""), ("b c", "d-2"), (", and [1, 2] (not a mark)", "")]
    assert plain(text) == "a b c, and [1, 2] (not a mark)"
    assert pieces("") == []


def test_numbers_follow_the_sections_and_a_definition_stands_once():
    assert numbered([RICH])["strengths-table"] == "Table 1"
    assert numbered([RICH])["ratings"] == "Figure 4"
    assert "plain" not in numbered([RICH])
    assert definitions_of([RICH, RICH]) == list(RICH.definitions)


def test_html_says_all_of_a_section_and_escapes_it(report):
    context = context_of(report, [RICH, RICH], lambda *_: "", lambda kind, digest: f"/{kind}/{digest}")
    page = render_to_string("evaluation/_body.html", context) + render_to_string(
        "evaluation/_definitions.html", context
    )
    words = " ".join(page.split())
    for part in PARTS:
        assert part in words.replace('<a href="#def-strength">a mark</a>', "a mark")
    assert '<a href="#def-strength">L2</a>' in page
    assert "&lt;b&gt;paragraph" in page
    assert "/photo/2" in page
    assert 'id="def-strength"' in page


def test_the_pdf_says_all_of_a_section(report):
    pages = pypdfium2.PdfDocument(document(report, [RICH, RICH], {}))
    words = " ".join(pages[place].get_textpage().get_text_range() for place in range(len(pages)))
    words = " ".join(words.replace("\ufffe", "-").split())
    for part in PARTS:
        assert part in words, part


def test_the_terminal_says_all_of_a_section_and_briefly_only_what_is_open():
    words = " ".join(terminal.text([RICH, RICH]).split())
    for part in PARTS:
        assert part in words, part
    assert "All there is" not in terminal.text([RICH, Section("b", "All there is")], brief=True)


@pytest.mark.parametrize("name", EVERY_KIND)
def test_each_kind_of_chart_is_drawn_alike_each_time_and_described(name):
    chart = EVERY_KIND[name]
    part = charts.whole(chart)
    assert charts.svg(chart, part) == charts.svg(chart, part)
    assert charts.description(chart, part).startswith(chart.alt)
    assert "L2" in charts.description(chart, part)


def test_axes_end_at_round_ticks_beyond_their_values():
    found = axis("a", [0.12, 0.48], least=(0, 0.55), within=(0, 1), step=0.1, times=100)
    assert (found["ends"], found["digits"]) == ([0.0, 0.6], 0)
    assert axis("a", [0.99], least=(0,), within=(0, 1), step=0.1)["ends"] == [0.0, 1.0]
    assert axis("a", [-1.4, 1.1])["ticks"][0] <= -1.4
    assert axis("a", [70, 900], log=True)["ticks"] == [50, 100, 200, 500, 1000]
    assert axis("a", [])["ends"] == [0.0, 1.0]
    assert axis("a", [3, 3])["ends"][0] < axis("a", [3, 3])["ends"][1]
