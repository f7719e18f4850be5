"""What a frozen report holds, from everyday studies to degenerate ones."""

import itertools

import pytest
from django.utils import timezone

from evaluation.models import Exclusion, Population, Report, Score
from evaluation.services import (
    reports,
)
from studies.models import ParticipationState, Source, Study
from tests.evaluation.cast import played_study
from tests.evaluation.report import said

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sky(ada):
    return played_study(ada)


def report_of(played, population=Population.PEOPLE):
    return reports.make_report(study=played.study, population=population)


def model(report, slug="l2"):
    return report.results["analysis"]["models"][slug]


def test_fool_rates_come_with_the_default_interval_and_its_two_companions(sky):
    sky.crowd(12, {"l2": 0.3, "classes": 0.2})
    found = model(report_of(sky))
    assert (found["n"], found["participants"]) == (96, 12)
    assert found["fool_rate"] == found["k"] / 96
    assert set(found["intervals"]) == {"default", "these_photos", "naive"}
    for interval in found["intervals"].values():
        assert interval["low"] < found["fool_rate"] < interval["high"]


def test_the_same_data_give_the_same_bytes_and_no_second_report(sky, ada):
    sky.crowd(5, {"l2": 0.3})
    first = reports.make_report(study=sky.study, population=Population.PEOPLE, by=ada)
    assert report_of(sky) == first
    text = first.as_json()
    Report.objects.all().delete()
    assert report_of(sky).as_json() == text


def test_a_report_read_back_from_the_database_has_the_same_bytes(sky):
    sky.crowd(5, {"l2": 0.3, "classes": 0.1}, vigilance=[True])
    made = report_of(sky)
    assert Report.objects.get(pk=made.pk).as_json() == made.as_json()


def test_new_answers_make_a_new_report_and_leave_the_old_one_alone(sky):
    sky.crowd(3, {"l2": 0.3})
    first = report_of(sky)
    before = first.as_json()
    sky.participate(fooled={"l2": [True] * 4})
    newer = reports.what_is_newer(first)
    assert (newer.answers, newer.anything) == (4, True)
    second = report_of(sky)
    assert second != first
    assert Report.objects.get(pk=first.pk).as_json() == before
    assert not reports.what_is_newer(second).anything


def test_answers_that_came_while_a_report_was_made_are_news_only_until_it_is_asked_for_again(
    sky, monkeypatch
):
    def snapshot(*args):
        seen = really(*args)
        if not came:
            came.append(sky.participate(fooled={"l2": [True] * 4}))
        return seen

    sky.crowd(3, {"l2": 0.3})
    really, came = reports.snapshot, []
    monkeypatch.setattr(reports, "snapshot", snapshot)
    first = report_of(sky)
    assert reports.what_is_newer(first).answers == 4
    again = report_of(sky)
    assert again == first
    assert again.as_json() == first.as_json()
    assert not reports.what_is_newer(again).anything


def test_a_study_launched_before_a_rule_was_there_is_not_said_to_have_it(sky):
    sky.crowd(2, {"l2": 0.3})
    Study.objects.filter(pk=sky.study.pk).update(voiding={}, launched_at=timezone.now())
    sky.study.refresh_from_db()
    assert report_of(sky).results["study"]["voiding"]["shown_before"] is False


def test_answers_of_another_population_are_not_news(sky):
    sky.crowd(3, {"l2": 0.3})
    report = report_of(sky)
    sky.crowd(3, {"l2": 0.3}, source=Source.SIMULATED)
    assert not reports.what_is_newer(report).anything


def test_every_filter_step_hands_its_rows_to_the_next(sky):
    late = sky.crowd(4, {"l2": 0.3}, vigilance=[True, True], practice=2)[0]
    sky.participate(fooled={"l2": [True] * 4}, unanswered=2, state=ParticipationState.ABANDONED)
    Exclusion.objects.create(study=sky.study, participation=late, rule="arrived late", reason="said so")
    steps = report_of(sky).results["filters"]
    assert [step["step"] for step in steps] == ["P", "E1", "S1", "V", "S2", "S3", "T1", "T2"]
    assert (steps[0]["rows_in"], steps[0]["rows_out"]) == (52, 50)
    assert (steps[1]["dropped"], steps[1]["participants_dropped"]) == (12, 1)
    for before, after in itertools.pairwise(steps):
        assert before["rows_out"] == after["rows_in"]


def test_an_exclusion_changes_the_rate(sky):
    sky.participate(fooled={"l2": [True] * 4})
    asleep = sky.participate(fooled={"l2": [False] * 4})
    assert model(report_of(sky))["fool_rate"] == 0.5
    Exclusion.objects.create(study=sky.study, participation=asleep, rule="asleep", reason="snored")
    assert model(report_of(sky))["fool_rate"] == 1.0


def test_the_strict_view_follows_the_rules_that_the_study_fixed(sky):
    sky.participate(fooled={"l2": [True] * 4}, vigilance=[True, True, False], rt_ms=400)
    sky.participate(fooled={"l2": [False] * 4}, vigilance=[True, True, True], rt_ms=800)
    assert model(report_of(sky))["strict"]["n"] == 4
    sky.study.exclusion_rules = {"vigilance_pass": 0.5, "rt_min_ms": 200, "rt_max_ms": 500}
    assert model(report_of(sky))["strict"]["k"] == 4


def test_vigilance_counts_what_was_asked_and_passed(sky):
    sky.participate(fooled={"l2": [True]}, vigilance=[True, True])
    sky.participate(fooled={"l2": [True]}, vigilance=[True, False])
    vigilance = report_of(sky).results["vigilance"]
    assert vigilance == {
        "participants": 2, "asked": 4, "passed": 3, "share": 0.75, "all_passed": 1, "left_out": 1,
        "unjudged": 0,
    }  # fmt: skip


def test_who_saw_no_vigilance_trial_as_planned_is_not_judged_and_stays_in_the_strict_view(sky):
    sky.participate(fooled={"l2": [True, False]}, vigilance=[True, True])
    sky.participate(
        fooled={"l2": [True, False]},
        vigilance=[False, False],
        voided={number: ["page hidden"] for number in (3, 4)},
    )
    report = report_of(sky)
    vigilance = report.results["vigilance"]
    assert (vigilance["unjudged"], vigilance["left_out"], vigilance["participants"]) == (1, 0, 1)
    words = said.facts(report)["Vigilance"].replace("\u202f", " ").replace("\xa0", " ")
    assert "Of 1 participant every vigilance trial was spoiled: their attention is not judged" in words


def test_metrics_are_means_over_the_test_photos_with_identical_pictures_left_out_of_psnr(sky):
    from colorizers.models import Colorization, WorkState

    for number, photo in enumerate(sky.photos[:5]):
        colorization = Colorization.objects.create(
            photo=photo, colorizer=sky.conditions[0].colorizer, state=WorkState.DONE, file="x.png", digest="x"
        )
        value = None if number == 0 else 20.0 + number
        Score.objects.create(colorization=colorization, metric="psnr", image_px=256, value=value)
        Score.objects.create(colorization=colorization, metric="psnr", image_px=64, value=99)
    results = report_of(sky).results
    psnr = results["analysis"]["metrics"]["l2"]["psnr"]
    assert (psnr["mean"], psnr["n"], psnr["infinite"], psnr["missing"]) == (22.5, 4, 1, 25)
    assert results["scores"]["missing"] == 60


def test_pooling_happens_only_when_asked(sky):
    sky.participate(fooled={"l2": [True] * 2})
    sky.participate(fooled={"l2": [False] * 2}, source=Source.SIMULATED)
    assert model(report_of(sky, Population.PEOPLE))["n"] == 2
    assert model(report_of(sky, Population.SIMULATED))["k"] == 0
    assert model(report_of(sky, Population.POOLED))["n"] == 4


# --- degenerate data -------------------------------------------------------------------------


def test_no_answers_at_all(sky):
    report = report_of(sky)
    assert report.results["analysis"]["models"] == {}
    assert report.results["vigilance"]["share"] is None
    assert report.as_json()


def test_only_practice_answered(sky):
    sky.participate(practice=3, state=ParticipationState.ABANDONED)
    report = report_of(sky)
    assert report.results["analysis"]["models"] == {}
    assert report.results["filters"][0]["rows_out"] == 3
    assert report.results["filters"][1]["rows_out"] == 0


def test_one_participant_has_no_default_interval_but_an_exact_one_of_their_own(sky):
    sky.participate(fooled={"l2": [True, False, False, True]})
    intervals = model(report_of(sky))["intervals"]
    assert intervals["default"]["low"] is None
    assert "one participant" in intervals["default"]["reason"]
    assert intervals["this_participant"]["low"] < 0.5 < intervals["this_participant"]["high"]


def test_one_photo_has_no_default_interval(ada):
    sky = played_study(ada, photos=2, arms=("l2",))
    for outcome in (True, False, True):
        sky.participate(fooled={"l2": [outcome]})
    intervals = model(report_of(sky))["intervals"]
    assert intervals["default"]["low"] is None
    assert intervals["these_photos"]["low"] < 2 / 3 < intervals["these_photos"]["high"]


@pytest.mark.parametrize("outcome", [True, False])
def test_everybody_or_nobody_fooled_still_has_an_interval(sky, outcome):
    for _ in range(4):
        sky.participate(fooled={"l2": [outcome] * 5})
    found = model(report_of(sky))
    interval = found["intervals"]["default"]
    assert found["fool_rate"] == float(outcome)
    assert 0 < interval["high"] - interval["low"] < 0.5


def test_all_answers_excluded(sky):
    person = sky.participate(fooled={"l2": [True] * 4})
    Exclusion.objects.create(study=sky.study, participation=person, rule="r", reason="r")
    report = report_of(sky)
    assert report.results["analysis"]["models"] == {}
    assert report.results["filters"][1]["rows_out"] == 0
