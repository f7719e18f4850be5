import re

import pytest
from django.urls import reverse

from evaluation.designs.pair import CONCLUDES
from evaluation.models import Population
from evaluation.services import (
    reports,
)
from tests import builders
from tests.evaluation.cast import played_study

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def page(client, study=None, **asked):
    address = reverse("evaluation:plan-study", args=[study.slug]) if study else reverse("evaluation:plan")
    reply = client.get(address, asked)
    assert reply.status_code == 200
    return reply.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_a_stranger_is_asked_to_log_in(client):
    reply = client.get(reverse("evaluation:plan"))
    assert reply.url.startswith(reverse("admin:login"))


def test_who_is_no_researcher_finds_nothing(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("guest", password="x"))
    assert client.get(reverse("evaluation:plan")).status_code == 404


def test_a_study_of_others_is_not_found(client, ada, ben):
    study = builders.make_study("sky", catalogue=False, owner=ada)
    client.force_login(ben)
    assert client.get(reverse("evaluation:plan-study", args=[study.slug])).status_code == 404


def test_it_answers_at_once_and_any_question_has_an_address(as_ada):
    assert "100 participants on 200 photos give ± 3.9 points" in page(as_ada)
    html = page(as_ada, participants="300")
    assert "300 participants on 200 photos give ± 2.7 points" in html
    assert "manage.py plan_study --participants 300" in html


def test_a_design_that_nobody_plans_is_not_found_by_address(as_ada):
    reply = as_ada.get(reverse("evaluation:plan"), {"design": "guess"})
    assert reply.status_code == 404


def test_a_study_of_a_design_that_nobody_plans_is_told_so(as_ada, ada, monkeypatch):
    study = builders.make_study("sky", catalogue=False, owner=ada)
    monkeypatch.setattr(CONCLUDES, "planning", None)
    html = page(as_ada, study)
    assert "There is no planner for this design" in html
    assert "<form" not in html


def test_exposures_are_taken_from_the_draft_and_one_of_them_is_told(as_ada, ada):
    study = builders.make_study("sky", owner=ada)
    study.design_settings = {"test_trials": 8, "exposure_ms": [500, 1000]}
    study.save()
    html = page(as_ada, study)
    assert re.search(r'name="levels" value="2"', html)
    assert "At one of 2 exposures alone" in html
    assert "at 2 exposures takes 4 test trials, not 3" in page(as_ada, study, trials="3")


def test_the_form_begins_with_what_the_draft_has_settled(as_ada, ada):
    study = builders.make_study("sky", owner=ada)
    study.planned_participants, study.allocation = 33, "one_condition_per_participation"
    study.save()
    html = page(as_ada, study)
    assert re.search(r'name="participants" value="33"', html)
    assert re.search(r'name="trials" value="8"', html)
    assert '<option value="one" selected>' in html


def test_a_draft_that_cannot_be_yet_still_gets_an_answer(as_ada, ada):
    study = builders.make_study("sky", photos=5, catalogue=False, owner=ada, planned_participants=1)
    study.conditions.all().delete()
    assert "participants on" in page(as_ada, study)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"rate": "0"}, "from 1 to 99 %"),
        ({"rate": "inf"}, "Enter a number"),
        ({"participants": "many"}, "Enter a whole number"),
        ({"trials": "500"}, "Nobody sees a photo twice"),
        ({"photos": "9" * 40}, "a number from 2 to"),
        ({"mixed": "2"}, "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_computed(as_ada, asked, words):
    html = page(as_ada, **asked)
    name = next(iter(asked))
    assert re.search(rf'id="id_{name}_error">[^<]*{words}', html)
    assert "Fewer or more participants" not in html


def test_one_condition_is_not_compared(as_ada):
    html = page(as_ada, conditions="1")
    assert "Power for" not in html
    assert "Participants for ± 3 points" in html


def test_every_column_leads_to_its_definition(as_ada):
    html = page(as_ada)
    targets = set(re.findall(r'href="#([\w-]+)"', html))
    assert len(targets) >= 5
    assert targets <= set(re.findall(r'id="([\w-]+)"', html))


def test_the_sds_of_earlier_studies_are_offered(as_ada, ada, ben):
    mine, other = played_study(ada, slug="sky", arms=("l2",)), played_study(ben, slug="sea", arms=("l2",))
    for played in (mine, other):
        played.crowd(40, {"l2": 0.4}, per_condition=12)
        report = reports.make_report(study=played.study, population=Population.PEOPLE)
        assert report.results["analysis"]["glmm"]["fitted"]
    html = page(as_ada)
    assert "Seen in earlier studies" in html
    assert reverse("evaluation:frozen-report", args=["sky", mine.study.reports.get().code]) in html
    assert "/studies/sea/" not in html


def test_the_page_of_a_draft_leads_here(as_ada, ada):
    study = builders.make_study("sky", catalogue=False, owner=ada)
    html = as_ada.get(reverse("admin:studies_study_change", args=[study.pk])).content.decode()
    assert reverse("evaluation:plan-study", args=["sky"]) in html


def test_the_page_keeps_to_the_strict_policy(as_ada):
    html = page(as_ada)
    assert " style=" not in html
    assert "<script" not in html
