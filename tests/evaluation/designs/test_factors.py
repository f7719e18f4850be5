"""Exposure as a factor, and confidence: in the report of a study that has them, and in no other."""

import numpy as np
import pytest

from evaluation.designs import get
from evaluation.designs._common.averaged import Averaged
from evaluation.designs._common.confidence import confidence_findings, confidence_section
from evaluation.designs._common.course import Course
from evaluation.designs._common.exposure_levels import exposure_findings, exposure_section
from evaluation.designs._common.methods import methods_section
from evaluation.designs._common.protocol import protocol_section
from evaluation.designs._common.told import Told
from evaluation.designs._design import Evidence
from evaluation.report import charts, terminal
from tests.evaluation import planted
from tests.evaluation.designs.answers import facts_of, table_of
from tests.evaluation.test_estimands import without_estimand

PAIR = get("pair")
TITLES = {"a": "Bins", "b": "Classes"}
SETTINGS = {"exposure_ms": [500, 1000, 4000], "confidence": "4 steps", "test_trials": 40}


@pytest.fixture(scope="module")
def table():
    """Answers of a pair test at three exposures, each with its confidence."""
    trials = planted.exposed(np.random.default_rng(1), people=20)
    sure = 1 + np.minimum(3, np.random.default_rng(2).poisson(1.6 * (1 - 0.7 * trials.outcome)))
    n = len(trials.outcome)
    return table_of(
        trials.participant, trials.photo, [trials.labels[code] for code in trials.arm],
        fake_side=["L"] * n, chosen_side=["R" if fooled else "L" for fooled in trials.outcome],
        exposure_ms=trials.exposure_ms, own={"confidence": sure},
    )  # fmt: skip


@pytest.fixture(scope="module")
def findings(table):
    return PAIR.analyse(Evidence(table, settings=SETTINGS))


def sections_of(findings, settings):
    told = facts_of(TITLES, settings=settings)
    return {section.name: section for section in PAIR.report(findings, told)}


def test_a_study_that_varies_the_exposure_says_what_each_level_and_each_doubling_does(findings):
    section = sections_of(findings, SETTINGS)["exposure-levels"]
    levels, trend, differences = section.tables
    exposures = ["500\xa0ms", "1,000\xa0ms", "4,000\xa0ms"]
    assert [row[0] for row in levels.rows] == ["Bins", *exposures, "Classes", *exposures]
    found = findings["analysis"]["exposure_levels"]["conditions"][0]["levels"][0]
    assert levels.rows[1][1].text == f"{100 * found['mean']:.1f}\xa0%"
    assert [row[0] for row in trend.rows] == ["Bins", "Classes"]
    assert differences.rows[1][0] == "500 minus 1,000\xa0ms"
    assert "for all 3\xa0differences" in differences.columns[1].unit
    assert "With each doubling of the exposure, the fool rate changes by −" in section.paragraphs[0]


def test_a_study_that_asks_for_confidence_says_how_often_the_sure_are_right(findings):
    section = sections_of(findings, SETTINGS)["confidence"]
    (table,) = section.tables
    assert [row[0] for row in table.rows] == ["A guess", "Rather unsure", "Rather sure", "Certain"]
    found = findings["analysis"]["confidence"]
    assert found["type2_auc"]["estimate"] > 0.55
    assert {fact.term for fact in section.facts} == {
        "Trend", "Area under the type-2 ROC", "The same within people",
    }  # fmt: skip


def test_their_intervals_name_what_they_are_about(findings):
    both = {name: findings["analysis"][name] for name in ("exposure_levels", "confidence")}
    assert list(without_estimand(both)) == []


def test_curves_and_words_are_drawn(findings):
    sections = sections_of(findings, SETTINGS)
    for name in ("exposure-levels", "confidence"):
        for chart in sections[name].charts:
            assert charts.svg(chart, charts.whole(chart))
    assert "Bins" in terminal.text([sections["exposure-levels"]])


def test_no_other_report_has_anything_of_the_kind(table):
    fixed = {"exposure_ms": 1000, "confidence": "none", "test_trials": 40}
    n = len(table)
    without = table_of(
        table.participant.codes, table.photo.codes, ["a"] * n,
        exposure_ms=[1000.0] * n, fake_side=["L"] * n, chosen_side=["L"] * n,
    )  # fmt: skip
    for settings in (fixed, {}):
        found = PAIR.analyse(Evidence(without, settings=settings))
        assert not {"exposure_levels", "confidence"} & found["analysis"].keys()
        assert not {"exposure-levels", "confidence"} & sections_of(found, fixed).keys()


def test_in_a_file_a_few_exposures_are_levels_and_many_are_measured_times(table):
    assert exposure_findings(Evidence(table), table, np.ones(len(table)))
    measured = np.random.default_rng(1).normal(1000, 5, len(table))
    other = table_of(table.participant.codes, table.photo.codes, ["a"] * len(table), exposure_ms=measured)
    assert exposure_findings(Evidence(other), other, np.ones(len(other))) == {}


def test_two_exposures_have_one_difference_and_no_table_of_trends(table):
    kept = table.take(table.exposure_ms != 1000)
    fooled = (kept.chosen_side == 1).astype(float)
    found = exposure_findings(Evidence(kept), kept, fooled)
    told = Told({"analysis": found}, facts_of(TITLES))
    (section,) = exposure_section(told, Averaged("Fool rate", "fool-rate"))
    assert [one.name for one in section.tables] == ["by-exposure-levels", "exposure-differences"]
    assert "together" not in section.tables[1].columns[1].unit


def test_ratings_stay_numbers(table):
    rating = 3 + np.random.default_rng(1).normal(size=len(table))
    told = Told({"analysis": exposure_findings(Evidence(table), table, rating)}, facts_of(TITLES))
    (section,) = exposure_section(told, Averaged("Mean rating", "rating", share=False))
    assert "%" not in section.tables[0].rows[1][1].value


def test_where_no_answer_is_right_the_steps_are_counted(table):
    found = confidence_findings(Evidence(table, settings=SETTINGS), table, None)
    (section,) = confidence_section(Told({"analysis": found}, facts_of(TITLES)))
    assert sum(step["n"] for step in found["confidence"]["steps"]) == len(table)
    assert section.tables[0].rows[0][0] == "A guess"
    assert not section.charts


def methods_of(settings, **more):
    analysis = {"participants": 20, "valid_rows": 800, "images": 60}
    told = Told({"analysis": analysis}, facts_of(TITLES, settings=settings))
    (section,) = methods_section(told, task="They looked.", counting="", inference="", **more)
    ((table,),) = [section.tables for section in protocol_section(told, *more.values())]
    return section.methods, dict(table.rows)


def test_methods_and_protocol_tell_of_both():
    settings = SETTINGS | {"practice_trials": 10}
    text, protocol = methods_of(settings)
    assert "They looked. After each answer they said how sure they were, in 4 steps." in text
    assert protocol["Confidence"] == "asked after each answer, in 4 steps"
    assert protocol["Exposure"] == "500, 1,000 or 4,000 ms each, balanced over trials"


def test_methods_say_what_the_design_does():
    usual, _ = methods_of({"test_trials": 40, "practice_trials": 10})
    assert "10\xa0practice trials with feedback and 40\xa0test trials without;" in usual
    assert "nobody saw a photograph twice" in usual
    course = Course(
        "staircase", "", "with feedback", 60, "", "a pause", "photographs came again", "photographs"
    )  # fmt: skip
    text, protocol = methods_of({"practice_trials": 3, "exposure_ms": None}, course=course)
    assert "took a staircase (planned" in text
    assert "3\xa0practice trials, a pause and 60\xa0test trials with feedback;" in text
    assert "photographs came again" in text
    assert "with photographs balanced" in text
    assert protocol["Exposure"] == "until answered"
    assert protocol["Trials"] == "3 practice + a pause + 60 test, no vigilance trials"
