"""The page of a study in the workbench: who sees it, what it says, what its buttons do."""

import tomllib
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from colorizers.models import GenerationRun
from studies import designs
from studies.admin import StudyAdmin
from studies.models import Source, Study, StudyState
from studies.services import lifecycle, participations
from tests import builders

pytestmark = pytest.mark.django_db

ADD = "/admin/studies/study/add/"


def page_of(study: Study) -> str:
    return reverse("admin:studies_study_change", args=[study.pk])


def step(client, study: Study, name: str):
    return client.post(reverse(f"admin:studies_study_{name}", args=[study.pk]))


def messages_of(reply) -> list[str]:
    return [str(message) for message in get_messages(reply.wsgi_request)]


def form_of(study_or_none: Study | None, client, **changes: Any) -> dict[str, Any]:
    """What a browser would send: the form as it stands, with some changes."""
    address = ADD if study_or_none is None else page_of(study_or_none)
    context = client.get(address).context
    forms = [context["adminform"].form, *[item.formset for item in context["inline_admin_formsets"]]]
    data: dict[str, Any] = {"_seen": context["seen"]} if "seen" in context else {}
    bound = [forms[0], forms[1].management_form, *forms[1].initial_forms]
    for form in bound:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data | changes


@pytest.fixture
def draft(ada):
    """Ada's draft; its catalogue is still empty."""
    return builders.make_study(owner=ada, photos=2, catalogue=False)


@pytest.fixture
def ready(ada):
    """Ada's draft, ready to be launched."""
    return builders.make_study(owner=ada)


@pytest.fixture
def by_ada(client, ada):
    """A browser in which ada is logged in."""
    client.force_login(ada)
    return client


# --- who sees it ---------------------------------------------------------------------------------


def test_researchers_list_their_own_and_shared_studies(client, ada, ben, root):
    builders.make_study("own", title="Own study", owner=ada, catalogue=False)
    shared = builders.make_study("shared", title="Shared study", owner=ben, catalogue=False)
    builders.make_study("foreign", title="Foreign study", owner=ben, catalogue=False)
    shared.researchers.add(ada)
    seen = {}
    for person in (ada, ben, root):
        client.force_login(person)
        page = client.get("/admin/studies/study/").content.decode()
        seen[person.username] = {word for word in ("Own", "Shared", "Foreign") if f"{word} study" in page}
    assert seen == {
        "ada": {"Own", "Shared"},
        "ben": {"Shared", "Foreign"},
        "root": {"Own", "Shared", "Foreign"},
    }


@pytest.mark.parametrize(
    "name",
    ["change", "progress", "export", "prepare", "launch", "cancel", "pause", "reopen", "close", "delete"],
)
def test_who_has_no_part_in_a_study_reaches_none_of_its_pages(client, ben, draft, name):
    client.force_login(ben)
    address = reverse(f"admin:studies_study_{name}", args=[draft.pk])
    method = client.get if name in {"change", "progress", "export", "delete"} else client.post
    assert method(address).status_code in {302, 403, 404}
    draft.refresh_from_db()
    assert draft.is_draft


def test_steps_are_taken_by_post_only(by_ada, draft):
    assert by_ada.get(reverse("admin:studies_study_launch", args=[draft.pk])).status_code == 405


def test_participants_have_no_way_in(client, draft):
    assert client.get(page_of(draft)).status_code == 302


def test_only_owner_and_administrator_delete_a_draft(client, ada, ben, ready):
    ready.researchers.add(ben)
    address = reverse("admin:studies_study_delete", args=[ready.pk])
    client.force_login(ben)
    assert client.post(address, {"post": "yes"}).status_code == 403
    lifecycle.prepare(study=ready)
    participations.begin_participation(study=ready, source=Source.PREVIEW)
    client.force_login(ada)
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert not Study.objects.exists()


# --- the form ------------------------------------------------------------------------------------


def test_a_study_is_made_by_hand(by_ada, ada):
    photo_set = builders.make_photo_set(3)
    sepia = builders.make_colorizer("sepia")
    data = form_of(
        None, by_ada, title="Lawn", slug="lawn", photo_set=photo_set.pk, information="Pairs.",
        consent="I agree.", design_settings__test_trials=12, design_settings__answer_limit_ms="",
        exclusion_rules__rt_min_ms=150,
        **{"conditions-TOTAL_FORMS": 1, "conditions-0-colorizer": sepia.pk, "conditions-0-kind": "test",
           "conditions-0-position": 0},
    )  # fmt: skip
    reply = by_ada.post(ADD, data)
    assert reply.status_code == 302, reply.context and reply.context["errors"]
    study = Study.objects.get()
    assert study.owner == ada
    assert study.design_settings["test_trials"] == 12
    assert study.design_settings["answer_limit_ms"] is None
    assert study.exclusion_rules["rt_min_ms"] == 150
    assert study.conditions.get().slug == "sepia"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("design_settings__test_trials", "0", "Must be between 1 and 1000, not 0."),
        ("design_settings__test_trials", "many", "Enter a whole number."),
        ("design_settings__exposure_ms", "1000, long", "or several separated by commas"),
        ("design_settings__exposure_ms", "1000, 1000", "Must not name a number twice."),
        ("design_settings__vigilance_share", "0.9", "Must be between 0 and 0.5"),
        ("design_settings__presentation", "both", "Select a valid choice."),
        ("exclusion_rules__vigilance_pass", "2", "Must be between 0 and 1"),
        ("exclusion_rules__rt_min_ms", "90000", "Must be below “Slowest answer (ms)”"),
        ("slug", "Not a slug", "Use small letters"),
        ("image_px", "16", "greater than or equal to 64"),
    ],
)
def test_a_bad_value_is_an_error_at_its_field(by_ada, draft, field, value, words):
    reply = by_ada.post(page_of(draft), form_of(draft, by_ada, **{field: value}))
    assert reply.status_code == 200
    [error] = reply.context["adminform"].form.errors[field]
    assert words in error


def test_what_was_refused_stands_at_the_top_with_a_link_to_each_field(by_ada, draft):
    form = form_of(draft, by_ada, design_settings__exposure_ms="-5", title="")
    reply = by_ada.post(page_of(draft), form | {"conditions-0-slug": "Not a slug"})
    page = reply.content.decode()
    listed = page[
        page.index("This was not saved") : page.index("</section>", page.index("This was not saved"))
    ]
    assert 'href="#id_design_settings__exposure_ms"' in listed
    assert 'href="#id_title"' in listed
    assert 'href="#id_conditions-0-slug"' in listed


def test_a_draft_is_changed(by_ada, draft):
    reply = by_ada.post(page_of(draft), form_of(draft, by_ada, title="Other", design_settings__test_trials=6))
    assert reply.status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.design_settings["test_trials"]) == ("Other", 6)


@pytest.mark.parametrize(("typed", "kept"), [("500", 500), ("1000, 3000", [1000, 3000])])
def test_an_exposure_may_be_one_number_or_several(by_ada, draft, typed, kept):
    reply = by_ada.post(page_of(draft), form_of(draft, by_ada, design_settings__exposure_ms=typed))
    assert reply.status_code == 302
    draft.refresh_from_db()
    assert draft.design_settings["exposure_ms"] == kept
    shown = by_ada.get(page_of(draft)).context["adminform"].form["design_settings__exposure_ms"].value()
    assert str(shown) == typed


def test_another_design_starts_with_its_defaults(by_ada, draft, monkeypatch):
    monkeypatch.setattr(designs, "_concluded", [])
    by_ada.post(page_of(draft), form_of(draft, by_ada, design="single", design_settings__test_trials=6))
    draft.refresh_from_db()
    assert draft.design == "single"
    assert draft.design_settings["test_trials"] == 40


def test_designs_are_chosen_by_what_they_ask(by_ada, draft):
    page = by_ada.get(page_of(draft)).content.decode()
    assert "Pair test – the photo and its recolouring: which has the fake colours?" in page


def test_changing_a_draft_discards_its_previews(by_ada, ready):
    lifecycle.prepare(study=ready)
    participations.begin_participation(study=ready, source=Source.PREVIEW)
    data = form_of(ready, by_ada, **{"conditions-0-DELETE": "on"})
    assert by_ada.post(page_of(ready), data).status_code == 302
    assert ready.conditions.count() == 2
    assert not ready.participations.exists()


def test_only_the_administrator_gives_a_study_to_somebody_else(client, by_ada, ben, root, draft):
    by_ada.post(page_of(draft), form_of(draft, by_ada, owner=ben.pk))
    draft.refresh_from_db()
    assert draft.owner.username == "ada"
    client.force_login(root)
    client.post(page_of(draft), form_of(draft, client, owner=ben.pk))
    draft.refresh_from_db()
    assert draft.owner == ben


def test_a_live_study_shows_its_protocol_and_takes_no_change(by_ada, ada, ben):
    study = builders.launched_study(owner=ada)
    page = by_ada.get(page_of(study))
    form = page.context["adminform"].form
    assert set(form.fields) == {"researchers"}
    assert "<b>Exposure (ms)</b> 1000" in page.content.decode()
    no_conditions = {"conditions-TOTAL_FORMS": 0, "conditions-INITIAL_FORMS": 0}
    data = {"_seen": page.context["seen"], "title": "Other", "researchers": [ben.pk], **no_conditions}
    reply = by_ada.post(page_of(study), data)
    assert any("Nothing of the protocol was changed" in message for message in messages_of(reply))
    study.refresh_from_db()
    assert study.title == "Meadow colours"
    assert set(study.researchers.all()) == {ben}


def test_a_form_that_comes_after_the_launch_is_refused_in_words(by_ada, draft, monkeypatch):
    data = form_of(draft, by_ada, title="Other")
    monkeypatch.setattr(StudyAdmin, "save_model", lambda self, request, obj, form, change: launched(obj))

    def launched(study: Study) -> None:
        Study.objects.filter(pk=study.pk).update(state=StudyState.LIVE)
        study.save()

    reply = by_ada.post(page_of(draft), data)
    assert reply.status_code == 302
    assert "cannot change: the study" in messages_of(reply)[0]


# --- the panel -----------------------------------------------------------------------------------


def test_the_panel_lists_what_is_missing_with_commands_and_links(by_ada, ada, client, root):
    study = builders.make_study(owner=ada, catalogue=False, contact="")
    page = by_ada.get(page_of(study)).content.decode()
    assert "3 things missing before it can be launched" in page
    assert "manage.py colorize --set meadow --colorizer sepia --wait" in page
    assert "Nobody is named whom participants can ask" in page
    assert 'href="#id_contact"' in page
    assert "Launch now" not in page
    assert f'href="{reverse("admin:colorizers_photoset_colour")}' not in page  # ada may not order pictures


def test_the_panel_says_what_to_do_in_the_workbench_first(by_ada, ada, client, root):
    study = builders.make_study(owner=ada, catalogue=False)
    colour = reverse("admin:colorizers_photoset_colour") + f"?set={study.photo_set_id}"
    client.force_login(root)
    page = client.get(page_of(study)).content.decode()
    assert "Have them made: “Colour with…” on the page of the photo set." in page
    assert f'href="{colour}">Colour the photos</a><details class="fr-command"' in page
    # Ordered by a click: now there is nothing to do but to wait.
    run = GenerationRun.objects.create(
        photo_set=study.photo_set, colorizer=study.conditions.all()[0].colorizer, total=14
    )
    page = client.get(page_of(study)).content.decode()
    assert page.count("They are being made: wait until that run is done.") == 1
    assert reverse("admin:colorizers_generationrun_change", args=[run.pk]) in page
    assert page.count("Have them made") == 2


def test_the_panel_of_a_ready_draft_offers_preview_and_launch(by_ada, ready):
    page = by_ada.get(page_of(ready)).content.decode()
    assert "Ready to be launched" in page
    assert "Prepare the preview" in page
    assert "Launch now" in page
    lifecycle.prepare(study=ready)
    assert reverse("studies:preview", args=[ready.slug]) in by_ada.get(page_of(ready)).content.decode()


def test_the_panel_of_a_live_study_counts_people_and_simulated_participants_apart(by_ada, ada):
    study = builders.launched_study(owner=ada)
    for source in (Source.PERSON, Source.SIMULATED, Source.SIMULATED, Source.PREVIEW):
        participations.begin_participation(study=study, source=source)
    panel = by_ada.get(page_of(study)).context["panel"]
    turnout = panel["turnout"]
    assert (turnout.running, turnout.simulated_running, turnout.previews) == (1, 2, 1)
    page = by_ada.get(page_of(study)).content.decode()
    assert "simulated, apart: 0 finished, 2 running" in page
    assert f"/s/{study.slug}/" in page
    assert reverse("evaluation:report", args=[study.slug]) in page
    assert "matches the rows." in page


def test_the_panel_says_if_the_protocol_no_longer_matches(by_ada, ada):
    study = builders.launched_study(owner=ada)
    Study.objects.filter(pk=study.pk).update(consent="Other")
    assert "is not what was launched (consent)" in by_ada.get(page_of(study)).content.decode()


def test_the_panel_keeps_the_error_of_the_last_preparation_until_it_is_dismissed(by_ada, ready):
    lifecycle.begin(study=ready, goal=lifecycle.LAUNCH)
    lifecycle.fail(ready.pk, OSError("The disk is full."))
    assert "The last preparation stopped: The disk is full." in by_ada.get(page_of(ready)).content.decode()
    by_ada.post(reverse("admin:studies_study_dismiss", args=[ready.pk]))
    assert "The last preparation stopped" not in by_ada.get(page_of(ready)).content.decode()


def test_the_page_of_a_new_study_says_what_comes_next(by_ada):
    assert "Save the draft first." in by_ada.get(ADD).content.decode()


# --- the steps -----------------------------------------------------------------------------------


def test_launching_hands_the_work_to_a_worker(by_ada, ready, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(lifecycle, "send", builders.run_now)
    with django_capture_on_commit_callbacks(execute=True):
        reply = step(by_ada, ready, "launch")
    assert reply.url == page_of(ready)
    assert messages_of(reply) == ["The study is being prepared for its launch."]
    ready.refresh_from_db()
    assert ready.state == StudyState.LIVE
    history = by_ada.get(reverse("admin:studies_study_history", args=[ready.pk])).content.decode()
    assert "Launched with protocol" in history


def test_launching_what_is_not_ready_says_why(by_ada, ada):
    study = builders.make_study(owner=ada, catalogue=False)
    [message] = messages_of(step(by_ada, study, "launch"))
    assert "The catalogue is incomplete" in message


def test_the_steps_of_a_live_study(by_ada, ada):
    study = builders.launched_study(owner=ada)
    for name, state in [("pause", "paused"), ("reopen", "live"), ("close", "closed")]:
        step(by_ada, study, name)
        study.refresh_from_db()
        assert study.state == state
    assert "it would have to be" in messages_of(step(by_ada, study, "reopen"))[-1]


def test_a_launched_study_names_its_languages_in_words(by_ada, ada, idle_queue):
    study = builders.launched_study("spoken", owner=ada, languages=["en", "de", "zh-hans"])
    page = by_ada.get(page_of(study)).content.decode()
    assert "English, Deutsch, 简体中文" in page
    assert "&quot;de&quot;" not in page


def test_the_progress_is_told_to_pollers_and_can_be_cancelled(by_ada, ready):
    lifecycle.begin(study=ready, goal=lifecycle.LAUNCH)
    lifecycle.continue_preparation(ready.pk, seconds=0)
    page = by_ada.get(page_of(ready)).content.decode()
    progress = reverse("admin:studies_study_progress", args=[ready.pk])
    assert f'data-progress-url="{progress}"' in page
    told = by_ada.get(progress).json()
    assert (told["state"], told["active"], told["percent"]) == ("preparing", True, 1)
    assert told["summary"] == "1 of 56 pictures are ready"
    step(by_ada, ready, "cancel")
    assert by_ada.get(progress).json()["active"] is False


def test_the_study_file_is_downloaded(by_ada, draft):
    reply = by_ada.get(reverse("admin:studies_study_export", args=[draft.pk]))
    assert reply["Content-Disposition"] == 'attachment; filename="meadow-study.toml"'
    assert tomllib.loads(reply.content.decode())["slug"] == "meadow-study"
