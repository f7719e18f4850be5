"""Tables as Excel, LibreOffice, R and Google Sheets write them, byte for byte in their structure."""

import gzip
import io
import zipfile
from xml.sax.saxutils import escape

import numpy as np
import pytest

from evaluation.reading.files.csv_faults import FileFault
from evaluation.reading.files.response_files import read_metrics, read_responses
from tests.evaluation.by_design import analysis_of

HEADER = ["participant_id", "trial_index", "phase", "model", "image_id", "fake_side", "chosen_side", "rt_ms",
          "attention_passed"]  # fmt: skip
ROWS = [
    ["ada", 0, "test", "L2", "a", "L", "R", 812.5, ""],
    ["ada", 1, "test", "L2", "b", "R", "R", 1034, ""],
    ["bén", 0, "attention", "L2", "c", "L", "L", 0.25, 1],
]


@pytest.fixture
def write(tmp_path):
    def write(content, name="responses.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def separated(mark, decimal=".", end="\r\n"):
    rows = [HEADER, *ROWS]
    cells = [[str(cell).replace(".", decimal) for cell in row] for row in rows]
    return end.join(mark.join(f'"{c}"' if mark in c else c for c in row) for row in cells) + end


def excel(*sheets):
    """A workbook with the parts that Excel writes: shared texts, bare numbers, styles, rows by number."""
    texts, out = [], io.BytesIO()

    def cell(place, row, value):
        where = f"{chr(65 + place)}{row}"
        if value == "":
            return f'<c r="{where}" s="1"/>'
        if isinstance(value, bool):
            return f'<c r="{where}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, str):
            texts.append(value)
            return f'<c r="{where}" t="s"><v>{len(texts) - 1}</v></c>'
        return f'<c r="{where}"><v>{value}</v></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    parts = {}
    for number, (_name, rows) in enumerate(sheets, 1):
        body = "".join(
            f'<row r="{r}" spans="1:9">{"".join(cell(p, r, v) for p, v in enumerate(row))}</row>'
            for r, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{start}<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    numbers = range(1, len(sheets) + 1)
    named = zip(numbers, (name for name, _ in sheets), strict=True)
    parts["xl/workbook.xml"] = (
        f'{start}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in named)
        + "</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'{start}<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        + f'<Relationship Id="rId99" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    )
    parts["_rels/.rels"] = (
        f'{start}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts["[Content_Types].xml"] = (
        f'{start}<Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/></Types>'
    )
    shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    parts["xl/sharedStrings.xml"] = f'{start}<sst xmlns="{main}">{shared}</sst>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def libreoffice(rows):
    """An .ods with what LibreOffice fills a sheet's end with: repeated empty columns and a million rows."""

    def cell(value):
        if value == "":
            return "<table:table-cell/>"
        if isinstance(value, str):
            return (
                f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p>'
                "</table:table-cell>"
            )
        shown = str(value).replace(".", ",")
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p>'
            "</table:table-cell>"
        )

    names = {
        part: f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("office", "table", "text")
    }
    spaces = " ".join(f'xmlns:{part}="{uri}"' for part, uri in names.items())
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    rest = (
        f'<table:table-row table:number-rows-repeated="{1048576 - len(rows)}"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="Sheet1">{body}{rest}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


FORMS = {
    "Excel, Germany: semicolons, decimal comma": b"\xef\xbb\xbf" + separated(";", ",").encode(),
    "Excel with its line sep=;": ("sep=;\r\n" + separated(";", ",")).encode(),
    "Excel, Unicode text": separated("\t").encode("utf-16"),
    "Excel, Unicode text, Germany": separated("\t", ",").encode("utf-16"),
    "UTF-16, the other order": b"\xfe\xff" + separated(",").encode("utf-16-be"),
    "tabs": separated("\t", end="\n").encode(),
    "bars": separated("|", end="\n").encode(),
    "semicolons, decimal point": separated(";").encode(),
    "Google Sheets, Germany: quoted decimal comma": separated(",", ",").encode(),
    "gzipped UTF-16": gzip.compress(separated("\t", ",").encode("utf-16")),
    "gzipped semicolons": gzip.compress(separated(";", ",").encode()),
    "Excel workbook": excel(("Tabelle1", [HEADER, *ROWS])),
    "Excel workbook with blank rows": excel(("Tabelle1", [HEADER, *ROWS, [""] * 9, [""] * 9])),
    "LibreOffice workbook": libreoffice([HEADER, *ROWS]),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_a_table_reads_alike_in_every_form(write, content):
    table = read_responses(write(content)).table
    assert table.participant.labels == ("ada", "bén")
    assert table.rt_ms.tolist() == [812.5, 1034, 0.25]
    assert table.trial_index.tolist() == [0, 1, 0]
    assert table.fake_side.tolist() == [0, 1, 0]
    assert table.attention_passed.tolist() == [-1, -1, 1]


def test_a_fault_keeps_its_line_in_every_form(write):
    wrong = [*ROWS[:2], [*ROWS[2][:7], "soon", ""]]
    assert "line 4: rt_ms is 'soon'" in fault(write(excel(("S", [HEADER, *wrong]))))
    text = separated(";", ",").replace("0,25", "soon")
    assert "line 4: rt_ms is 'soon'" in fault(write(text))
    assert "line 5: rt_ms is 'soon'" in fault(write("sep=;\r\n" + text))


def test_a_workbook_says_which_of_its_sheets_was_read(write):
    content = excel(("Empty", []), ("Answers", [HEADER, *ROWS]), ("Notes", [["by ada"]]))
    found = read_responses(write(content, "answers.xlsx"))
    assert len(found.table) == 3
    assert found.remark == "read from the sheet “Answers”; not read: “Notes”"


def test_flags_and_whole_numbers_of_a_workbook_are_plain(write):
    rows = [[101, 0, "test", "L2", 7, "L", "R", 812.0, ""], [101, 1, "attention", "L2", 8, "L", "L", 1, True]]
    table = read_responses(write(excel(("S", [HEADER, *rows])))).table
    assert (table.participant.labels, table.photo.labels) == (("101",), ("7", "8"))
    assert table.attention_passed.tolist() == [-1, 1]


def test_decimal_points_and_commas_in_one_file_are_refused_with_the_line(write):
    text = separated(";", ",").replace("1034", "1034.5")
    assert "line 3: rt_ms is '1034.5'; expected a number or an empty field (decimals after a comma" in fault(
        write(text)
    )


@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_comma_that_may_part_the_thousands_is_not_guessed(write, mark):
    text = separated(mark).replace("812.5", '"1,812"').replace("0.25", "5")
    message = fault(write(text))
    assert "line 2: rt_ms is '1,812'" in message
    assert "write 1.812 or 1812" in message


def test_a_workbook_that_is_broken_or_empty_or_something_else_is_refused(write):
    assert "cannot be read as one" in fault(write(excel(("S", [HEADER]))[:900], "a.xlsx"))
    assert "without any content" in fault(write(excel(("S", [])), "b.xlsx"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("responses.csv", "a,b\n")
    assert "is a zip archive and no Excel workbook" in fault(write(out.getvalue(), "c.zip"))


def test_utf_16_that_is_cut_off_is_refused(write):
    assert "is UTF-16 text that is damaged" in fault(write(separated("\t").encode("utf-16")[:-1]))


def test_metrics_and_other_tasks_have_these_forms_too(write):
    scores = read_metrics(write("model;image_id;psnr\nL2;a;20,5\nL2;b;inf\nL2;c;\n"))
    assert scores["L2"]["psnr"][0] == 20.5
    assert np.isinf(scores["L2"]["psnr"][1])
    names = ["participant_id", "block", "trial_index", "model", "exposure_ms", "correct"]
    steps = [[p, 1, t, "L2", 100.5 + 10 * (t % 3), t % 2] for p in ("ada", "ben") for t in range(12)]
    by_form = [
        analysis_of(write(content))
        for content in (
            "\n".join(",".join(map(str, row)) for row in [names, *steps]),
            "\n".join(";".join(str(c).replace(".", ",") for c in row) for row in [names, *steps]),
            excel(("S", [names, *steps])),
        )
    ]
    assert by_form[0] is not None
    assert by_form[0] == by_form[1] == by_form[2]


def fault(path):
    with pytest.raises(FileFault) as caught:
        read_responses(path)
    return str(caught.value)
