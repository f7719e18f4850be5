"""Several studies of one catalogue side by side: the agreement, on the page and in the command."""

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evaluation.models import Population, Report
from evaluation.report.section import as_json, from_json
from evaluation.services import reports
from evaluation.services.together import NotTogether, set_side_by_side
from studies.models import Condition
from tests.evaluation.cast import played_study

ARMS = ("one", "two", "three", "four")


@pytest.fixture
def agreeing(ada):
    """Two studies of the same colorizers in which people see the same order, clearly."""
    found = []
    for slug in ("spring", "autumn"):
        played = played_study(ada, arms=ARMS, slug=slug)
        played.crowd(12, dict(zip(ARMS, (0.05, 0.3, 0.6, 0.95), strict=True)), per_condition=7)
        type(played.study).objects.filter(pk=played.study.pk).update(title=slug.title())
        played.study.refresh_from_db()
        reports.make_report(study=played.study, population=Population.PEOPLE)
        found.append(played.study)
    return found


def test_studies_that_agree_say_so_with_an_interval(agreeing):
    found = set_side_by_side(agreeing, Population.PEOPLE)
    (pair,) = found.findings["agreement"]
    assert pair["tau"] == pytest.approx(1)
    assert 0 < pair["ci"][0] <= pair["ci"][1] <= 1 + 1e-9
    assert "6 of 6 pairs of conditions stand in the same order" in found.sections[0].lead.replace("\xa0", " ")
    assert [from_json(json.loads(json.dumps(as_json(one)))) for one in found.sections] == found.sections


def test_each_study_keeps_its_own_axis_and_nothing_shares_a_name(agreeing):
    sections = set_side_by_side(agreeing, Population.PEOPLE).sections
    assert [section.title for section in sections[2:]] == ["Spring", "Autumn"]
    names = [part.name for section in sections for part in (*section.charts, *section.tables)]
    assert len(names) == len(set(names))
    known = {one.key for section in sections for one in section.definitions}
    for section in sections:
        assert set(re.findall(r"\]\(#([\w-]+)\)", json.dumps(as_json(section)))) <= known


def test_conditions_are_known_by_their_colorizer_whatever_a_study_calls_them(agreeing):
    renamed = agreeing[1]
    Condition.objects.filter(study=renamed, slug="one").update(slug="another-name", title="Other")
    reports.make_report(study=renamed, population=Population.PEOPLE)
    (pair,) = set_side_by_side(agreeing, Population.PEOPLE).findings["agreement"]
    assert len(pair["conditions"]) == 4


def test_a_report_of_an_earlier_release_is_named_with_what_to_do(agreeing):
    report = Report.objects.get(study=agreeing[0])
    Report.objects.filter(pk=report.pk).update(
        results={name: value for name, value in report.results.items() if name != "standing"}
    )
    with pytest.raises(NotTogether, match="Make a new report"):
        set_side_by_side(agreeing, Population.PEOPLE)


def test_the_page_offers_the_studies_and_shows_what_they_say_together(agreeing, client, ada):
    client.force_login(ada)
    address = reverse("evaluation:together")
    assert "Choose two studies" in client.get(address, {"study": "spring"}).content.decode()
    page = client.get(address, {"study": ["spring", "autumn"]}).content.decode()
    assert "Do the studies agree?" in page
    assert set(re.findall(r'href="#([\w-]+)"', page)) <= set(re.findall(r'id="([\w-]+)"', page))
    document = client.get(address, {"study": ["spring", "autumn"], "format": "json"}).json()
    assert [one["study"] for one in document["reports"]] == ["spring", "autumn"]


def test_a_study_that_one_may_not_see_does_not_exist(agreeing, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("eve", is_staff=True))
    response = client.get(reverse("evaluation:together"), {"study": ["spring", "autumn"]})
    assert response.status_code == 404


def test_the_command_prints_several_studies_together(agreeing, capsys):
    call_command("report", "spring", "autumn", format="text")
    assert "Kendall’s tau" in capsys.readouterr().out
    with pytest.raises(CommandError, match="json or text"):
        call_command("report", "spring", "autumn", format="pdf", out="x.pdf")


def test_two_conditions_of_one_colorizer_are_refused_with_its_name(agreeing):
    report = Report.objects.get(study=agreeing[0])
    results = report.results
    results["study"]["conditions"][1]["colorizer"] = results["study"]["conditions"][0]["colorizer"]
    Report.objects.filter(pk=report.pk).update(results=results)
    with pytest.raises(NotTogether, match=r"several conditions of one colorizer \(one\)"):
        set_side_by_side(agreeing, Population.PEOPLE)
