"""The charts as drawn: whatever the conditions are called and however many there are, all words are read."""

import itertools
import re

import pytest

from evaluation.report import charts
from evaluation.report.charts._canvas import lines_of, text_width
from tests.evaluation.cast import demanding_report
from tests.evaluation.report import said
from tests.evaluation.report.kinds import EVERY_KIND

SENTENCE = "A network that was trained on the photographs of a whole summer"
WORD = "a_network_that_was_trained_on_photographs_of_a_whole_summer_"
NAMES = {
    "one": {"only": SENTENCE},
    "two": {"first": WORD, "second": SENTENCE},
    "eight": {f"arm{k}": f"{k} {SENTENCE if k % 2 else WORD}" for k in range(8)},
    "longest": {"first": "W" * 200, "second": "a longer name " * 14, "third": "short"},
}


@pytest.fixture(params=NAMES)
def drawn(request, ada, db):
    return said.charts(demanding_report(ada, NAMES[request.param]))


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
def test_no_word_leaves_the_sheet_or_lies_on_another(drawn, width):
    for name, chart in (drawn | EVERY_KIND).items():
        sheet = charts.draw(chart, charts.whole(chart), width)
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
    drawn = said.charts(demanding_report(ada, {"first": SENTENCE, "second": WORD}))
    for name in ("fool-rates", "differences"):
        svg = charts.svg(drawn[name], charts.whole(drawn[name]), width)
        words = re.sub(r"<[^>]+>|\s", "", svg.partition("</title>")[2])
        assert "…" not in words
        for title in (SENTENCE, WORD):
            assert title.replace(" ", "") in words


@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_the_room_is_known_before_the_drawing(drawn, width):
    for chart in (drawn | EVERY_KIND).values():
        for part in charts.parts(chart):
            svg = charts.svg(chart, part, width)
            sides = (re.search(rf'<svg [^>]*\b{side}="([\d.]+)"', svg) for side in ("width", "height"))
            assert tuple(float(side[1]) for side in sides) == charts.size(chart, part, width)


@pytest.mark.parametrize("width", ["wide", "paper"])
def test_every_row_is_in_one_part_and_each_part_leaves_room_on_a_page(drawn, width):
    for name, chart in drawn.items():
        parts = charts.parts(chart, width=width)
        assert [row for part in parts for row in part.rows] == chart.data["rows"]
        for part in parts:
            across, tall = charts.size(chart, part, width)
            assert tall / across * 174 < (240 if width == "wide" or name == "fool-rates" else 150), name


def test_conditions_have_a_drawing_each_where_a_block_is_tall(ada, db):
    drawn = said.charts(demanding_report(ada, NAMES["eight"]))
    assert len(charts.parts(drawn["photos"])) == len(drawn["photos"].data["rows"]) == 7
    assert len(charts.parts(drawn["fool-rates"])) == 1


def test_the_first_part_of_a_chart_says_whose_answers_they_are(ada, db):
    band = "Simulated participants – not people"
    for chart in said.charts(demanding_report(ada, NAMES["eight"])).values():
        first, *others = charts.parts(chart, band)
        assert band in charts.svg(chart, first)
        assert band in charts.description(chart, first)
        assert all(band not in charts.svg(chart, part) for part in others)
        assert band in charts.svg(chart, charts.whole(chart, band))


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
