"""The PDF's sheets: what belongs together stays on one page."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from evaluation.report_pdf.sheets import Sheets


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
