"""What a report says beside its rates: other rules, photo by photo, methods; and old reports."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from evaluation.designs._design import Concluding
from evaluation.models import Population, Report
from evaluation.services import report_contents, report_files, reports
from studies.models import BlindingAudit, ParticipationState, Response, Study
from tests.evaluation.cast import played_study, score
from tests.evaluation.report import said

pytestmark = pytest.mark.django_db

EARLIER = Path(__file__).parents[1] / "oracles" / "reports" / "schema-1.json"
# Those of its parts that the analysis did not yet know when the first reports were frozen.
LATER = {"ranking", "lapse", "order", "response_times", "split_half", "krippendorff_alpha_nominal", "glmm"}


@pytest.fixture
def sky(ada):
    return played_study(ada)


def report_of(played):
    return reports.make_report(study=played.study, population=Population.PEOPLE)


def views(report):
    return {view["code"]: view for view in report.results["views"]}


def test_a_report_names_no_participant(sky):
    sky.crowd(4, {"l2": 0.3, "classes": 0.4}, vigilance=[False, False])
    report = report_of(sky)
    assert report.results["vigilance"]["left_out"] == 4
    for participation in sky.study.participations.all():
        assert str(participation.participant.code) not in report.as_json()
        assert str(participation.code) not in report.as_json()


def test_a_report_counts_those_whom_the_design_ended_early(sky):
    sky.crowd(4, {"l2": 0.3, "classes": 0.4})
    first = sky.study.participations.order_by("pk")[:1]
    sky.study.participations.filter(pk__in=first).update(verdict="failed_qualification")
    report = report_of(sky)
    assert report.results["ended_early"] == {"failed_qualification": 1}
    words = "Of the finished ones the design ended 1 early (1 failed qualification)."
    assert words in said.facts(report)["Participations"]


def test_reports_of_earlier_releases_no_longer_name_participants(sky):
    old = json.loads(EARLIER.read_text())
    assert old["results"]["analysis"]["attention_excluded"]
    report = Report.objects.create(study=sky.study, population=Population.PEOPLE, **old)
    import_module("evaluation.migrations.0003_reports_name_nobody").forget_codes(apps, None)
    report.refresh_from_db()
    assert old["results"]["analysis"].pop("attention_excluded")
    assert report.results == old["results"]


def test_each_rule_is_applied_alone_and_both_together(sky):
    sky.participate(fooled={"l2": [True] * 4}, vigilance=[False, False], rt_ms=800)
    sky.participate(fooled={"l2": [False] * 4}, vigilance=[True, True], rt_ms=100)
    sky.participate(fooled={"l2": [True, False] * 2}, vigilance=[True, True], rt_ms=800)
    report = report_of(sky)
    counts = {code: view["n"] for code, view in views(report).items()}
    assert counts == {"default": 12, "strict": 4, "T1": 8, "T2": 8, "exposure": 12, "finished": 12}
    model = report.results["analysis"]["models"]["l2"]
    for code, found in (("default", model), ("strict", model["strict"])):
        ours = views(report)[code]["models"]["l2"]
        assert ours["fool_rate"] == found["fool_rate"]
        assert ours["interval"] == found["intervals"]["default"]


def test_trials_with_a_faulty_exposure_and_unfinished_participations_can_be_left_out(sky):
    sky.participate(fooled={"l2": [True] * 4}, measured_ms=1300.0)
    sky.participate(fooled={"l2": [False] * 4}, state=ParticipationState.ABANDONED)
    found = views(report_of(sky))
    assert found["exposure"]["models"]["l2"]["k"] == 0
    assert found["finished"]["models"]["l2"]["k"] == 4


def test_voided_trials_are_in_no_rate_but_in_a_line_of_their_own(sky):
    person = sky.participate(fooled={"l2": [True] * 4})
    sky.participate(fooled={"l2": [False] * 4})
    spoiled = Response.objects.filter(trial__participation=person)
    Response.objects.filter(pk__in=spoiled[:3]).update(voided=True, void_reasons=["hidden"])
    found = views(report_of(sky))
    assert found["default"]["n"] == 5
    assert (found["voided"]["n"], found["voided"]["models"]["l2"]["k"]) == (8, 4)


def test_a_change_is_told_in_points_against_the_default_view(sky):
    sky.participate(fooled={"l2": [True] * 4}, rt_ms=100)
    sky.participate(fooled={"l2": [False] * 4}, rt_ms=800)
    told = {row[0].text: row[3].note for row in said.rows(report_of(sky), "changes")}
    assert told["left out: response time missing, under 200 ms or over 30000 ms"] == "−50.0\xa0points"
    assert told["left out: trials whose exposure had a fault"] == "the same"


def test_the_gallery_shows_the_extremes_of_the_drawn_in_rates_and_no_photo_twice(sky):
    for number in range(12):
        sky.participate(fooled={"l2": [True] * 4 + [False] * 4 + [bool(number % 2)] * 4})
    gallery = report_of(sky).results["gallery"]["l2"]
    most, least = gallery["most"], gallery["least"]
    assert [row["k"] for row in most[:4]] == [12] * 4
    assert [row["k"] for row in least[:4]] == [0] * 4
    assert not {row["photo"] for row in most} & {row["photo"] for row in least}
    assert 0.5 < most[0]["low"] < most[0]["mean"] < 1


def test_where_photos_differ_no_more_than_chance_there_are_no_best_and_worst(sky):
    for number in range(8):
        sky.participate(fooled={"l2": [bool((number + place) % 2) for place in range(8)]})
    report = report_of(sky)
    assert report.results["gallery"]["l2"] == {"most": [], "least": []}
    assert "no more than chance explains" in said.charts(report)["photos"].data["rows"][0]["says"]


class Looking(Concluding):
    """A concluding half that shows one photo under two conditions, and keeps what it was given."""

    def analyse(self, evidence):
        self.settings = evidence.settings
        return {"analysis": {"photo": evidence.table.photo.labels[0]}}

    def gallery(self, findings):
        return {"l2": {"close": [{"photo": findings["analysis"]["photo"], "beside": ["classes", "(real)"]}]}}

    def report(self, findings, facts):
        return []


def test_a_design_may_show_a_photo_under_several_conditions_and_knows_its_settings(sky, monkeypatch):
    looking = Looking()
    monkeypatch.setattr(report_contents, "concluding", lambda study: looking)
    sky.participate(fooled={"l2": [True]})
    score(sky)
    found = report_of(sky).results["gallery"]
    (fact,) = found["l2"]["close"]
    assert (fact["title"], fact["author"], fact["licence"]) == ("Photo 0", "Ada", "CC0")
    assert (fact["colorization"], fact["pictures"]) == ("x", {"classes": "x", "(real)": ""})
    assert found["classes"] == {"close": []}
    assert looking.settings["test_trials"] == 40


def test_the_methods_paragraph_names_what_a_review_asks_for(sky):
    sky.crowd(6, {"l2": 0.3, "classes": 0.2}, vigilance=[True])
    report = report_of(sky)
    words = said.methods(report).replace("\N{NO-BREAK SPACE}", " ")
    for part in (
        "6 participants", "1,000 ms", "10 practice trials", "40 test trials", "every participant saw all",
        "96 valid test trials", "Holm", "Bell and McCaffrey", "under 75 %",
        report.data_digest, sky.study.digest, "Foolrate 0.",
    ):  # fmt: skip
        assert part in words


def test_the_methods_tell_of_recruitment_checks_and_ethics(sky):
    screening = {"colour_vision": "require", "plates": 6, "plates_to_pass": 5, "display": "record"}
    Study.objects.filter(pk=sky.study.pk).update(
        ethics="Approved by the ethics board of Sky University (2026-14)",
        screening=sky.study.screening | screening,
        eligibility="I am 18 or older\nI see colours well",
    )
    sky.study.refresh_from_db()
    sky.crowd(3, {"l2": 0.3})
    for _ in range(2):
        away = sky.participate(fooled={})
        away.state, away.screening = ParticipationState.SCREENED_OUT, {"reason": "colour_vision"}
        away.save()
    words = said.methods(report_of(sky)).replace("\N{NO-BREAK SPACE}", " ")
    for part in (
        "5 gave consent", "2 were turned away by the checks (2 for colour vision)",
        "Participants confirmed: I am 18 or older; I see colours well.",
        "Required before the first trial: 6 colour-vision plates (5 to pass).",
        "Recorded without turning anyone away: a window",
        "Approved by the ethics board of Sky University (2026-14).",
    ):  # fmt: skip
        assert part in words


def test_a_study_without_an_ethics_statement_shows_its_place(sky):
    sky.crowd(2, {"l2": 0.3})
    report = report_of(sky)
    assert "[State ethics approval.]" in said.methods(report)
    del report.results["sections"]
    for later in ("ethics", "screening", "eligibility", "recruitment"):
        del report.results["study"][later]
    assert "[State ethics approval.]" in said.methods(report)


def test_simulated_participants_are_called_so_in_the_methods(sky):
    sky.crowd(3, {"l2": 0.3}, source="simulated")
    report = reports.make_report(study=sky.study, population=Population.SIMULATED)
    assert "simulated participants" in said.methods(report)


def test_the_newest_blinding_audit_is_frozen_with_the_report(sky):
    result = {"problem": "the server was away"}
    BlindingAudit.objects.create(study=sky.study, passed=False, result=result, code_version="0.1.0")
    report = report_of(sky)
    assert "the server was away" in report.results["study"]["blinding"]["summary"]


def test_the_mixed_model_stands_beside_or_says_why_not(sky):
    sky.participate(fooled={"l2": [True, False]})
    (text,) = said.sections(report_of(sky))["mixed-model"].paragraphs
    assert "was not fitted: only one participant" in text


def test_two_answers_of_one_person_are_told_as_such(sky):
    sky.participate(fooled={"l2": [True, False]})
    remark = said.remark(report_of(sky))
    assert "There is no interval: both answers come from one participant" in remark


# --- reports of an earlier shape ---------------------------------------------------------------


@pytest.fixture(params=["as frozen", "before the analysis grew"])
def earlier(request, sky):
    kept = json.loads(EARLIER.read_text())
    if request.param != "as frozen":
        for name in LATER:
            kept["results"]["analysis"].pop(name, None)
    return Report.objects.create(study=sky.study, population="people", **kept)


def test_a_report_of_an_earlier_shape_opens_on_the_page(client, ada, earlier):
    client.force_login(ada)
    html = client.get(f"/studies/sky/report/{earlier.code}/").content.decode()
    assert "Participants took the recolouring for the real photo in" in html
    assert 'id="changes"' not in html


def test_a_report_of_an_earlier_shape_can_be_kept_as_files(earlier):
    assert list(said.charts(earlier)) == ["fool-rates", "differences"]
    assert "Fool rate by condition" in report_files.html(earlier)
    assert report_files.pdf(earlier).startswith(b"%PDF")
    assert json.loads(earlier.as_json())["schema"] == 1


def test_a_report_of_an_earlier_shape_is_old_news_and_can_be_made_anew(sky, earlier):
    sky.crowd(3, {"l2": 0.3})
    assert reports.what_is_newer(earlier).anything
    assert report_of(sky).results["schema"] == 4
