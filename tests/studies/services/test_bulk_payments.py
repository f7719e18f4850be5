"""What recruiters' pages for many payments at once take, and a panel with names of its own."""

import pytest
from django.core.management import call_command

from studies.models import Participation
from studies.services import payments, recruiting
from tests.builders import launched_study
from tests.studies.views.test_arrivals import ADA, BEN, begin, visit


@pytest.fixture
def paid(client, db, idle_queue, finish):
    """Ada finished well, Ben failed attention."""
    chosen = {"completed_code": "C", "bonus_per_right": 0.25, "no_consent_code": "NO"}
    study = launched_study(recruiter="prolific", recruiter_settings=chosen)
    for ids, right in ((ADA, True), (BEN, False)):
        begin(client, study, ids)
        finish(Participation.objects.order_by("pk").last(), right=right)
    return study


def test_the_ids_to_approve_are_those_of_approval_alone(paid):
    assert "".join(payments.approve_lines(paid)) == f"{ADA['PROLIFIC_PID']}\n"


def test_bonuses_are_id_and_amount_without_a_header(paid, tmp_path):
    file = tmp_path / "bonus.txt"
    call_command("export_payments", paid.slug, bulk="bonus", out=file)
    assert file.read_text() == f"{ADA['PROLIFIC_PID']},2.00\n"


def test_they_are_on_the_page_about_recruiting_for_those_who_may_pay(client, paid, ada):
    ada.is_staff = ada.is_superuser = True
    ada.save()
    client.force_login(ada)
    page = client.get(f"/admin/studies/study/{paid.pk}/recruiting/").content.decode()
    assert "Ids to approve" in page
    reply = client.get(f"/admin/studies/study/{paid.pk}/bulk-bonus/")
    assert reply["Content-Type"].startswith("text/plain")
    assert reply.content.decode() == f"{ADA['PROLIFIC_PID']},2.00\n"
    ada.is_superuser = False
    ada.save()
    assert client.get(f"/admin/studies/study/{paid.pk}/bulk-approve/").status_code in {403, 404}


def test_what_is_forgotten_is_in_no_list(paid):
    payments.forget_ids(paid)
    assert list(payments.approve_lines(paid)) == []


def test_a_panel_has_parameters_and_addresses_of_its_own(client, db, idle_queue, finish):
    study = launched_study(
        recruiter="panel",
        recruiter_settings={
            "service": "Qualtrics",
            "person_parameter": "rid",
            "visit_parameter": "",
            "link_parameters": "rid=${e://Field/ResponseID}",
            "completed_address": "https://uni.qualtrics.com/jfe/form/SV_2?RID={rid}&code={code}",
        },
    )
    assert recruiting.participant_link(study).endswith("/s/meadow-study/?rid=${e://Field/ResponseID}")
    assert visit(client, study, {"participantId": "x"}).status_code == 400
    page = begin(client, study, {"rid": "R_2xyz"})["Location"]
    participation = Participation.objects.get()
    finish(participation)
    words = client.get(page).content.decode()
    address = "https://uni.qualtrics.com/jfe/form/SV_2?RID=R_2xyz&amp;code="
    assert f'href="{address}{participation.completion_code}"' in words
    assert "Back to Qualtrics" in words
    assert next(payments.payment_rows(study))["rid"] == "R_2xyz"
