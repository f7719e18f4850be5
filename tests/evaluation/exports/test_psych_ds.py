"""The folder against the documented rules of Psych-DS.

The standard's own validator is no package that this project pins, so its rules are checked here as its
documentation states them (https://psychds-docs.readthedocs.io, "Rules and Conventions"), under the names that
its reference of errors gives them: JSON_KEY_REQUIRED, FILENAME_KEYWORD_FORMATTING_ERROR and so on.
"""

import csv
import json
import re

import pytest

from evaluation.exports.codebook import all_columns
from evaluation.exports.psych_ds import CODEBOOK_HEADER, Dataset, data_stem, description
from tests.evaluation.exports.cast import PAIR, busy_study, exported

pytestmark = pytest.mark.django_db

DATA_FILE = re.compile(r"([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv")
KEYWORDS = {"study", "site", "subject", "session", "task", "condition", "trial", "stimulus", "description"}
# What schema.org allows in a PropertyValue and in a Dataset, as far as we use it.
OF_PROPERTY = {"@type", "name", "description", "unitText", "minValue", "maxValue", "valuePattern"}
OF_DATASET = {
    "@context", "@type", "name", "description", "schemaVersion", "identifier", "version", "dateCreated",
    "keywords", "measurementTechnique", "variableMeasured",
}  # fmt: skip


@pytest.fixture
def root(ada, tmp_path):
    sky, people = busy_study(ada)
    people[0].debrief = {"comments": 'two\nlines, a "quote" and\r\na comma', "at": "now", "skipped": False}
    people[0].save()
    return exported(sky.study, tmp_path)


def broken_rules(root):
    """What a validator would call an error, in words."""
    errors = []
    metadata = json.loads((root / "dataset_description.json").read_text(encoding="utf-8"))
    errors += [
        f"JSON_KEY_REQUIRED {key}"
        for key in ("name", "description", "variableMeasured")
        if not metadata.get(key)
    ]
    if metadata.get("@type") != "Dataset":
        errors.append("INCORRECT_DATASET_TYPE")
    if metadata.get("@context", "").rstrip("/") != "https://schema.org":
        errors.append("UNKNOWN_NAMESPACE")
    named = [v if isinstance(v, str) else v["name"] for v in metadata.get("variableMeasured", [])]
    found = list((root / "data").rglob("*_data.csv"))
    if not found:
        errors.append("MISSING_DATAFILE")
    for path in found:
        if not DATA_FILE.fullmatch(path.name):
            errors.append(f"FILENAME_KEYWORD_FORMATTING_ERROR {path.name}")
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
        if len(set(header)) != len(header):
            errors.append(f"CSV_HEADER_REPEATED {path.name}")
        errors += [f"CSV_COLUMN_MISSING_FROM_METADATA {name}" for name in header if name not in named]
        errors += [f"CSV_HEADER_LENGTH_MISMATCH {path.name}" for row in rows if len(row) != len(header)]
        if "row_id" in header:
            ids = [row[header.index("row_id")] for row in rows]
            if len(set(ids)) != len(ids):
                errors.append(f"ROWID_VALUES_NOT_UNIQUE {path.name}")
    return errors + [f"FILE_EMPTY {p.name}" for p in root.rglob("*") if p.is_file() and not p.stat().st_size]


def test_the_folder_keeps_the_rules_of_the_standard(root):
    assert broken_rules(root) == []


def test_the_checks_see_a_broken_rule(root):
    description_file = root / "dataset_description.json"
    metadata = json.loads(description_file.read_text())
    metadata["variableMeasured"] = metadata["variableMeasured"][1:]
    del metadata["name"], metadata["@type"]
    description_file.write_text(json.dumps(metadata))
    (path,) = root.glob("data/*trials_data.csv")
    with path.open("a") as file:
        file.write("1\n")
    (root / "data" / "trials_data.csv").write_text("a\n")
    broken = {error.split()[0] for error in broken_rules(root)}
    assert broken == {
        "JSON_KEY_REQUIRED", "INCORRECT_DATASET_TYPE", "CSV_COLUMN_MISSING_FROM_METADATA",
        "CSV_HEADER_LENGTH_MISMATCH", "ROWID_VALUES_NOT_UNIQUE", "FILENAME_KEYWORD_FORMATTING_ERROR",
    }  # fmt: skip


def test_no_recommendation_of_the_standard_is_left_out_either(root):
    metadata = json.loads((root / "dataset_description.json").read_text())
    assert set(metadata) <= OF_DATASET
    for variable in metadata["variableMeasured"]:
        assert variable["@type"] == "PropertyValue"
        assert set(variable) <= OF_PROPERTY
        assert variable["description"]
    for path in (root / "data").rglob("*_data.csv"):
        keys = {part.split("-")[0] for part in path.name.removesuffix("_data.csv").split("_")}
        assert keys <= KEYWORDS
    for name in ("README.md", "CHANGES.md", "documentation", "analysis", "results"):
        assert (root / name).exists()


def test_every_column_has_its_line_in_the_codebook(root):
    with (root / "documentation/codebook.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == CODEBOOK_HEADER
    assert [line["column"] for line in lines] == list(all_columns(PAIR.values()))
    in_files = set()
    for path in (root / "data").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            in_files.update(next(csv.reader(file)))
    assert in_files == set(all_columns(PAIR.values()))
    assert all(line["type"] and line["meaning"] and line["files"] for line in lines)


@pytest.mark.parametrize(("slug", "name"), [("our-sky_2.1", "oursky21"), ("sky", "sky"), ("-", "unnamed")])
def test_the_name_of_a_study_becomes_a_keyword_value(slug, name):
    stem = data_stem(slug, PAIR["trials"])
    assert stem == f"study-{name}_description-trials_data"
    assert DATA_FILE.fullmatch(f"{stem}.csv")


def test_a_title_of_any_letters_stays_valid_json():
    dataset = Dataset('"Ã\n\\', "Ä “title”", "", "people", "now", "1", "d", "", {}, PAIR.values())
    assert json.loads(description(dataset))["name"] == "Ä “title”"
