"""The PDF's sheets: what belongs together stays on one page."""

import io
import re
from datetime import UTC, datetime
from html import unescape

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from evaluation.report.pdf.sheets import WIDTH, Sheets
from evaluation.services import report_files
from evaluation.services.report_files import pdf
from tests.evaluation.cast import demanding_report


@pytest.mark.parametrize("ratio", [0.3, 0.9, 1.2, 2.5])
@pytest.mark.parametrize("filled", [0, 100, 200, 245])
def test_a_heading_stands_on_the_page_of_its_picture(ratio, filled):
    sheets = Sheets(title="A report", footer="", made=datetime(2026, 1, 1, tzinfo=UTC))
    sheets.ln(filled)
    pages = []
    for call in ("heading", "image"):
        original = getattr(sheets, call)

        def noted(*args, original=original, **kwargs):
            original(*args, **kwargs)
            pages.append(sheets.page_no())

        setattr(sheets, call, noted)
    data = io.BytesIO()
    Image.new("L", (40, round(40 * ratio))).save(data, "PNG")
    sheets.picture(data.getvalue(), ratio, "a chart", "What it shows", heading="Photo by photo")
    assert len(pages) == 2
    assert pages[0] == pages[1]


@pytest.mark.parametrize("filled", [0, 60, 140, 200, 245])
def test_a_chart_of_many_parts_goes_on_on_the_next_page_and_its_caption_stays_with_the_last(filled):
    sheets = Sheets(title="A report", footer="", made=datetime(2026, 1, 1, tzinfo=UTC))
    sheets.ln(filled)
    data = io.BytesIO()
    Image.new("L", (40, 26)).save(data, "PNG")
    images, captions = [], []
    for call, seen in (("image", images), ("paragraph", captions)):
        original = getattr(sheets, call)

        def noted(*args, original=original, seen=seen, **more):
            original(*args, **more)
            seen.append((sheets.page_no(), sheets.get_y(), more.get("w")))

        setattr(sheets, call, noted)
    sheets.pictures([(data.getvalue(), 0.65, "a chart")] * 5, "What it shows", heading="Photo by photo")
    assert [w for *_, w in images] == [WIDTH] * 5
    # Two parts a page, however full the first one was.
    pages = [page for page, *_ in images]
    assert max(pages.count(page) for page in pages) == 2
    assert captions[0][0] == pages[-1]
    assert all(y <= sheets.h - 20 for _, y, _ in images)


@pytest.mark.parametrize("filled", range(180, 250, 4))
@pytest.mark.parametrize("heading", ["", "Rates"])
def test_a_caption_and_a_heading_stand_on_the_page_of_the_first_row_of_their_table(filled, heading):
    sheets = Sheets(title="A report", footer="", made=datetime(2026, 1, 1, tzinfo=UTC))
    sheets.ln(filled)
    rows = [("A condition with a long name that takes two lines or three", "25.0 %\n[20.0, 30.0]")] * 3
    head = [("Condition", ""), ("Fool rate", "")]
    sheets.grid(head, rows, [True, False], caption="Table 1. Rates.", heading=heading)
    document = pypdfium2.PdfDocument(bytes(sheets.output()))
    texts = [page.get_textpage().get_text_range() for page in document]
    (page,) = [text for text in texts if "Table 1." in text]
    assert "25.0" in page
    assert heading in page


def percentages(text):
    return re.findall(r".{0,20}\d(?:[^\S\N{NO-BREAK SPACE}]?)%", text)


@pytest.mark.django_db
def test_every_percentage_of_a_report_is_written_alike(ada, monkeypatch):
    """A no-break space before the sign, on the page and on paper; LaTeX keeps its own."""
    report = demanding_report(ada, {"one": "One", "two": "Two"})
    html = re.sub(r"<style.*?</style>|<svg.*?</svg>|<[^>]*>", "", report_files.html(report), flags=re.S)
    assert percentages(unescape(html)) == []
    said = []
    original = Sheets.normalize_text

    def noted(sheets, text):
        said.append(text)
        return original(sheets, text)

    monkeypatch.setattr(Sheets, "normalize_text", noted)
    report_files.pdf(report)
    assert percentages("\n".join(said)) == []
    assert any("who passed under 75\N{NO-BREAK SPACE}%" in text for text in said)


@pytest.mark.django_db
@pytest.mark.parametrize("conditions", [1, 8])
def test_no_chart_shrinks_on_paper_and_every_link_leads_somewhere(ada, monkeypatch, conditions):
    names = {
        f"arm{k}": f"{k} A network that was trained on the photos of a whole summer"
        for k in range(conditions)
    }
    report = demanding_report(ada, names)
    widths, made = [], []
    original, init = Sheets.image, Sheets.__init__

    def image(self, *args, **more):
        if more.get("alt_text") is not None or more["w"] > 100:
            widths.append(more["w"])
        return original(self, *args, **more)

    def begin(self, *args, **more):
        made.append(self)
        init(self, *args, **more)

    monkeypatch.setattr(Sheets, "image", image)
    monkeypatch.setattr(Sheets, "__init__", begin)
    document = pdf(report)
    assert document.startswith(b"%PDF")
    assert len(widths) >= 3
    assert set(widths) == {WIDTH}
    (sheets,) = made
    assert len(sheets._places) > 15
    assert all(sheets.links[link].page_number for link in sheets._places.values())


def filled(page):
    """How much of a sheet stands above its last words or pictures, the footer apart: 0 to 1."""
    grey = np.asarray(page.render(scale=0.5, grayscale=True).to_pil())
    body = grey[: round(0.93 * len(grey))]
    return (np.flatnonzero((body < 200).any(axis=1))[-1] + 1) / len(body)


@pytest.mark.django_db
@pytest.mark.parametrize("conditions", [1, 2, 4])
def test_no_sheet_but_the_last_is_mostly_empty(ada, conditions):
    names = {f"arm{k}": f"Condition {k}" for k in range(conditions)}
    document = pypdfium2.PdfDocument(pdf(demanding_report(ada, names)))
    shares = [filled(document[number]) for number in range(len(document))]
    assert len(shares) > 5
    assert min(shares[:-1]) > 0.55, shares


@pytest.mark.django_db
@pytest.mark.parametrize(("title", "remarked"), [("Spot the fake 测试", True), ("Straße, Ωmega", False)])
def test_what_the_font_cannot_write_is_marked_and_said_and_does_not_vanish(ada, title, remarked):
    report = demanding_report(ada, {"one": title})
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf(report)))
    assert ("has no signs for the characters" in text) == remarked
