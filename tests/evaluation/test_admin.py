import re
from html import unescape

import pytest
from django.urls import reverse

from colorizers.models import WorkState
from evaluation.admin import participations as participation_admin
from evaluation.models import Exclusion, Order, OrderKind, Population
from evaluation.services import (
    reports,
)
from tests import as_browser
from tests.evaluation.cast import played_study

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sky(ada):
    return played_study(ada)


@pytest.fixture
def as_root(client, root):
    client.force_login(root)
    return client


def state(client, played, person, **more):
    data = {
        "study": played.study.pk, "participant_id": str(person.participant.code), "trial_index": "",
        "rule": "took it twice", "reason": "Wrote so.", **more,
    }  # fmt: skip
    return client.post(reverse("admin:evaluation_exclusion_add"), data)


def test_a_participation_is_excluded_by_the_code_in_the_csv(as_root, sky, root):
    person = sky.participate(fooled={"l2": [True] * 3})
    assert state(as_root, sky, person).status_code == 302
    exclusion = Exclusion.objects.get()
    assert (exclusion.participation, exclusion.trial, exclusion.created_by) == (person, None, root)


def test_a_single_trial_is_excluded_by_its_index(as_root, sky):
    person = sky.participate(fooled={"l2": [True] * 3})
    assert state(as_root, sky, person, trial_index="2").status_code == 302
    assert Exclusion.objects.get().trial.number == 3
    report = reports.make_report(study=sky.study, population=Population.PEOPLE)
    assert report.results["analysis"]["models"]["l2"]["n"] == 2


def test_an_unknown_participant_or_trial_is_refused_in_words(as_root, sky, ada):
    person = sky.participate(fooled={"l2": [True]})
    elsewhere = played_study(ada, slug="sea")
    assert "Nobody with this code" in state(as_root, elsewhere, person).content.decode()
    assert "no trial with this index" in state(as_root, sky, person, trial_index="9").content.decode()
    assert not Exclusion.objects.exists()


def test_a_statement_cannot_be_reworded(as_root, sky):
    person = sky.participate(fooled={"l2": [True]})
    state(as_root, sky, person)
    address = reverse("admin:evaluation_exclusion_change", args=[Exclusion.objects.get().pk])
    assert as_root.get(address).status_code == 200
    assert as_root.post(address, {"rule": "other"}).status_code == 403


def test_scores_and_reports_can_only_be_looked_at(as_root, sky):
    report = reports.make_report(study=sky.study, population=Population.PEOPLE)
    for name in ("score", "report", "order"):
        assert as_root.get(reverse(f"admin:evaluation_{name}_changelist")).status_code == 200
        assert as_root.get(reverse(f"admin:evaluation_{name}_add")).status_code == 403
    page = as_root.get(reverse("admin:evaluation_report_change", args=[report.pk])).content.decode()
    assert reverse("evaluation:frozen-report", args=["sky", report.code]) in page


def order(played, **more):
    given = {"study": played.study, "population": Population.PEOPLE, "kind": OrderKind.REPORT} | more
    return Order.objects.create(**given)


def shown(client, name, *arguments):
    return client.get(reverse(f"admin:evaluation_order_{name}", args=arguments)).content.decode()


def test_orders_show_how_far_they_are_and_what_went_wrong(as_root, sky):
    running = order(sky, state=WorkState.RUNNING, stage="Scoring pictures", done=1200, total=3000)
    failed = order(
        sky, kind=OrderKind.EXPORT, format="csv", state=WorkState.FAILED, error="The disk is full."
    )
    listed = shown(as_root, "changelist")
    assert "Scoring pictures: 1,200 of 3,000" in listed
    assert "Being made" in listed
    assert "Not made" in listed
    assert "Scoring pictures" in shown(as_root, "change", running.pk)
    page = shown(as_root, "change", failed.pk)
    assert "The disk is full. Nothing that was answered is lost." in page
    assert "manage.py export_data sky" in page


def test_orders_lead_to_what_was_made_and_else_to_their_page(as_root, sky, own_media):
    report = reports.make_report(study=sky.study, population=Population.PEOPLE)
    order(sky, state=WorkState.DONE, report=report)
    assert reverse("evaluation:frozen-report", args=["sky", report.code]) in shown(as_root, "changelist")
    export = order(
        sky, kind=OrderKind.EXPORT, format="psych_ds", state=WorkState.DONE, file="exports/a.zip",
        report=report,
    )  # fmt: skip
    assert reverse("evaluation:export-file", args=["sky", export.code]) in shown(as_root, "change", export.pk)
    export.file = ""
    export.save()
    assert f"{reverse('evaluation:exports', args=['sky'])}?population=people" in shown(
        as_root, "change", export.pk
    )


def test_orders_of_others_are_not_listed(client, sky, ben):
    other = order(sky)
    order(played_study(ben, slug="mine"))
    client.force_login(ben)
    listed = shown(client, "changelist")
    assert "/studies/mine/report/" in listed
    assert "/studies/sky/" not in listed
    assert client.get(reverse("admin:evaluation_order_change", args=[other.pk])).status_code in (302, 404)


def test_a_participation_is_left_out_from_its_own_page(client, ada, sky):
    person = sky.participate(fooled={"l2": [True] * 3})
    page = reverse("admin:studies_participation_change", args=[person.pk])
    client.force_login(ada)
    whole, *single = re.findall(r'href="([^"]*exclusion/add/[^"]*)"', client.get(page).content.decode())
    assert len(single) == 3
    for link, rule in ((single[1], "technical failure"), (whole, "took the test twice")):
        shown = as_browser.form_with(client.get(unescape(link)).content.decode(), "_save")
        assert {control.name for control in shown.controls if control.kind != "hidden"} == {"rule", "reason"}
        reply = as_browser.submit(client, unescape(link), rule=rule, reason="Seen in the log.")
        assert reply.url == page
    stated = {
        (one.participation, one.trial and one.trial.number, one.rule) for one in Exclusion.objects.all()
    }
    assert stated == {(None, 2, "technical failure"), (person, None, "took the test twice")}
    shown = client.get(page).content.decode()
    assert "took the test twice" in shown
    assert "left out: technical failure" in shown
    assert "Leave this participation out" not in shown


def test_nobody_leaves_out_what_they_may_not_see(client, ben, ada, sky):
    person = sky.participate(fooled={"l2": [True]})
    played_study(ben, slug="own")
    client.force_login(ben)
    page = client.get(participation_admin.leave_out_address(person)).content.decode()
    assert str(person.participant.code) not in page
