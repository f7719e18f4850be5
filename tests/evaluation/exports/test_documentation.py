"""docs/exports.md against the code, and the words that the folder has for itself."""

import re
from pathlib import Path

import pytest

from evaluation.services.exports import Format
from studies.designs._columns import FLAG, NUMBER, TEXT, Column
from tests.evaluation.cast import played_study
from tests.evaluation.exports.cast import PAIR, exported

PAGE = (Path(__file__).parents[3] / "docs/exports.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", PAIR.values(), ids=lambda table: table.name)
def test_the_page_has_every_column_as_the_codebook_has_it(table):
    section = PAGE.split(f"### {table.name.capitalize()}\n")[1].split("\n#")[0]
    assert f"A row is {table.row}." in section
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    assert lines == [f"| `{c.name}` | {c.type} | {c.unit} | {c.range} | {c.meaning} |" for c in table.columns]


@pytest.mark.django_db
def test_the_page_and_the_readme_name_every_file(ada, tmp_path):
    root = exported(played_study(ada).study, tmp_path)
    own = (root / "README.md").read_text(encoding="utf-8")
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and path.suffix != ".parquet":
            assert f"`{name.replace('study-sky', 'study-SLUG')}`" in PAGE
            assert f"`{name}`" in own or "/" not in name


def test_the_page_names_every_format():
    assert {form.value for form in Format} <= set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE))


def test_a_range_is_said_in_words():
    assert Column("a", NUMBER, "b", low=0, high=1).range == "0 to 1"
    assert Column("a", NUMBER, "b", high=2).range == "at most 2"
    assert Column("a", TEXT, "b", values=("L", "R")).range == "L or R"
    assert Column("a", FLAG, "b").range == "0 or 1"
    assert Column("a", TEXT, "b").range == ""
    with pytest.raises(ValueError, match="the type of a must be one of"):
        Column("a", "colour", "b")
