"""What is written as CSV comes out of every reader as it went in, one line per row."""

import csv
import io
import unicodedata

import pandas
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from colorizers.tools.csv_files import cell, csv_lines

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=12) | st.sampled_from(
    ["=1+1", "\r=1", 'x;"=1+1;y', 'a"\r\n=2', "x;=3", "\x00", "\u2028-4", "\ufeff@a", " +5", "＝6", "\t=7",
     "\x1c", "\ud800", '","', "'", ""]
)  # fmt: skip


def written(rows: list[list[str]]) -> str:
    columns = [f"c{place}" for place in range(len(rows[0]))]
    return "".join(csv_lines((dict(zip(columns, row, strict=True)) for row in rows), columns))


def by_csv(text):
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def by_pandas(text):
    read = pandas.read_csv(
        io.BytesIO(text.encode()), dtype=str, keep_default_na=False, skip_blank_lines=False
    )
    return read.to_numpy().tolist()


def by_pyarrow(text):
    types = {name: pa.string() for name in text.splitlines()[0].split(",")}
    # As it reads by default: no line break within a cell.
    convert = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    parse = pyarrow.csv.ParseOptions(ignore_empty_lines=False)
    table = pyarrow.csv.read_csv(io.BytesIO(text.encode()), convert_options=convert, parse_options=parse)
    return [list(row.values()) for row in table.to_pylist()]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(ANY, min_size=3, max_size=3), min_size=1, max_size=4))
@example([["a\rb", "=1", "c"], ["", "", ""]])
def test_three_readers_find_the_same_cells_and_a_line_for_each_row(rows):
    text = written(rows)
    expected = [[cell(value) for value in row] for row in rows]
    assert text.count("\n") == len(rows) + 1
    assert len(text.splitlines()) == len(rows) + 1
    assert by_csv(text) == by_pandas(text) == by_pyarrow(text) == expected


@given(ANY)
@example('x;"=1+1;y')
def test_a_cell_holds_no_control_character_and_starts_no_formula(text):
    safe = cell(text)
    assert all(sign.isprintable() or sign.isspace() or ord(sign) >= 160 for sign in safe)
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 or 0xD800 <= ord(sign) < 0xE000 for sign in safe)
    for part in safe.split(";"):
        ignored = "".join(sign for sign in part if sign == '"' or unicodedata.category(sign) == "Cf")
        first = part.translate(dict.fromkeys(map(ord, ignored))).lstrip()[:1]
        assert not first or first not in "=+-@＝＋－＠"
    assert cell(safe) == safe


@pytest.mark.parametrize("plain", ["", "Kodak 01", "üñ 测试", "a, b", 'say "no"', "5-6", "a;b", "[1, -2]"])
def test_an_ordinary_text_stays_as_it_is(plain):
    assert cell(plain) == plain


def test_numbers_stay_numbers():
    assert [cell(value) for value in (-1.5, 0, None, True)] == [-1.5, 0, None, True]
