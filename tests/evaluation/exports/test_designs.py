"""The export of every design: its own columns and numbers among those of all."""

import csv
import io
import json
import re

import numpy as np
import pytest
from django.core.management import call_command

from evaluation import designs as concluding
from evaluation.designs._common.counted import counted
from evaluation.designs._common.tabled import (
    EVERY_OTHER,
    MEDIAN_RT,
    OF_CONDITIONS,
    OF_PARTICIPANTS,
    OF_PHOTOS,
    count_column,
    of_participants,
)
from evaluation.designs._design import CONDITIONS, PARTICIPANTS, PHOTOS, Concluding, Evidence
from evaluation.exports.codebook import all_columns, tables_of
from evaluation.exports.findings import read_table
from evaluation.models import Population
from evaluation.reading.files.design_files import read_answers
from evaluation.reading.files.response_files import read_responses
from evaluation.reading.tables import read_study
from evaluation.services.report_contents import inference_rule, numbered, strict_rules
from evaluation.services.reports import newest_report
from evaluation.statistics.table import Factor
from studies import designs as asking
from studies.designs._columns import NUMBER, Column
from studies.models import Source
from studies.services.planning import design_of
from tests.evaluation.exports.cast import exported, read_csv, read_parquet
from tests.evaluation.exports.test_psych_ds import broken_rules
from tests.simulated import simulated_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_design", "idle_queue")]
SETTINGS = {"rank": {"ask_worst": True}, "preference": {"ties": True, "with_truth": True}}


class Counting(Concluding):
    """Counts answers, for designs of which nothing else is concluded yet."""

    columns = {
        PARTICIPANTS: (count_column(OF_PARTICIPANTS), MEDIAN_RT),
        PHOTOS: (count_column(OF_PHOTOS),),
        CONDITIONS: (Column("mean_rt_ms", NUMBER, "Mean response time", "ms", after=OF_CONDITIONS),),
    }

    def analyse(self, evidence):
        found = counted(evidence, np.isfinite(evidence.table.rt_ms))
        return {"analysis": found.as_json()}

    def rows(self, evidence, findings):
        valid = counted(evidence, np.isfinite(evidence.table.rt_ms)).table
        mean = float(valid.rt_ms.mean())
        photos = {("sepia", photo): {"n": 1} for photo in valid.photo.labels} | {EVERY_OTHER: {"n": 0}}
        return {
            PARTICIPANTS: of_participants(valid),
            PHOTOS: photos,
            CONDITIONS: {"(real)": {"mean_rt_ms": mean}, "sepia": {"mean_rt_ms": mean}},
        }

    def report(self, findings, facts):
        return []


@pytest.fixture(params=asking.names())
def name(request, monkeypatch):
    known = concluding.names()
    really = concluding.get
    monkeypatch.setattr(concluding, "get", lambda name: really(name) if name in known else Counting())
    return request.param


@pytest.fixture
def study(name):
    return simulated_study(name, people=3, source=Source.PERSON, **SETTINGS.get(name, {}))


@pytest.fixture
def root(study, tmp_path):
    return exported(study, tmp_path)


def test_the_folder_keeps_the_rules_of_the_standard(root):
    assert broken_rules(root) == []


def test_the_tables_have_the_columns_of_the_design_and_the_codebook_all_of_them(study, name, root):
    tables = tables_of(design_of(study), concluding.get(name))
    for table in tables.values():
        texts, typed = read_csv(root, table.name), read_parquet(root, table.name)
        assert tuple(texts[0]) == tuple(typed[0]) == table.names
        assert len(texts) == len(typed)
    with (root / "documentation/codebook.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["column"] for line in lines] == list(all_columns(tables.values()))


def test_columns_of_the_pair_test_are_in_no_other_export(name, root):
    named = {
        column for path in root.glob("data/*.csv") for column in path.open().readline().strip().split(",")
    }
    scripts = {path.name for path in root.glob("analysis/*")}
    if name == "pair":
        assert {"fake_side", "fool_rate", "k"} <= named
        assert scripts == {"fool_rate.py", "fool_rate.R"}
    else:
        assert not {"fake_side", "chosen_side", "fooled"} & named
        assert not scripts & {"fool_rate.py", "fool_rate.R"}
        assert "fool rate" not in json.loads((root / "dataset_description.json").read_text())["keywords"]
    for script in scripts:
        assert f"`analysis/{script}`" in (root / "README.md").read_text()


def test_what_was_written_is_read_as_the_report_reads_it(study, root):
    (path,) = root.glob("data/*trials_data.csv")
    design = design_of(study)
    rows = len(read_csv(root, "trials"))
    from_file = read_table(path, design.columns(), rows, [])
    answered = np.array([row["answered_at"] != "" for row in read_csv(root, "trials")])
    from_rows = read_study(study, Population.PEOPLE).table
    from_file = from_file.take(answered)
    assert from_file.own.keys() >= from_rows.own.keys()
    for column in from_rows.own:
        assert plain(from_file.own[column]) == plain(from_rows.own[column]), column
    for field in ("participant", "condition", "phase", "exposure_ms", "attention_passed", "rt_ms", "voided"):
        assert plain(getattr(from_file, field)) == plain(getattr(from_rows, field)), field


@pytest.mark.parametrize("name", concluding.names())
def test_analysing_the_exported_trials_gives_the_analysis_of_the_report(name, tmp_path):
    study = simulated_study(name, people=6, source=Source.PERSON, **SETTINGS.get(name, {}))
    (path,) = exported(study, tmp_path).glob("data/*trials_data.csv")
    table = read_responses(path).table if name == "pair" else read_answers(path).table
    evidence = Evidence(table, strict=strict_rules(study), rule=inference_rule(study))
    found = short(numbered(concluding.get(name).analyse(evidence)["analysis"], {}))
    report = short(newest_report(study, Population.PEOPLE).results["analysis"])
    assert report.keys() <= found.keys()
    # A file has no scores; trials that were never answered are no rows of a report.
    for other in ("metrics", "metric_correlation", "rows", "test_rows", "phases", "filters"):
        report.pop(other, None)
    for key, value in report.items():
        assert found[key] == approx(value), key


@pytest.mark.parametrize("name", concluding.names())
def test_analyse_prints_the_report_of_an_export_in_words(name, tmp_path):
    study = simulated_study(name, people=6, source=Source.PERSON, **SETTINGS.get(name, {}))
    (path,) = exported(study, tmp_path).glob("data/*trials_data.csv")
    out = io.StringIO()
    call_command("analyse", path, json=str(tmp_path / "found.json"), full=True, stdout=out)
    assert "Table 1." in out.getvalue()
    assert json.loads((tmp_path / "found.json").read_text()).get("task", "pair") == name


def short(found):
    """Photos by the names that they have in a file."""
    return json.loads(re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1", json.dumps(found)))


def approx(value):
    if isinstance(value, dict):
        return {key: approx(one) for key, one in value.items()}
    if isinstance(value, list):
        return [approx(one) for one in value]
    return pytest.approx(value, rel=1e-9, abs=1e-12) if isinstance(value, float) else value


def plain(column):
    if isinstance(column, Factor):
        return [column.labels[code] if code >= 0 else None for code in column.codes]
    return [None if np.isnan(value) else value for value in column.astype(float)]


def test_who_has_no_row_has_what_is_said_of_all_others(monkeypatch, tmp_path):
    monkeypatch.setattr(concluding, "get", lambda name: Counting())
    root = exported(simulated_study("single", people=3, source=Source.PERSON), tmp_path)
    photos = read_parquet(root, "photos")
    assert {row["n"] for row in photos if row["model"] == "sepia"} <= {0, 1}
    assert {row["n"] for row in photos if row["model"] != "sepia"} == {0}
    conditions = {row["model"]: row for row in read_parquet(root, "conditions")}
    assert conditions["(real)"]["title"] == "Real photo"
    assert conditions["(real)"]["mean_rt_ms"] == conditions["sepia"]["mean_rt_ms"] > 0
    assert conditions["constant-mean"]["mean_rt_ms"] is None
    assert {row["n"] for row in read_parquet(root, "participants")} != {0}
