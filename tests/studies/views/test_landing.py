import pytest
from django.utils import timezone

from studies.models import Participation
from studies.services import lifecycle
from studies.services.data_to_load import download_bytes
from studies.simulation import signed
from tests.builders import launched_study, make_study


def begin(client, study, **data):
    return client.post(f"/s/{study.slug}/begin/", {"consent": "on"} | data)


def test_it_says_what_a_participant_must_know(client, study):
    page = client.get(f"/s/{study.slug}/").content.decode()
    for words in (
        "Meadow colours",
        "You will see pairs",
        "my own free will",
        "ada@example.org",
        "10, after 2",
        "about 1 MB",
    ):
        assert words in page


def test_the_data_to_load_is_that_of_what_is_fetched(client, study):
    state = client.get(begin(client, study)["Location"] + "state/").json()
    addresses = [
        image["src"]
        for trial in state["trials"]
        for frame in trial["frames"]
        for image in frame.get("images", [])
    ]
    one = len(client.get(addresses[0]).content)
    assert download_bytes(study) == pytest.approx(one * len(addresses), rel=0.5)


def test_markup_in_a_studys_texts_is_shown_not_run(client, db, idle_queue):
    study = launched_study(information="<script>alert(1)</script>", title="<b>x</b>")
    page = client.get(f"/s/{study.slug}/").content.decode()
    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_it_needs_no_inline_script_or_style(client, study):
    page = client.get(f"/s/{study.slug}/")
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert b"<style" not in page.content
    assert b" style=" not in page.content
    assert b" onclick=" not in page.content


@pytest.mark.parametrize("consent", ["I take part.", "Taking part is voluntary.", "One.\n\nAnd two."])
def test_whatever_the_consent_text_is_the_box_says_that_one_agrees(client, db, idle_queue, consent):
    study = launched_study(consent=consent)
    page = client.get(f"/s/{study.slug}/").content.decode()
    assert "<span>I have read the information above and I agree to take part.</span>" in page
    assert page.count(consent[:4]) >= 1


def test_a_preview_shows_the_consent_text_without_a_box(client, ada, db, idle_queue):
    study = launched_study(owner=ada)
    client.force_login(ada)
    page = client.get(f"/s/{study.slug}/preview/").content.decode()
    assert page.count("I take part of my own free will.") == 1
    assert 'type="checkbox"' not in page


def test_consent_makes_a_participation(client, study):
    reply = begin(client, study)
    participation = Participation.objects.get()
    assert reply["Location"] == f"/p/{participation.code}/"
    assert participation.source == "person"
    assert participation.consent_version == study.consent_version
    assert participation.study_digest == study.digest


def test_without_consent_nothing_begins(client, study):
    reply = client.post(f"/s/{study.slug}/begin/")
    assert reply.status_code == 400
    assert "Tick the box" in reply.content.decode()
    assert not Participation.objects.exists()


def test_a_form_from_elsewhere_is_refused(study):
    from django.test import Client

    reply = begin(Client(enforce_csrf_checks=True), study)
    assert reply.status_code == 403
    assert not Participation.objects.exists()


def test_the_same_browser_goes_on_instead_of_beginning_again(client, study):
    first = begin(client, study)
    assert begin(client, study)["Location"] == first["Location"]
    assert Participation.objects.count() == 1
    page = client.get(f"/s/{study.slug}/").content.decode()
    assert "Welcome back" in page
    assert first["Location"] in page


def test_who_has_finished_is_thanked_and_not_asked_again(client, study, finish):
    begin(client, study)
    finish(Participation.objects.get())
    assert "You have taken part already" in client.get(f"/s/{study.slug}/").content.decode()


def test_a_cookie_that_was_changed_is_no_cookie(client, study):
    begin(client, study)
    (name,) = (name for name in client.cookies if name.startswith("participation-"))
    client.cookies[name] = client.cookies[name].value[:-2] + "xx"
    assert "Your consent" in client.get(f"/s/{study.slug}/").content.decode()


def test_the_cookie_is_for_this_study_and_not_for_scripts(client, study):
    begin(client, study)
    (cookie,) = (client.cookies[name] for name in client.cookies if name.startswith("participation-"))
    assert cookie["path"] == f"/s/{study.slug}/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(("move", "status", "words"), [("pause", 503, "paused"), ("close", 410, "closed")])
def test_a_study_that_takes_nobody_says_so(client, study, move, status, words):
    getattr(lifecycle, move)(study=study)
    page = client.get(f"/s/{study.slug}/")
    assert page.status_code == status
    assert words in page.content.decode()
    assert begin(client, study).status_code == 409
    assert not Participation.objects.exists()


def test_who_has_begun_finds_the_way_back_into_a_paused_study(client, study):
    begin(client, study)
    lifecycle.pause(study=study)
    page = client.get(f"/s/{study.slug}/")
    assert page.status_code == 200
    assert "Welcome back" in page.content.decode()


def test_a_draft_keeps_its_secrets(client, db, idle_queue):
    study = make_study()
    page = client.get(f"/s/{study.slug}/")
    assert page.status_code == 404
    assert "not open" in page.content.decode()
    assert study.title not in page.content.decode()


def test_an_unknown_study_is_not_found(client, db):
    page = client.get("/s/nothing/")
    assert page.status_code == 404
    assert "invitation" in page.content.decode()


def test_a_signed_statement_makes_a_simulated_participation(client, study):
    begin(client, study, simulation=signed.sign(study, {"seed": 4}))
    participation = Participation.objects.get()
    assert participation.source == "simulated"
    assert participation.simulation == {"seed": 4}


def test_a_statement_that_is_not_ours_or_for_another_study_is_refused(client, study):
    other = make_study("another", colorizers=("sepia",))
    for statement in ("yes", signed.sign(study, {"seed": 4})[:-1] + "x", signed.sign(other, {})):
        assert begin(client, study, simulation=statement).status_code == 400
    assert not Participation.objects.exists()


def test_a_researcher_previews_a_draft_without_counting(client, ada, db, idle_queue):
    study = make_study(owner=ada)
    lifecycle.prepare(study=study)
    client.force_login(ada)
    assert "Begin the preview" in client.get(f"/s/{study.slug}/preview/").content.decode()
    reply = client.post(f"/s/{study.slug}/preview/")
    participation = Participation.objects.get()
    assert participation.source == "preview"
    assert "Preview" in client.get(reply["Location"]).content.decode()
    assert not any(name.startswith("participation-") for name in client.cookies)


def test_a_preview_leads_back_to_the_study_in_the_workbench_for_staff_only(client, ada, db, idle_queue):
    study = make_study(owner=ada)
    lifecycle.prepare(study=study)
    client.force_login(ada)
    back = f'href="/admin/studies/study/{study.pk}/change/"'
    assert back in client.get(f"/s/{study.slug}/preview/").content.decode()
    page = client.post(f"/s/{study.slug}/preview/")["Location"]
    assert back in client.get(page).content.decode()
    Participation.objects.update(state="finished", finished_at=timezone.now(), debrief={"skipped": True})
    last = client.get(page).content.decode()
    assert "Thank you" in last
    assert last.count(back) == 2  # in the band and below the thanks
    client.logout()
    assert back not in client.get(page).content.decode()


def test_a_draft_that_is_not_prepared_says_so(client, ada, db, idle_queue):
    study = make_study(owner=ada)
    client.force_login(ada)
    reply = client.post(f"/s/{study.slug}/preview/")
    assert reply.status_code == 409
    assert "The preview cannot begin" in reply.content.decode()


def test_a_preview_is_for_members_only(client, ben, study):
    assert client.get(f"/s/{study.slug}/preview/").status_code == 302
    client.force_login(ben)
    assert client.get(f"/s/{study.slug}/preview/").status_code == 404


@pytest.mark.parametrize(("path", "method"), [("", "post"), ("begin/", "get"), ("begin/", "put")])
def test_other_methods_are_refused(client, study, path, method):
    assert getattr(client, method)(f"/s/{study.slug}/{path}").status_code == 405
