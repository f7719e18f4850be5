"""The single-image test: from planted answers to the sections of its report."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from evaluation.designs import get
from evaluation.designs._design import Evidence
from evaluation.report import charts, terminal
from evaluation.statistics.single_arms import single_arms
from evaluation.statistics.table import Factor, ResponseTable
from tests.evaluation import planted
from tests.evaluation.designs.answers import facts_of, judged_table
from tests.evaluation.oracles import expected, responses
from tests.evaluation.reference import disagreements
from tests.evaluation.test_estimands import without_estimand

SINGLE = get("single")
TITLES = {"a": "Bins", "b": "Classes"}
SETTINGS = {
    "exposure_ms": None, "practice_trials": 10, "qualification_trials": 20, "qualification_pass": 0.65,
    "test_trials": 40, "vigilance_share": 0.1,
}  # fmt: skip


@pytest.fixture(scope="module")
def judged():
    return planted.single(np.random.default_rng(1))


@pytest.fixture(scope="module")
def findings(judged):
    return SINGLE.analyse(Evidence(judged_table(judged)))


def sections_of(findings, titles=TITLES, **more):
    facts = facts_of(titles, design="single", settings=SETTINGS)
    return {section.name: section for section in SINGLE.report(findings | more, facts)}


def test_fakes_and_real_photos_are_counted_apart(judged, findings):
    found, fakes = findings["analysis"], judged.is_fake
    for code, label in enumerate("ab"):
        own = fakes & (judged.arm == code)
        assert found["models"][label]["fake_error_rate"] == pytest.approx(1 - judged.called_fake[own].mean())
        assert found["models"][label]["n_fake"] == own.sum()
    assert found["real"]["called_real"] == pytest.approx(1 - judged.called_fake[~fakes].mean())


def test_the_numbers_are_those_of_the_statistics(judged, findings):
    (other, *_) = single_arms(judged)["arms"]
    found = findings["analysis"]["models"]["a"]
    assert list(disagreements({k: v for k, v in other.items() if k != "label"}, found)) == []


def test_the_headline_says_how_often_fakes_and_real_photos_were_called_real(findings):
    (answer, *_) = sections_of(findings).values()
    shares = {slug: f"{100 * model['fake_error_rate']:.1f}\xa0%"
              for slug, model in findings["analysis"]["models"].items()}  # fmt: skip
    real = f"{100 * findings['analysis']['real']['called_real']:.1f}\xa0%"
    assert answer.lead.startswith(f"Participants called the fakes real in {shares['a']} [")
    assert f"{shares['b']} [" in answer.lead
    assert f"they called real photos real in {real} [" in answer.lead
    assert f"as often as real photos are, in {real} of trials" in answer.paragraphs[0]
    assert [row[0] for row in answer.tables[0].rows] == ["Classes", "Bins", "Real photos"]


def test_with_many_conditions_the_headline_names_the_extremes():
    judged = planted.single(np.random.default_rng(2), dprimes=(1.5, 0.2, 0.8, 1.0), trials=60)
    titles = dict(zip("abcd", ("One", "Two", "Three", "Four"), strict=True))
    lead = next(iter(sections_of(SINGLE.analyse(Evidence(judged_table(judged))), titles).values())).lead
    assert "with “One” and" in lead
    assert "with “Two” (2 other conditions lie in between)" in lead


def test_conditions_are_compared_over_fakes_and_by_sensitivity(findings):
    section = sections_of(findings)["differences"]
    shares, dprimes = section.tables
    assert [row[0] for row in shares.rows] == ["Classes above Bins"]
    assert [row[0] for row in dprimes.rows] == ["Bins above Classes"]
    assert [row[0] for row in sections_of(findings)["ranking"].tables[0].rows] == ["Classes", "Bins"]


def test_what_the_exposure_does_is_told_of_fakes_and_of_real_photos_apart(judged):
    rng = np.random.default_rng(4)
    level = rng.choice([500.0, 2000.0], len(judged.is_fake))
    found = SINGLE.analyse(Evidence(judged_table(judged, exposure_ms=level)))
    levels = found["analysis"]["exposure_levels"]
    assert [one["label"] for one in levels["conditions"]] == ["a", "b", ""]
    only_fakes = SINGLE.analyse(Evidence(judged_table(judged, exposure_ms=level).take(judged.is_fake)))[
        "analysis"
    ]["exposure_levels"]
    assert levels["trend"] == only_fakes["trend"]
    tables = sections_of(found)["exposure-levels"].tables
    assert [row[0] for row in tables[0].rows if len(row) == 1] == ["Bins", "Classes", "Real photos"]


def test_fakes_that_look_more_real_than_photos_are_called_hyper_realistic():
    judged = planted.single(
        np.random.default_rng(3), dprimes=(-1.6,), people=40, sds=(0.1, 0.1), criterion=-0.8
    )  # fmt: skip
    section = sections_of(SINGLE.analyse(Evidence(judged_table(judged))), {"a": "Bins"})["hyper-realism"]
    ((_, _, _, _, _, verdict),) = section.tables[0].rows
    assert verdict == "yes"


def test_every_interval_names_what_it_is_about(findings):
    assert list(without_estimand(findings)) == []


def test_equal_answers_give_equal_findings(judged, findings):
    again = SINGLE.analyse(Evidence(judged_table(judged)))
    assert json.dumps(again, sort_keys=True, allow_nan=False) == json.dumps(findings, sort_keys=True)


def test_every_section_is_drawn_and_written(findings):
    sections = sections_of(findings)
    for section in sections.values():
        for chart in section.charts:
            assert charts.svg(chart, charts.whole(chart))
    text = terminal.text(sections.values())
    assert "Real photos" in text
    assert {"rates", "gallery", "quality", "changes", "methods", "protocol"} <= sections.keys()


def test_practice_qualification_and_vigilance_are_in_no_rate(judged, findings):
    table = judged_table(judged)
    rows = np.concatenate((np.arange(len(table)), np.arange(200)))
    kinds = ["test"] * len(table) + ["practice", "attention"] * 100
    found = SINGLE.analyse(Evidence(replace(table.take(rows), phase=Factor.of(kinds))))
    assert found["analysis"]["models"] == findings["analysis"]["models"]
    assert found["analysis"]["real"] == findings["analysis"]["real"]


def test_a_trial_that_was_recorded_twice_counts_once(judged, findings):
    table = judged_table(judged)
    found = SINGLE.analyse(Evidence(table.take(np.concatenate((np.arange(len(table)), np.arange(50))))))
    assert found["analysis"]["models"] == findings["analysis"]["models"]
    steps = {step["step"]: step["dropped"] for step in found["analysis"]["filters"]}
    assert steps["S3"] == 50


def test_unanswered_trials_are_missing_and_no_error(judged):
    table = judged_table(judged)
    called = table.own["called_real"].copy()
    called[::5] = np.nan
    found = SINGLE.analyse(Evidence(replace(table, own=table.own | {"called_real": called})))
    assert found["analysis"]["valid_rows"] == np.isfinite(called).sum()


def test_spoiled_trials_count_in_one_line_only(judged):
    voided = [0] * len(judged.is_fake)
    voided[:60] = [1] * 60
    found = SINGLE.analyse(Evidence(judged_table(judged, voided=voided)))
    assert found["analysis"]["valid_rows"] == len(judged.is_fake) - 60
    assert found["views"][-1]["code"] == "voided"
    assert found["views"][-1]["n"] == len(judged.is_fake)


def test_crops_of_one_photograph_count_as_one(judged, findings):
    table = judged_table(judged)
    scene = Factor((table.photo.codes // 4).astype(np.int32), tuple(f"s{n}" for n in range(15)))
    found = SINGLE.analyse(Evidence(replace(table, photo_cluster=scene)))
    assert found["analysis"]["photo_clusters"] == 15
    assert found["analysis"]["real"]["called_real"] == findings["analysis"]["real"]["called_real"]
    assert found["analysis"]["real"]["interval"] != findings["analysis"]["real"]["interval"]
    wide, narrow = (one["models"]["a"]["intervals"]["dprime"]["df"]
                    for one in (findings["analysis"], found["analysis"]))  # fmt: skip
    assert narrow < wide


def test_the_qualification_is_told_with_how_many_failed(findings):
    facts = {fact.term: fact.text for fact in sections_of(findings)["quality"].facts}
    assert facts["Qualification"].endswith("had to be right; no participation ended there.")
    failed = sections_of(findings, ended_early={"failed_qualification": 3})["quality"].facts
    assert any("3\xa0participations ended there" in fact.text for fact in failed)


def test_the_methods_paragraph_says_what_was_done(findings):
    text = sections_of(findings)["methods"].methods
    assert "took a single-image test" in text
    assert "at 256 × 256 CSS pixels until the answer; participants said whether its colours" in text
    assert "20\xa0qualification trials (65\xa0% of the real photographs" in text
    assert "with photographs balanced" in text
    assert "corrected by Holm's method over 1\xa0comparison." in text


FEW = {
    "no answers": lambda table: table.take(np.zeros(0, dtype=np.intp)),
    "one answer": lambda table: table.take(np.array([0])),
    "one participant": lambda table: table.take(table.participant.codes == 0),
    "one photo": lambda table: table.take(table.photo.codes == 0),
    "no real photos": lambda table: table.take(table.own["is_real"] == 0),
    "no fakes": lambda table: table.take(table.own["is_real"] == 1),
}


@pytest.mark.parametrize("few", FEW.values(), ids=FEW)
def test_few_answers_make_a_report_too(judged, few):
    found = SINGLE.analyse(Evidence(few(judged_table(judged))))
    json.dumps(found, allow_nan=False)
    sections = sections_of(found)
    assert next(iter(sections.values())).lead
    assert terminal.text(sections.values())


def test_without_an_interval_the_answer_says_why(judged):
    one = FEW["one participant"](judged_table(judged))
    (answer, *_) = sections_of(SINGLE.analyse(Evidence(one))).values()
    assert answer.paragraphs[0].startswith("There is no interval: all 40 answers come from one participant")


def test_fakes_without_a_condition_are_refused_in_words(judged):
    table = judged_table(judged)
    nameless = replace(table, condition=Factor.of([None] * len(table)))
    with pytest.raises(ValueError, match="fake pictures name no condition, the first is row"):
        SINGLE.analyse(Evidence(nameless))


def test_its_standing_is_greater_for_what_is_called_real_more_often(judged, findings):
    found = SINGLE.standing(Evidence(judged_table(judged)))
    assert found.labels == ("a", "b")
    assert list(found.values) == [findings["analysis"]["models"][slug]["fake_error_rate"] for slug in "ab"]
    assert found.photos.shape == (len(found.photo_labels), 2)
    assert SINGLE.standing(Evidence(judged_table(planted.single(np.random.default_rng(1), (1.0,))))) is None


def test_the_tables_of_an_export_agree_with_the_report(judged, findings):
    found = SINGLE.rows(Evidence(judged_table(judged)), findings)
    model = findings["analysis"]["models"]["a"]
    row = found["conditions"]["a"]
    assert (row["n"], row["share_called_real"]) == (model["n_fake"], model["fake_error_rate"])
    assert [row["dprime_low"], row["dprime_high"]] == model["intervals"]["dprime"]["ci"]
    assert found["conditions"]["(real)"]["n_called_real"] == findings["analysis"]["real"]["k"]
    people = [row for name, row in found["participants"].items() if name]
    assert sum(row["n"] for row in people) == len(judged.is_fake)
    assert sum(row["n_real_called_fake"] for row in people) == (judged.called_fake & ~judged.is_fake).sum()
    photos = [row for key, row in found["photos"].items() if key and key[0] == "a"]
    assert sum(row["n_called_real"] for row in photos) == row["n_called_real"]
    for table, rows in found.items():
        assert set().union(*rows.values()) <= {column.name for column in SINGLE.columns[table]}


def test_the_reference_case_keeps_its_numbers():
    rows = list(csv.DictReader(responses("p12_single").open()))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    table = ResponseTable.from_columns(
        participant=columns["participant_id"], photo=columns["image_id"], condition=columns["model"],
        fake_side=[None] * len(rows), chosen_side=[None] * len(rows),
        trial_index=[float(text) for text in columns["trial_index"]],
    )  # fmt: skip
    own = {"is_real": np.array([float(text == "real") for text in columns["truth"]]),
           "called_real": np.array([float(text == "real") for text in columns["answer"]])}  # fmt: skip
    found = SINGLE.analyse(Evidence(replace(table, own=own)))
    assert list(disagreements(expected("p12_single"), found["analysis"])) == []
