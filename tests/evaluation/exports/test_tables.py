import io
import json
import math
from dataclasses import replace

import pytest
from django.core.management import call_command

from colorizers.models import Colorization
from evaluation import metrics
from evaluation.models import Exclusion, Population, Score
from evaluation.services import (
    reports,
)
from evaluation.services.exports import Format
from studies import designs
from studies.designs._columns import FLAG
from studies.models import Participation, PaymentReference
from studies.rules.trial_columns import with_own
from tests.evaluation.cast import played_study
from tests.evaluation.exports.cast import PAIR, busy_study, exported, read_csv, read_parquet

pytestmark = [pytest.mark.django_db, pytest.mark.database]

COLUMNS = tuple(column.name for column in with_own(designs.get("pair").columns()))


@pytest.fixture
def busy(ada):
    return busy_study(ada)


@pytest.fixture
def root(busy, tmp_path):
    return exported(busy[0].study, tmp_path)


def test_the_columns_of_the_trials_are_those_of_the_per_trial_table_and_the_exclusion():
    assert set(PAIR["trials"].names) == {*COLUMNS, "excluded"}
    assert PAIR["trials"].names[: len(COLUMNS)] == COLUMNS


def test_a_name_means_the_same_in_each_table():
    seen = {}
    for table in PAIR.values():
        assert len(set(table.names)) == len(table.names)
        for column in table.columns:
            assert seen.setdefault(column.name, column) == replace(column, after=seen[column.name].after)


@pytest.mark.parametrize("table", PAIR.values(), ids=lambda table: table.name)
def test_csv_and_parquet_hold_the_same_rows(root, table):
    texts, typed = read_csv(root, table.name), read_parquet(root, table.name)
    assert len(texts) == len(typed) > 0
    assert tuple(texts[0]) == tuple(typed[0]) == table.names
    for text, values in zip(texts, typed, strict=True):
        for name, value in values.items():
            same = float(text[name]) == value if isinstance(value, float) else text[name] == str(value)
            assert same or (value is None and text[name] == "")


def test_every_value_lies_in_the_range_that_the_codebook_gives(root):
    for table in PAIR.values():
        for row in read_parquet(root, table.name):
            for column in table.columns:
                value = row[column.name]
                if value is None:
                    continue
                assert not column.values or value in column.values, (column.name, value)
                assert column.type != FLAG or value in (0, 1)
                assert column.low is None or value >= column.low
                assert column.high is None or value <= column.high


def test_the_rule_of_an_exclusion_stands_in_the_rows_that_it_leaves_out(root, busy):
    _, people = busy
    rules = {}
    for row in read_csv(root, "trials"):
        rules.setdefault(row["excluded"], []).append(row["participant_id"])
    assert set(rules["took the test twice"]) == {str(people[0].participant.code)}
    assert len(rules["took the test twice"]) == 16
    assert rules["phone rang"] == [str(people[1].participant.code)]


def test_what_is_said_of_the_participant_goes_before_what_is_said_of_a_trial(busy, tmp_path):
    sky, people = busy
    Exclusion.objects.create(study=sky.study, trial=people[0].trials.first(), rule="late")
    assert "late" not in {row["excluded"] for row in read_csv(exported(sky.study, tmp_path), "trials")}


def test_the_conditions_say_what_the_report_says(root, busy):
    report = reports.newest_report(busy[0].study, Population.PEOPLE)
    assert json.loads((root / "results/report.json").read_text()) == report.document()
    rows = {row["model"]: row for row in read_parquet(root, "conditions")}
    assert list(rows) == ["l2", "classes"]
    for slug, model in report.results["analysis"]["models"].items():
        row = rows[slug]
        assert (row["n"], row["k"], row["fool_rate"]) == (model["n"], model["k"], model["fool_rate"])
        assert (row["participants"], row["photos"]) == (model["participants"], model["images"])
        for name in ("default", "these_photos", "naive"):
            interval = model["intervals"][name]
            ends = pytest.approx((interval["low"], interval["high"]), rel=1e-12)
            assert (row[f"{name}_low"], row[f"{name}_high"]) == ends
        assert row["deff"] == pytest.approx(model["recommended"]["deff"], rel=1e-12)
        assert row["strict_n"] == model["strict"]["n"]


def test_analysing_the_exported_trials_gives_the_numbers_of_the_report(root, busy, tmp_path):
    (path,) = root.glob("data/*trials_data.csv")
    call_command("analyse", path, json=str(tmp_path / "found.json"), stdout=io.StringIO())
    found = json.loads((tmp_path / "found.json").read_text())
    results = reports.newest_report(busy[0].study, Population.PEOPLE).results
    for slug, model in results["analysis"]["models"].items():
        own = found["models"][slug]
        assert own["fool_rate"] == model["fool_rate"]
        for view, reported in ((own, model), (own["strict"], model["strict"])):
            for name, interval in view["intervals"].items():
                assert interval["low"] == pytest.approx(reported["intervals"][name]["low"], rel=1e-12)
    rules = [("took the test twice", 16, 1), ("phone rang", 1, 0)]
    for said in (found["filters"], results["filters"]):
        steps = [step for step in said if step["step"].startswith("E")]
        assert [(step["rule"], step["dropped"], step["participants_dropped"]) for step in steps] == rules


def test_each_participant_has_own_rate_and_attention(root, busy):
    _sky, people = busy
    rows = {row["participant_id"]: row for row in read_parquet(root, "participants")}
    assert len(rows) == 7
    out = rows[str(people[0].participant.code)]
    assert (out["excluded"], out["n"], out["fool_rate"]) == ("took the test twice", 0, None)
    assert (out["planned_trials"], out["answered_trials"]) == (16, 16)
    row = rows[str(people[2].participant.code)]
    own = [t for t in read_parquet(root, "trials") if t["participant_id"] == row["participant_id"]]
    fooled = [t["fooled"] for t in own if t["phase"] == "test"]
    assert (row["n"], row["k"], row["fool_rate"]) == (12, sum(fooled), sum(fooled) / 12)
    assert (row["vigilance_asked"], row["vigilance_passed"], row["vigilance_share"]) == (2, 2, 1.0)
    assert row["median_rt_ms"] == 800.0
    gone = next(row for row in rows.values() if row["participation_state"] == "abandoned")
    assert (gone["planned_trials"], gone["answered_trials"], gone["finished_at"]) == (2, 1, None)


def test_device_checks_and_last_answers_are_columns_whatever_a_browser_says(busy, tmp_path):
    sky, people = busy
    Participation.objects.filter(pk=people[0].pk).update(
        device=[{"screen": [1920, 1080], "viewport": "wide", "pointer": 7, "dark": True, "gamut": "p3"}, {}],
        screening={"colour_vision": {"shown": 5, "right": 5, "passed": True}, "display": {"fits": True}},
        debrief={"comments": "=HYPERLINK()\nodd", "age_group": "25_34", "skipped": False},
        attention_passed=False,
    )
    row = read_parquet(root := exported(sky.study, tmp_path), "participants")[0]
    assert (row["screen_width"], row["screen_height"], row["viewport_width"]) == (1920, 1080, None)
    assert (row["pointer"], row["dark"], row["gamut"], row["page_loads"]) == (None, 1, "p3", 2)
    assert (row["colour_vision_passed"], row["colour_vision_right"], row["display_fits"]) == (1, 5, 1)
    assert (row["age_group"], row["debrief_skipped"], row["attention_passed"]) == ("25_34", 0, 0)
    assert row["comments"] == "=HYPERLINK()\nodd"
    assert read_csv(root, "participants")[0]["comments"] == "'=HYPERLINK()⏎odd"


def test_every_photo_is_there_under_every_condition_with_its_scores(busy, tmp_path):
    sky, _ = busy
    photo = sky.photos[0]
    colorization = Colorization.objects.create(
        photo=photo, colorizer=sky.conditions[0].colorizer, state="done", file="x.png", digest="0" * 64
    )
    Score.objects.create(colorization=colorization, metric="psnr", image_px=256, value=None)
    Score.objects.create(colorization=colorization, metric="ssim", image_px=256, value=0.5)
    rows = read_parquet(exported(sky.study, tmp_path), "photos")
    assert len(rows) == 2 * 24
    assert set(metrics.names()) <= set(rows[0])
    scored = next(row for row in rows if row["photo_digest"] == photo.digest and row["model"] == "l2")
    assert (scored["psnr"], scored["ssim"], scored["ciede2000"]) == (math.inf, 0.5, None)
    judged = [row for row in rows if row["n"]]
    assert judged
    assert all(row["fool_rate"] == row["k"] / row["n"] for row in judged)
    assert all(0 < row["posterior_mean"] < 1 for row in judged)
    assert {row["fool_rate"] for row in rows if not row["n"]} == {None}


def test_codes_that_open_a_page_and_ids_of_recruiters_are_in_no_file(busy, tmp_path):
    sky, people = busy
    Participation.objects.filter(pk=people[0].pk).update(completion_code="PAYME123")
    people[0].participant.recruiter_hash = "f00dfeedf00dfeed"
    people[0].participant.save()
    PaymentReference.objects.create(participation=people[0], sealed="sealed-id-of-a-person")
    root = exported(sky.study, tmp_path)
    everything = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    for secret in ("PAYME123", "f00dfeedf00dfeed", "sealed-id", *(str(person.code) for person in people)):
        assert secret.encode() not in everything


def test_withdrawn_and_simulated_participants_are_not_among_the_people(root, busy, tmp_path):
    assert {row["source"] for row in read_csv(root, "participants")} == {"person"}
    assert "withdrawn" not in {row["participation_state"] for row in read_csv(root, "participants")}


def test_a_population_of_its_own_can_be_exported(busy, tmp_path):
    root = exported(busy[0].study, tmp_path, population=Population.SIMULATED)
    assert len(read_csv(root, "trials")) == 5
    pooled = tmp_path / "pooled"
    pooled.mkdir()
    assert len(read_csv(exported(busy[0].study, pooled, population=Population.POOLED), "trials")) == 103


def test_tables_of_rates_say_whose_answers_they_are(busy, tmp_path):
    root = exported(busy[0].study, tmp_path, population=Population.POOLED)
    for table in ("photos", "conditions"):
        assert {row["population"] for row in read_csv(root, table)} == {"pooled"}


@pytest.mark.parametrize(
    ("form", "endings"), [(Format.CSV, {".csv"}), (Format.PARQUET, {".parquet"})], ids=["csv", "parquet"]
)
def test_tables_alone_come_in_the_format_that_was_asked_for(busy, tmp_path, form, endings):
    root = exported(busy[0].study, tmp_path, form)
    assert {path.suffix for path in (root / "data").iterdir()} == endings
    assert len(list((root / "data").iterdir())) == len(PAIR)
    assert (root / "documentation/codebook.csv").exists()


def test_a_study_that_nobody_has_answered_can_be_exported(ada, tmp_path):
    root = exported(played_study(ada).study, tmp_path)
    assert read_csv(root, "trials") == []
    assert [row["n"] for row in read_parquet(root, "conditions")] == [0, 0]
