"""The charts as drawn: whatever the conditions are called and however many there are, all words are read."""

import itertools
import re

import pytest

from evaluation.report import Page, charts
from evaluation.report.charts._canvas import PALETTES, WIDTHS, lines_of, text_width
from tests.evaluation.cast import demanding_report

SENTENCE = "A network that was trained on the photographs of a whole summer"
WORD = "a_network_that_was_trained_on_photographs_of_a_whole_summer_"
NAMES = {
    "one": {"only": SENTENCE},
    "two": {"first": WORD, "second": SENTENCE},
    "eight": {f"arm{k}": f"{k} {SENTENCE if k % 2 else WORD}" for k in range(8)},
    "longest": {"first": "W" * 200, "second": "a longer name " * 14, "third": "short"},
}


@pytest.fixture(params=NAMES)
def page(request, ada, db):
    return Page(demanding_report(ada, NAMES[request.param]))


def boxes(sheet):
    """The words of a sheet with their places: left, upper, right and lower edge in pixels."""
    renderer = sheet.figure.canvas.get_renderer() if hasattr(sheet.figure.canvas, "get_renderer") else None
    if renderer is None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        renderer = FigureCanvasAgg(sheet.figure).get_renderer()
    for text in sheet.axes.texts:
        text.set_bbox(None)
        box = text.get_window_extent(renderer)
        yield text.get_text(), (box.x0, sheet.height - box.y1, box.x1, sheet.height - box.y0)


@pytest.mark.parametrize("width", ["narrow", "wide", "paper"])
def test_no_word_leaves_the_sheet_or_lies_on_another(page, width):
    for name in charts.drawn(page):
        chart = charts.CHARTS[name]
        sheet = chart.draw(page, WIDTHS[width], PALETTES["light"], charts.whole(page, name))
        found = list(boxes(sheet))
        assert len(found) > 2
        for text, (left, upper, right, lower) in found:
            assert left >= 0, (name, text)
            assert right <= sheet.width, (name, text)
            assert upper >= 0, (name, text)
            assert lower <= sheet.height, (name, text)
        for (one, a), (other, b) in itertools.combinations(found, 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, (name, one, other)


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_names_of_sixty_characters_are_not_cut(ada, db, width):
    page = Page(demanding_report(ada, {"first": SENTENCE, "second": WORD}))
    for name in ("fool-rates", "differences"):
        words = re.sub(
            r"<[^>]+>|\s",
            "",
            charts.svg(page, name, charts.whole(page, name), width).partition("</title>")[2],
        )
        assert "…" not in words
        for title in (SENTENCE, WORD):
            assert title.replace(" ", "") in words


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_the_room_is_known_before_the_drawing(page, width):
    for name in charts.drawn(page):
        for part in charts.parts(page, name):
            svg = charts.svg(page, name, part, width)
            sides = (re.search(rf'<svg [^>]*\b{side}="([\d.]+)"', svg) for side in ("width", "height"))
            assert tuple(float(side[1]) for side in sides) == charts.size(page, name, part, width)


@pytest.mark.parametrize("width", ["wide", "paper"])
def test_every_row_is_in_one_part_and_each_part_leaves_room_on_a_page(page, width):
    for name in charts.drawn(page):
        parts = charts.parts(page, name, width)
        assert [row for part in parts for row in part.rows] == list(charts.CHARTS[name].rows(page))
        for part in parts:
            across, tall = charts.size(page, name, part, width)
            assert tall / across * 174 < (240 if width == "wide" or name == "fool-rates" else 150), name


def test_conditions_have_a_drawing_each_where_a_block_is_tall(ada, db):
    page = Page(demanding_report(ada, NAMES["eight"]))
    assert len(charts.parts(page, "photos")) == len(page.ladders) == 7
    assert len(charts.parts(page, "fool-rates")) == 1


def test_the_first_part_of_a_chart_says_whose_answers_they_are(ada, db):
    page = Page(demanding_report(ada, NAMES["eight"]))
    page.band = "Simulated participants – not people"
    for name in charts.drawn(page):
        first, *others = charts.parts(page, name)
        assert page.band in charts.svg(page, name, first)
        assert page.band in charts.description(page, name, first)
        assert all(page.band not in charts.svg(page, name, part) for part in others)
        assert page.band in charts.svg(page, name, charts.whole(page, name))


def test_lines_break_between_words_and_long_words_where_the_line_ends():
    assert lines_of("one two", 1000, 13) == ["one two"]
    assert lines_of("one two three", text_width("one two", 13, bold=True), 13) == ["one two", "three"]
    parts = lines_of("x" * 50, text_width("x" * 20, 13, bold=True), 13, most=9)
    assert [len(part) for part in parts] == [20, 20, 10]
    cut = lines_of("many words " * 20, 120, 13, most=2)
    assert len(cut) == 2
    assert cut[1].endswith(" …")
    assert text_width(cut[1], 13, bold=True) <= 120
    assert lines_of("", 100, 13) == [""]
