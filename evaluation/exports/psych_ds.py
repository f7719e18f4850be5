"""The texts and names that make a folder a Psych-DS dataset. Pure.

The standard: https://psych-ds.github.io (schema 1.5). Its rules: `dataset_description.json` at the root is
schema.org JSON-LD of type Dataset with name, description and variableMeasured, which names every column;
data files lie under `data/`, are UTF-8 CSV with a header and are called
`key-value[_key-value...]_data.csv`, keys of small letters and values of letters and digits; a column `row_id`
has no value twice.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from colorizers.tools.csv_files import CsvFile
from evaluation.exports.codebook import all_columns
from studies.designs._columns import Table

DESCRIPTION = "dataset_description.json"
SCHEMA_VERSION = "Psych-DS 1.5.0"
CODEBOOK_HEADER = ("column", "files", "type", "unit", "range", "meaning")


@dataclass(frozen=True)
class Dataset:
    """What the texts say of the data: names in words, the digest of the report, counts of rows by table.

    `keywords` and `starters` (names of scripts) are the design's.
    """

    slug: str
    title: str
    question: str
    population: str
    made_at: str
    code_version: str
    data_digest: str
    protocol_digest: str
    rows: Mapping[str, int]
    tables: Collection[Table]
    keywords: tuple[str, ...] = ()
    starters: tuple[str, ...] = ()


def data_stem(slug: str, table: Table) -> str:
    """The name of a table's file without its ending: letters and digits are all that a value may hold."""
    return f"study-{re.sub(r'[^A-Za-z0-9]', '', slug) or 'unnamed'}_description-{table.name}_data"


def description(dataset: Dataset) -> str:
    """dataset_description.json."""
    facts: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": dataset.title,
        "description": (
            f"{dataset.question or dataset.title} A perceptual realism test of colorized photographs "
            f"(study {dataset.slug}), answers of {dataset.population}: trials, participants, photos and "
            f"conditions. See README.md and documentation/codebook.csv."
        ),
        "schemaVersion": SCHEMA_VERSION,
        "identifier": dataset.data_digest,
        "version": dataset.made_at,
        "dateCreated": dataset.made_at,
        "keywords": ["image colorization", "perceptual realism", *dataset.keywords],
        "measurementTechnique": "Perceptual realism test",
        "variableMeasured": [column.as_property() for column in all_columns(dataset.tables).values()],
    }
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def codebook(tables: Collection[Table]) -> str:
    """documentation/codebook.csv: one row per column."""
    text = io.StringIO()
    lines = CsvFile(text)
    lines.write(CODEBOOK_HEADER)
    for name, column in all_columns(tables).items():
        files = " ".join(table.name for table in tables if name in table.names)
        cells = (name, files, column.type, column.unit, column.range, column.meaning)
        lines.write(cells)
    return text.getvalue()


def readme(dataset: Dataset) -> str:
    """README.md of the folder."""
    tables = "\n".join(
        f"| `data/{data_stem(dataset.slug, table)}.csv` | {table.row} | {dataset.rows[table.name]:,} |"
        for table in dataset.tables
    )
    scripts = ", ".join(f"`analysis/{name}`" for name in dataset.starters)
    starters = f"| {scripts} | read the trials and reproduce the headline | |\n" if scripts else ""
    return f"""# {dataset.title}

{dataset.question}

Answers of {dataset.population} in the study `{dataset.slug}`, exported by Foolrate {dataset.code_version}
on {dataset.made_at}. A Psych-DS dataset ({SCHEMA_VERSION}).

| file | a row is | rows |
|---|---|---:|
{tables}
| `data/parquet/*.parquet` | the same tables with their types | |
| `documentation/codebook.csv` | one column of a table: type, unit, range, meaning | |
| `results/report.json` | every number of the report | |
| `results/tables.tex` | its tables for a paper (LaTeX, booktabs) | |
{starters}
* An empty field is a missing value. Shares are from 0 to 1. Flags are 0 or 1.
* Only rows with `phase` test count; `attention` rows are vigilance trials.
* A row with a text in `excluded` counts nowhere, by the rule that stands there.
* A text in a CSV file that begins with = + - or @ has an apostrophe in front, so that no spreadsheet runs it.
* Withdrawn participations are not here: their answers are erased.
* The report has the data digest `{dataset.data_digest}`; the protocol's digest is
  `{dataset.protocol_digest or "none, as the study was never launched"}`. It was made just before the tables
  were written: in a study that is still running, the tables may hold a few answers more.

The free texts of participants (`comments`, `gender_words`) may name people: read them before you publish this
folder, and add the licence under which you do.
"""


def changes(dataset: Dataset) -> str:
    """CHANGES.md of the folder."""
    return f"# Changes\n\n## {dataset.made_at}\n\nExported, data digest {dataset.data_digest}.\n"
