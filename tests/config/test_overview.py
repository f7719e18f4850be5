"""The workbench's first page."""

from tests import builders


def test_it_lists_the_studies_of_the_researcher_with_their_counts_and_report(client, ada, db):
    study = builders.make_study("sky", catalogue=False, owner=ada)
    client.force_login(ada)
    page = client.get("/admin/").content.decode()
    assert study.title in page
    assert f"/studies/{study.slug}/report/" in page


def test_it_shows_nobody_elses_studies(client, ada, ben, db):
    study = builders.make_study("sky", catalogue=False, owner=ada)
    client.force_login(ben)
    assert study.title not in client.get("/admin/").content.decode()


def test_a_log_in_without_an_aim_leads_to_the_workbench(client, ada):
    reply = client.post("/admin/login/", {"username": "ada", "password": "engine-no-1"})
    assert reply.headers["Location"] == "/admin/"
