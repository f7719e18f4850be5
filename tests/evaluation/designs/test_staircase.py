"""The staircase: from planted answers to the sections of its report."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from evaluation.designs import get
from evaluation.designs._design import Evidence
from evaluation.models import Population
from evaluation.report import charts, terminal
from evaluation.report.section import cell_of
from evaluation.services import reports
from evaluation.statistics.staircase import Rule, staircases
from evaluation.statistics.staircase_photos import NO_SLOPE
from evaluation.statistics.table import Factor, ResponseTable
from tests.evaluation import planted
from tests.evaluation.designs.answers import facts_of, table_of
from tests.evaluation.oracles import expected, responses
from tests.evaluation.reference import disagreements
from tests.evaluation.test_estimands import without_estimand
from tests.simulated import simulated_study

STAIRCASE = get("staircase")
TITLES = {"a": "Bins", "b": "Classes"}
SETTINGS = {
    "start_ms": 500, "shortest_ms": 100, "longest_ms": 1000, "down_ms": 10, "up_ms": 30, "blocks": 2,
    "trials_per_block": 80, "practice_trials": 10, "mask": "noise", "vigilance_share": 0.04,
}  # fmt: skip


@pytest.fixture(scope="module")
def steps():
    return planted.staircase_steps(np.random.default_rng(1))


def climbed_table(steps):
    """The rows of a study: every other picture is real, and then the row names no condition."""
    rng = np.random.default_rng(2)
    n = len(steps.right)
    fake = rng.permutation(np.arange(n) % 2) == 1
    wrong = steps.right == 0
    names = [steps.condition.labels[code] for code in steps.condition.codes]
    return table_of(
        steps.participant.codes, steps.photo, np.where(fake, names, "").tolist(),
        exposure_ms=steps.exposure_ms, trial_index=steps.trial_index + 1000 * steps.block,
        own={"wrong": wrong, "block": steps.block + 1, "is_real": ~fake, "called_real": fake == wrong},
    )  # fmt: skip


@pytest.fixture(scope="module")
def table(steps):
    return climbed_table(steps)


@pytest.fixture(scope="module")
def findings(table):
    return STAIRCASE.analyse(Evidence(table, settings=SETTINGS))


def sections_of(findings, titles=TITLES, settings=SETTINGS, **more):
    one = "one_condition_per_participation"
    facts = facts_of(titles, design="staircase", settings=settings, allocation=one)
    return {section.name: section for section in STAIRCASE.report(findings | more, facts)}


def test_real_photos_belong_to_the_condition_of_their_person(steps, findings):
    wanted = staircases(steps, Rule())
    assert findings["analysis"]["order"] == wanted["order"]
    for name in ("models", "pairwise", "participant_t_ci", "psychometric_pooled_weibull"):
        assert list(disagreements({name: wanted[name]}, {name: findings["analysis"][name]})) == [], name
    found = [one["thr"] for one in findings["analysis"]["people"]]
    assert sorted(found) == sorted(one["thr"] for one in wanted["participants"])


def test_the_headline_says_how_long_it_takes(findings):
    (answer, *_) = sections_of(findings).values()
    times = {model["model"]: f"{model['hype_time_ms']:.0f}\xa0ms" for model in findings["analysis"]["models"]}
    assert answer.lead.startswith(
        f"To tell real from fake in 75\xa0% of trials, participants had to see a picture for {times['a']} ["
    )
    assert f"{times['b']} [" in answer.lead
    assert answer.paragraphs[0].startswith("The longer it takes, the more real the fakes look.")
    assert [row[0] for row in answer.tables[0].rows] == ["Classes", "Bins"]
    (row,) = [row for row in answer.charts[0].data["rows"] if row["title"] == "Bins"]
    assert row["low"] < row["value"] < row["high"]


def test_with_many_conditions_the_headline_names_the_extremes():
    steps = planted.staircase_steps(
        np.random.default_rng(3), thresholds=(300.0, 500.0, 350.0, 420.0), people=24
    )  # fmt: skip
    titles = dict(zip("abcd", ("One", "Two", "Three", "Four"), strict=True))
    found = STAIRCASE.analyse(Evidence(climbed_table(steps), settings=SETTINGS))
    lead = next(iter(sections_of(found, titles).values())).lead
    assert "for between" in lead
    assert lead.endswith("with “Two” (2 other conditions lie in between).")


def test_blocks_that_were_not_finished_are_in_no_threshold(table, findings):
    begun = table.own["block"] == 2
    first = table.participant.codes == 0
    cut = table.take(~(begun & first & (np.arange(len(table)) % 80 > 20)))
    found = STAIRCASE.analyse(Evidence(cut, settings=SETTINGS))["analysis"]
    steps = {step["step"]: step for step in found["filters"]}
    assert steps["S4"]["dropped"] == 21
    assert steps["S4"]["rule"] == "of finished blocks: 80 trials each"
    assert sum(block["participant_id"] == "p000" for block in found["blocks"]) == 1
    # In a file nobody knows how long blocks were.
    assert "S4" not in {step["step"] for step in STAIRCASE.analyse(Evidence(cut))["analysis"]["filters"]}


def test_the_rule_is_that_of_the_study(steps, table):
    other = SETTINGS | {"down_ms": 20, "up_ms": 20, "shortest_ms": 350}
    found = STAIRCASE.analyse(Evidence(table, settings=other))
    assert found["analysis"]["rule"]["target"] == 0.5
    assert sum(block["mode_at_end"] for block in found["analysis"]["blocks"]) > 0
    (answer, *_) = sections_of(found, settings=other).values()
    assert "settled at an end of the range (350 to 1,000\xa0ms)" in answer.paragraphs[0]
    assert "in 50\xa0% of trials" in answer.lead


def test_clamped_trials_are_those_that_the_design_marked(table):
    marked = np.zeros(len(table))
    marked[:10] = 1
    own = table.own | {"clamped": marked}
    found = STAIRCASE.analyse(Evidence(replace(table, own=own), settings=SETTINGS))
    assert sum(block["clamped"] for block in found["analysis"]["blocks"]) == 10
    rows = {row[0]: row[2].text for row in sections_of(found)["answer"].tables[0].rows}
    assert rows["Classes"] == "0.0\xa0%"
    assert rows["Bins"] == "0.6\xa0%"


def test_conditions_are_compared_by_people_of_their_own(findings):
    section = sections_of(findings)["differences"]
    ((higher, difference, _),) = section.tables[0].rows
    (pair,) = findings["analysis"]["pairwise"]
    assert higher == "Classes above Bins"
    assert difference.text == f"{-pair['diff']:.0f}"
    assert "Difference, ms" in section.tables[0].columns[1].title
    assert [row[0] for row in sections_of(findings)["ranking"].tables[0].rows] == ["Classes", "Bins"]


def test_where_the_slope_is_not_clear_it_is_said_once_and_of_differences_too(steps, table):
    rng = np.random.default_rng(8)
    random = rng.permutation(len(table))
    guessed = replace(table, own={**table.own, "wrong": table.own["wrong"][random]})
    found = STAIRCASE.analyse(Evidence(guessed, settings=SETTINGS))
    assert {pair["reason"] for pair in found["analysis"]["pairwise"]} == {NO_SLOPE}
    sections = {
        one.name: one
        for one in STAIRCASE.report(found, facts_of(TITLES, design="staircase", settings=SETTINGS))
    }
    said = f"interval for these photos only. There is none for new photos: {NO_SLOPE}."
    assert said in sections["answer"].paragraphs[0]
    (one, *_) = sections["answer"].charts[0].data["rows"]
    assert [one["low"], one["high"]] == found["analysis"]["participant_t_ci"]["b"]
    assert "exactly these photos" in sections["differences"].definitions[0].text
    assert cell_of(sections["differences"].tables[0].rows[0][1]).interval
    assert all(not cell_of(row[1]).note for row in sections["answer"].tables[0].rows)


def test_blocks_that_were_too_short_are_told_of():
    short = planted.staircase_steps(np.random.default_rng(5), thresholds=(150.0, 480.0), trials=24)
    found = STAIRCASE.analyse(Evidence(climbed_table(short), settings=SETTINGS | {"trials_per_block": 24}))
    (answer, *_) = sections_of(found).values()
    late = {model["model"]: model["right_late"] for model in found["analysis"]["models"]}
    said = f"people were still right in {100 * late['a']:.0f}\xa0% of trials with “Bins”"
    assert said in answer.paragraphs[0]


def test_the_exposures_are_drawn_along_the_blocks_and_the_answers_by_exposure(findings):
    sections = sections_of(findings)
    rows = sections["levels"].charts[0].data["rows"]
    assert [line["title"] for line in rows[0]["lines"]] == ["Block 1", "Block 2"]
    assert (rows[0]["lines"][0]["x"][0], rows[0]["lines"][0]["x"][-1]) == (1, 80)
    assert rows[0]["lines"][0]["y"][0] == 500
    shares = sections["psychometric"].charts[0].data["rows"][0]["lines"][0]["y"]
    assert shares[-1] > shares[0]
    assert len(sections["thresholds"].charts[0].data["rows"][0]["values"]) == 10


def test_photos_are_looked_at_by_their_fakes(table, findings):
    fakes = table.own["is_real"] == 0
    counted = sum(sum(column["n"]) for column in findings["photos"]["conditions"].values())
    assert counted == fakes.sum()
    assert findings["photos"]["conditions"].keys() == {"a", "b"}
    assert "gallery" in sections_of(findings)


def test_every_interval_names_what_it_is_about(findings):
    assert list(without_estimand(findings | {"curves": {}})) == []


def test_equal_answers_give_equal_findings(table, findings):
    again = STAIRCASE.analyse(Evidence(table, settings=SETTINGS))
    assert json.dumps(again, sort_keys=True, allow_nan=False) == json.dumps(findings, sort_keys=True)


def test_every_section_is_drawn_and_written(findings):
    sections = sections_of(findings)
    for section in sections.values():
        for chart in section.charts:
            assert charts.svg(chart, charts.whole(chart))
    assert "Block 2" in terminal.text(sections.values())
    assert {"thresholds", "levels", "psychometric", "quality", "changes", "methods"} <= sections.keys()
    protocol = dict(sections["protocol"].tables[0].rows)
    assert protocol["Exposure"].startswith("500\xa0ms at first, 10\xa0ms less after a right answer")
    assert protocol["Exposure"].endswith("then a noise mask")
    assert protocol["Trials"].startswith("10 practice + 160 test")


def test_the_methods_paragraph_says_what_was_done(findings):
    text = sections_of(findings)["methods"].methods
    assert "took a staircase test" in text
    assert "for a time that followed from the answers (500\xa0ms at first" in text
    assert "160\xa0test trials with feedback in 2\xa0blocks" in text
    assert "photographs came again only when all others had come" in text
    assert "nobody saw a photograph twice" not in text
    assert "each participant saw one of them, with photographs balanced" in text


def test_spoiled_trials_count_in_one_line_only(table):
    voided = np.zeros(len(table), dtype=np.int8)
    voided[3::80] = 1
    found = STAIRCASE.analyse(Evidence(replace(table, voided=voided), settings=SETTINGS))
    assert found["views"][-1]["code"] == "voided"
    assert found["views"][-1]["n"] == len(table)
    assert found["analysis"]["valid_rows"] == len(table) - voided.sum()


def test_crops_of_one_photograph_count_as_one(table, findings):
    scene = Factor((table.photo.codes // 8).astype(np.int32), tuple(f"s{n}" for n in range(5)))
    found = STAIRCASE.analyse(Evidence(replace(table, photo_cluster=scene), settings=SETTINGS))
    before, now = (one["analysis"]["models"][0]["interval"] for one in (findings, found))
    assert now["estimate"] == before["estimate"]
    assert now["df"] == 4 < before["df"]


FEW = {
    "no answers": lambda table: table.take(np.zeros(0, dtype=np.intp)),
    "one answer": lambda table: table.take(np.array([0])),
    "one participant": lambda table: table.take(table.participant.codes == 0),
    "one photo": lambda table: table.take(table.photo.codes == 0),
    "no fakes": lambda table: table.take(table.own["is_real"] == 1),
    "one condition": lambda table: table.take(table.participant.codes % 2 == 0),
}


@pytest.mark.parametrize("fixed", [SETTINGS, {}], ids=["of a study", "of a file"])
@pytest.mark.parametrize("few", FEW.values(), ids=FEW)
def test_few_answers_make_a_report_too(table, few, fixed):
    found = STAIRCASE.analyse(Evidence(few(table), settings=fixed))
    json.dumps(found, allow_nan=False)
    sections = sections_of(found)
    assert next(iter(sections.values())).lead
    assert terminal.text(sections.values())


def test_its_standing_is_greater_for_what_takes_longer(table, findings):
    found = STAIRCASE.standing(Evidence(table, settings=SETTINGS))
    assert found.labels == ("a", "b")
    assert list(found.values) == [model["hype_time_ms"] for model in findings["analysis"]["models"]]
    assert STAIRCASE.standing(Evidence(FEW["one condition"](table), settings=SETTINGS)) is None
    assert STAIRCASE.standing(Evidence(FEW["no answers"](table))) is None


def test_the_tables_of_an_export_agree_with_the_report(table, findings):
    found = STAIRCASE.rows(Evidence(table, settings=SETTINGS), findings)
    model = findings["analysis"]["models"][0]
    row = found["conditions"]["a"]
    assert (row["threshold_ms"], row["participants"]) == (model["hype_time_ms"], 10)
    assert [row["threshold_low"], row["threshold_high"]] == model["interval"]["ci"]
    people = {one["participant_id"]: one["thr"] for one in findings["analysis"]["people"]}
    assert {name: row["threshold_ms"] for name, row in found["participants"].items() if name} == people
    assert sum(row["n"] for row in found["participants"].values()) == len(table)
    assert any(key and key[0] == "(real)" for key in found["photos"])
    for name, rows in found.items():
        assert set().union(*rows.values()) <= {column.name for column in STAIRCASE.columns[name]}


def test_the_reference_case_keeps_its_numbers():
    rows = list(csv.DictReader(responses("p13_staircase").open()))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    table = ResponseTable.from_columns(
        participant=columns["participant_id"], photo=["one"] * len(rows), condition=columns["model"],
        fake_side=[None] * len(rows), chosen_side=[None] * len(rows),
        trial_index=[float(text) for text in columns["trial_index"]],
        exposure_ms=[float(text) for text in columns["exposure_ms"]],
    )  # fmt: skip
    own = {"wrong": np.array([float(text == "0") for text in columns["correct"]]),
           "block": np.array([float(text) for text in columns["block"]])}  # fmt: skip
    found = STAIRCASE.analyse(Evidence(replace(table, own=own)))["analysis"]
    assert list(disagreements(expected("p13_staircase"), found | {"participants": found["people"]})) == []


@pytest.mark.django_db
def test_a_report_counts_people_and_names_nobody(idle_queue):
    study = simulated_study("staircase", people=3)
    report = reports.make_report(study=study, population=Population.SIMULATED)
    codes = [str(code) for code in study.participations.values_list("participant__code", flat=True)]
    text = json.dumps(report.results)
    assert not [code for code in codes if code in text]
    assert [person["participant_id"] for person in report.results["analysis"]["people"]] == [1, 2, 3]
    blocks = report.results["analysis"]["blocks"]
    assert {block["participant_id"] for block in blocks} == {1, 2, 3}


def test_blocks_of_any_number_stay_with_their_participant(steps, table, findings):
    far = replace(table, own={**table.own, "block": table.own["block"] * 1000 - 999})
    found = STAIRCASE.analyse(Evidence(far, settings=SETTINGS))["analysis"]
    wanted = findings["analysis"]
    assert [one["hype_time_ms"] for one in found["models"]] == [
        one["hype_time_ms"] for one in wanted["models"]
    ]
    assert found["valid_rows"] == wanted["valid_rows"]
