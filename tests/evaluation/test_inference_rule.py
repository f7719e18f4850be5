"""Which rule of inference a report follows: the one in the study's protocol, or that of the time before."""

import json
from pathlib import Path

import pytest

from evaluation.models import Population, Report
from evaluation.services import (
    report_files,
    reports,
)
from evaluation.statistics.intervals import THESE_PHOTOS
from evaluation.statistics.rules import BELL_MCCAFFREY_TWO_WAY, CGM_TWO_WAY, CURRENT_RULE, RULES
from studies.models import Study
from studies.services.protocol import INFERENCE_RULE
from tests.evaluation.cast import played_study
from tests.evaluation.report import said
from tests.evaluation.test_estimands import without_estimand

pytestmark = pytest.mark.django_db

EARLIER = Path(__file__).parents[1] / "oracles" / "reports" / "schema-2.json"


@pytest.fixture
def sky(ada):
    played = played_study(ada)
    played.crowd(5, {"l2": 0.3, "classes": 0.5}, vigilance=[True])
    # Somebody with half the trials: the rules differ where people did unequal numbers.
    played.participate(fooled={"l2": [True, False], "classes": [False, False]}, vigilance=[True])
    return played


def report_of(played, protocol):
    Study.objects.filter(pk=played.study.pk).update(protocol=protocol)
    played.study.refresh_from_db()
    return reports.make_report(study=played.study, population=Population.PEOPLE)


def analysis(report):
    return report.results["analysis"]


def test_a_launch_now_records_the_rule_in_force():
    assert INFERENCE_RULE == CURRENT_RULE == BELL_MCCAFFREY_TWO_WAY


def test_a_study_launched_before_there_was_a_choice_keeps_its_numbers(sky):
    found = analysis(report_of(sky, {"format": 1, "study": {}}))
    assert found["rule"] == CGM_TWO_WAY
    for model in found["models"].values():
        assert model["recommended"] == model[CGM_TWO_WAY]
        default = model["intervals"]["default"]
        assert [default["low"], default["high"]] == model[CGM_TWO_WAY]["wilson_neff_t_ci"]
    for pair in found["pairwise"]:
        assert (pair["p_t"], pair["ci"]) == (pair[CGM_TWO_WAY]["p"], pair[CGM_TWO_WAY]["ci"])
    assert found["lapse"]["estimand"] == THESE_PHOTOS
    facts = said.facts(Report.objects.get())
    assert found["order"]["two_way"] is not None
    assert THESE_PHOTOS in facts["Order"]
    assert f"(p = {found['order']['p_t']:.3f})" in facts["Order"]
    assert "min(participants, photographs) − 1" in said.methods(Report.objects.get())


def test_a_study_launched_now_has_the_new_rule_and_the_earlier_one_beside_it(sky):
    report = report_of(sky, {"format": 1, "study": {}, "inference": {"rule": BELL_MCCAFFREY_TWO_WAY}})
    found = analysis(report)
    model = found["models"]["l2"]
    assert found["rule"] == model["recommended"]["rule"] == BELL_MCCAFFREY_TWO_WAY
    assert model["recommended"]["df"] < model[CGM_TWO_WAY]["df"] == 5
    assert report.results["views"][0]["models"]["l2"]["interval"] == model["intervals"]["default"]
    assert "Bell and McCaffrey" in said.methods(report)
    titles = [fact.term for fact in said.sections(report)["beside"].facts]
    assert titles == ["Each participant counted alike", "Single photos", "Valid at every look"]
    findings = {name: found for name, found in report.results.items() if name not in ("sections", "standing")}
    assert list(without_estimand(findings)) == []


def test_a_rule_that_this_release_does_not_know_is_refused(sky):
    with pytest.raises(ValueError, match=f"'of_2040'; it is one of {RULES[0]}"):
        report_of(sky, {"format": 1, "study": {}, "inference": {"rule": "of_2040"}})


def test_a_report_frozen_before_the_rule_changed_is_shown_as_it_was(sky):
    old = json.loads(EARLIER.read_text())
    shown = old.pop("shown")
    report = Report.objects.create(study=sky.study, population=Population.PEOPLE, **old)
    report.refresh_from_db()
    assert report.results == old["results"]
    assert said.headline(report) == shown["headline"]
    assert "min(participants, photographs) − 1" in said.methods(report)
    pairs = [[pair.text, pair.interval, p.text] for _, pair, p in said.rows(report, "pairs")]
    assert pairs == shown["differences"]
    chances = said.rows(report, "chance")
    assert [[c[1].text, c[1].interval, c[2].text, c[3].text] for c in chances] == shown["chances"]
    rates = [
        [row[0].text, row[1].text, row[1].interval, row[2].text, row[3].text, row[4].text]
        for row in said.rows(report, "all-intervals")
    ]
    assert rates == shown["rates"]
    assert "beside" not in said.sections(report)
    assert "Beside these rates" not in report_files.html(report)
