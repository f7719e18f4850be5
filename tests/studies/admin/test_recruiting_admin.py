"""Links and payment in the workbench: for those with the right, and each export leaves a trace."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from studies.models import PaymentReference, Study
from studies.recruiters._recruiter import Arrival
from studies.services import invitations, recruiting
from tests.builders import launched_study

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def study(ada, idle_queue):
    """Ada's study, with one participant from Prolific."""
    study = launched_study(owner=ada, recruiter="prolific", recruiter_settings={"completed_code": "DONE"})
    ids = {"PROLIFIC_PID": "eve", "STUDY_ID": "s", "SESSION_ID": "v"}
    recruiting.begin(study=study, arrival=Arrival("eve", ids))
    return study


def address(study, page):
    return f"/admin/studies/study/{study.pk}/{page}/"


def test_the_owner_gets_the_list_and_it_is_logged(client, ada, study):
    client.force_login(ada)
    assert "Payment list" in client.get(address(study, "recruiting")).content.decode()
    reply = client.get(address(study, "payments"))
    assert reply["Content-Type"].startswith("text/csv")
    assert "eve" in reply.content.decode()
    (entry,) = LogEntry.objects.filter(change_message__contains="payment list")
    assert entry.user == ada


def test_a_colleague_needs_the_permission(client, ben, study):
    client.force_login(ben)
    assert client.get(address(study, "payments")).status_code == 404
    study.researchers.add(ben)
    assert client.get(address(study, "payments")).status_code == 403
    assert client.post(address(study, "forget")).status_code == 403
    page = client.get(address(study, "recruiting")).content.decode()
    assert address(study, "payments") not in page
    ben.user_permissions.add(Permission.objects.get(codename="pay_participants"))
    assert "eve" in client.get(address(study, "payments")).content.decode()


def test_the_page_leads_to_the_document_that_it_names(client, ada, ben, study):
    client.force_login(ada)
    assert (
        f'href="{address(study, "recruiting-guide")}"'
        in client.get(address(study, "recruiting")).content.decode()
    )
    guide = client.get(address(study, "recruiting-guide"))
    assert guide.content.decode().startswith("# Recruiting")
    assert guide["Content-Type"] == "text/plain; charset=utf-8"
    client.force_login(ben)
    assert client.get(address(study, "recruiting-guide")).status_code == 404


def test_nobody_else_sees_any_of_it(client, ben, study):
    ben.user_permissions.add(Permission.objects.get(codename="pay_participants"))
    for page in ("recruiting", "payments", "invitations"):
        assert client.get(address(study, page)).status_code == 302
    client.force_login(ben)
    for page in ("recruiting", "payments", "invitations"):
        assert client.get(address(study, page)).status_code == 404


def test_the_ids_are_forgotten_by_a_form_only(client, ada, study):
    client.force_login(ada)
    assert client.get(address(study, "forget")).status_code == 405
    assert client.get(address(study, "payments")).status_code == 200
    client.post(address(study, "forget"))
    assert not PaymentReference.objects.exists()
    assert "eve" not in client.get(address(study, "payments")).content.decode()


def test_a_lost_key_is_told(client, ada, study, settings):
    client.force_login(ada)
    settings.PARTICIPANT_ID_KEY = "another key that is as long as a key must be"
    page = client.get(address(study, "payments"), follow=True)
    assert "PARTICIPANT_ID_KEY" in page.content.decode()


def test_links_are_made_and_handed_out(client, ada, study):
    client.force_login(ada)
    page = client.post(address(study, "invite"), {"count": "2"}, follow=True)
    assert "recruiter single_use" in page.content.decode()
    Study.objects.filter(pk=study.pk).update(recruiter="single_use")
    for count in ("", "-1", "x", "٣", "9" * 40):
        client.post(address(study, "invite"), {"count": count})
    assert study.invitations.count() == 0
    client.post(address(study, "invite"), {"count": "2"})
    client.post(address(study, "invite"), {"count": "", "labels": "row 7\nrow 8\n"})
    table = client.get(address(study, "invitations")).content.decode().splitlines()
    assert len(table) == 5
    assert invitations.link(study.invitations.first()) in table[1]
    assert "row 8" in table[4]
