import re

import pytest

from evaluation.designs._common.claims import claims_of
from evaluation.designs._pair.report.differences import difference
from evaluation.designs._pair.report.published import ROWS
from evaluation.designs._pair.report.quality import in_words
from evaluation.models import Population
from evaluation.report.wording import NBSP, count, listed, number, percent, percent_range
from evaluation.services import reports
from evaluation.statistics.intervals import DEFAULT
from evaluation.statistics.rules import CURRENT_RULE
from tests.evaluation.cast import demanding_report, played_study
from tests.evaluation.report import said


def test_numbers_have_real_minus_signs_and_no_negative_zero():
    assert number(-1234.56, 1) == "−1,234.6"
    assert number(-0.001, 2) == "0.00"
    assert number(None) == "–"


def test_shares_are_percentages():
    assert percent(0.2263) == f"22.6{NBSP}%"
    assert percent_range(0.181, 0.279) == f"[18.1,{NBSP}27.9]"
    assert percent_range(None, None) == ""


def test_counts_agree_with_their_noun():
    assert count(1, "photo") == f"1{NBSP}photo"
    assert count(2400, "photo") == f"2,400{NBSP}photos"


def test_lists_read_as_sentences():
    assert [listed(list("abc")[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]


def test_a_difference_names_the_higher_rate_first():
    pair = {"a": "x", "b": "y", "diff": -0.1, "ci": [-0.15, -0.05], "p_t_holm": 0.0002, "reason": ""}
    found = difference(pair, {"x": "X", "y": "Y"}, together=False)
    assert (found.higher, found.lower, found.cell.text) == ("Y", "X", "10.0")
    assert found.cell.interval == f"[5.0,{NBSP}15.0]"
    assert found.p == f"<{NBSP}0.001"


@pytest.fixture
def headline_of(ada, db):
    def headline(rates):
        played = played_study(ada, arms=tuple(rates), photos=40)
        played.crowd(4, rates)
        return said.headline(reports.make_report(study=played.study, population=Population.PEOPLE))

    return headline


def test_up_to_three_conditions_are_all_named_in_the_headline(headline_of):
    headline = headline_of({"a": 0.2, "b": 0.3, "c": 0.4})
    assert headline.count("[") == 3
    assert headline.count("of trials") == 1


def test_of_more_conditions_the_lowest_and_the_highest_are_named(headline_of):
    headline = headline_of({"a": 0.0, "b": 0.3, "c": 0.4, "d": 1.0})
    assert "between 0.0" in headline
    assert "with “D”" in headline
    assert "2 other conditions" in headline


def test_the_table_below_the_headline_has_all_from_the_highest_rate_down(ada, db):
    rates = {"a": 0.0, "b": 0.4, "c": 0.25, "d": 1.0, "unseen": None}
    played = played_study(ada, arms=tuple(rates), photos=40)
    played.crowd(4, {slug: rate for slug, rate in rates.items() if rate is not None})
    report = reports.make_report(study=played.study, population=Population.PEOPLE)
    *shown, last = (row[1].text for row in said.rows(report, "rates"))
    values = [float(text.removesuffix(f"{NBSP}%")) for text in shown]
    assert values == sorted(values, reverse=True)
    assert len(values) == 4
    assert last == "–"


@pytest.fixture
def four(ada, db):
    """One condition fools nobody, one everybody, one some, and the last was never shown."""
    return demanding_report(ada, {"none": "None", "all": "All", "some": "Some", "unseen": "Unseen"})


def test_a_rate_against_chance_is_the_rate_moved_and_its_sensitivity_the_rate_transformed(four):
    none, everybody, some = said.rows(four, "chance")
    model = four.results["analysis"]["models"]["some"]
    assert some[0].text == "Some"
    assert some[1].text == f"{100 * (model['fool_rate'] - 0.5):.1f}".replace("-", "−")
    dprime = float(some[4].text.replace("−", "-"))
    assert dprime == pytest.approx(model["dprime_2afc"], abs=0.005)
    # The more are fooled the lower is the sensitivity, so the interval turns round.
    low, high = (float(end) for end in re.findall(r"[−\d.]+", some[4].interval.replace("−", "-")))
    assert low < dprime < high
    assert (none[1].text, none[4].text, none[4].interval) == ("−50.0", "–", "")
    assert (everybody[1].text, everybody[4].text) == ("50.0", "–")


def test_the_next_study_is_planned_from_conditions_whose_answers_vary(four):
    (some,) = said.rows(four, "next-study")
    assert some[0].text == "Some"
    assert some[1].text.startswith("±")


def test_nothing_is_certain_or_impossible_in_a_ranking(four):
    assert {row[2].text for row in said.rows(four, "ranking")} <= {f">{NBSP}99{NBSP}%", f"<{NBSP}1{NBSP}%"}


def test_reports_that_know_nothing_of_chance_or_planning_still_open(four):
    del four.results["sections"]
    for model in four.results["analysis"]["models"].values():
        del model["chance"], model["planning"]
    assert not {"chance", "next-study"} & said.sections(four).keys()


def test_published_rates_stand_together_by_study_and_none_is_lost(four):
    rows = said.rows(four, "published")
    assert [[cell.text for cell in row] for row in rows if len(row) > 1] == [
        [arm.method, arm.rate] for arm in ROWS
    ]
    assert len([row for row in rows if len(row) == 1]) == 4


def test_the_certificate_of_exposure_tells_of_spoiled_trials(ada, db):
    played = played_study(ada)
    spoiled = {2: ["frame 1: +33.3 ms"], 3: ["page hidden", "focus lost"]}
    played.participate(fooled={"l2": [True, False, True, False]}, voided=spoiled)
    report = reports.make_report(study=played.study, population=Population.PEOPLE)
    text = said.facts(report)["Exposure as measured"]
    assert f"2 of 4{NBSP}trials were shown as planned" in text
    assert "2 were spoiled (exposure off in 1, focus lost in 1 and page hidden in 1)" in text
    assert "0 were shown in their places" in text
    del report.results["exposure"]["spoiled"], report.results["sections"]
    assert "spoiled" not in said.facts(report)["Exposure as measured"]


def test_that_nothing_was_spoiled_is_said_too(ada, db):
    played = played_study(ada)
    played.participate(fooled={"l2": [True]})
    report = reports.make_report(study=played.study, population=Population.PEOPLE)
    assert said.facts(report)["Exposure as measured"].endswith("The study's rule voided none of them.")


def test_the_definitions_follow_the_rule_and_name_what_intervals_are_about():
    now = {"estimand": DEFAULT}
    found = {
        "rule": CURRENT_RULE,
        "lapse": now,
        "order": {"two_way": now},
        "response_times": {"two_way": now},
    }
    claims = claims_of(found)
    assert "Bell and McCaffrey" in claims.pop("degrees")
    assert all("new photos (clustered by both)" in claim for claim in claims.values())
    earlier = claims_of({"lapse": {"rate": 0.1}, "order": {}, "response_times": None})
    assert "min(participants" in earlier.pop("degrees")
    assert all("these photos only (clustered by participant)" in claim for claim in earlier.values())


def test_a_report_says_of_every_interval_beside_the_rates_what_it_is_about(ada, db):
    played = played_study(ada, photos=40)
    played.crowd(6, {"l2": 0.3, "classes": 0.5}, vigilance=[True, False])
    report = reports.make_report(study=played.study, population=Population.PEOPLE)
    facts, meanings = said.facts(report), said.definitions(report)
    assert f"(95{NBSP}% interval: {DEFAULT})" in facts["Lapses"]
    assert "nothing to do with how often they are fooled" in facts["Valid at every look"]
    assert not [text for text in meanings.values() if "min(participants" in text]
    assert "multivariate t distribution" in meanings["first"]
    assert "No warning is no proof" in meanings["person-weighted"]
    pairs = said.tables(report)["pairs"]
    assert pairs.note == ""
    assert pairs.columns[1].unit == f"95{NBSP}% interval"


def test_the_remark_on_several_differences_warns_in_both_directions(four):
    assert "include 0 while p is below 0.05, or exclude 0 while p is not" in said.tables(four)["pairs"].note


def test_a_mixed_model_without_photo_effects_claims_these_photos_only():
    found = {
        "fitted": True,
        "marginal_fool_rate": {"modela": 0.3},
        "marginal_ci": {"modela": [0.2, 0.4]},
        "sd_participant": 0.5,
        "photo_effect": {"fitted": False, "reason": "few trials"},
    }
    text = in_words(found, {"a": "A"})
    assert text.startswith("Rates averaged over people, on these photos:")
