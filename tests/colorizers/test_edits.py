"""Two people edit the same row: the later save is refused, shows both, and loses nothing of either."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils import timezone

from colorizers.admin.edits import AT, GuardedEdits, read_token, token
from colorizers.models import PhotoSet
from studies.models import Condition, Source, Study
from studies.services import lifecycle, participations
from tests import builders
from tests.sent_forms import opened, sent

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def draft(ada, ben, client):
    study = builders.make_study(owner=ada, photos=2, catalogue=False)
    study.researchers.add(ben)
    client.force_login(ada)
    return study


def test_the_second_of_two_tabs_erases_nothing_of_the_first(client, ben, draft):
    address, first = opened(client, draft)
    second = dict(first)
    assert client.post(address, first | {"title": "Typed first", "thanks": "Bye"}).status_code == 302
    client.force_login(ben)
    typed = second | {"title": "Typed second", "question": "Why?\r\nHow?"}
    reply = client.post(address, typed)
    assert reply.status_code == 200
    draft.refresh_from_db()
    assert (draft.title, draft.thanks) == ("Typed first", "Bye")
    page = reply.content.decode()
    for words in ("Somebody else changed this", "ada, ", "Typed first", "Typed second", "Bye"):
        assert words in page
    # The page holds what ben typed, beside what ada changed; saving it once more is deliberate.
    again = sent(reply, draft)
    assert (again["title"], again["thanks"]) == (["Typed second"], ["Bye"])
    assert again["question"] == ["Why?\r\nHow?"]
    assert client.post(address, again).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.thanks) == ("Typed second", "Bye")
    assert draft.question == "Why?\r\nHow?"


def test_a_second_window_of_the_same_person_is_not_called_somebody_else(client, draft):
    address, first = opened(client, draft)
    second = dict(first)
    assert client.post(address, first | {"title": "Typed first"}).status_code == 302
    page = client.post(address, second | {"title": "Typed second"}).content.decode()
    assert "You changed this in another window since you opened it here" in page
    assert "You, in another window, 20" in page
    assert "omebody else" not in page


@pytest.mark.parametrize("fraction", [0.0, 0.4, 0.6, 0.999])
def test_a_form_is_opened_no_later_than_it_was(monkeypatch, fraction):
    """Rounded up, it would miss what was saved in the second of its opening."""
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC) + timedelta(seconds=fraction)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert float(read_token(token({}))[AT]) <= moment.timestamp()


def test_a_form_that_nobody_overtook_is_saved_at_once_with_every_kind_of_field(client, draft):
    address, data = opened(client, draft)
    data |= {"show_score": [], "languages": ["en", "de"], "design_settings__test_trials": ["6"]}
    assert client.post(address, data).status_code == 302
    draft.refresh_from_db()
    assert (draft.show_score, draft.languages) == (False, ["en", "de"])
    assert draft.design_settings["test_trials"] == 6


def test_conditions_that_two_people_change_are_all_kept(client, draft):
    address, data = opened(client, draft)
    first, second, _third = draft.conditions.all()
    other = first.colorizer
    # Meanwhile: one renamed, one taken out, one added.
    Condition.objects.filter(pk=first.pk).update(title="Renamed elsewhere")
    second.delete()
    Condition.objects.create(study=draft, slug="late", colorizer=other, position=9)
    typed = data | {
        "conditions-1-title": "Typed into what is gone",
        "conditions-2-title": "Typed",
        "conditions-3-colorizer": other.pk, "conditions-3-kind": "test", "conditions-3-slug": "mine",
        "conditions-3-position": 4, "conditions-TOTAL_FORMS": 4,
    }  # fmt: skip
    reply = client.post(address, typed)
    assert reply.status_code == 200
    assert draft.conditions.count() == 3
    assert client.post(address, sent(reply, draft)).status_code == 302
    titles = {condition.slug: condition.title for condition in draft.conditions.all()}
    assert titles == {
        "sepia": "Renamed elsewhere", "luminance-table": "Typed into what is gone", "random": "Typed",
        "late": "", "mine": "",
    }  # fmt: skip


def test_what_was_typed_when_a_study_was_launched_is_shown_and_not_saved(client, draft, ada):
    address, data = opened(client, draft)
    Study.objects.filter(pk=draft.pk).update(state="live", launched_at="2026-01-01T00:00Z")
    reply = client.post(address, data | {"title": "Too late"})
    assert reply.status_code == 200
    page = reply.content.decode()
    assert "Too late" in page
    assert "cannot be saved any more: its fields are fixed now" in page
    assert "<b>Save</b> then stores what the form says" not in page
    draft.refresh_from_db()
    assert draft.title == "Meadow colours"


def test_photo_sets_colorizers_photos_users_and_groups_are_guarded_too(client, root, ada):
    client.force_login(root)
    photo_set = builders.make_photo_set(1)
    rows = [
        (photo_set, "title", "description"),
        (photo_set.photos.get(), "title", "author"),
        (builders.make_colorizer("sepia"), "title", "description"),
        (ada, "last_name", "first_name"),
    ]
    for row, mine, theirs in rows:
        address, data = opened(client, row)
        type(row).objects.filter(pk=row.pk).update(**{theirs: "Changed elsewhere"})
        reply = client.post(address, data | {mine: "Typed"})
        assert reply.status_code == 200, row
        assert "Changed elsewhere" in reply.content.decode()
        assert client.post(address, sent(reply, row)).status_code == 302, row
        row.refresh_from_db()
        assert (getattr(row, mine), getattr(row, theirs)) == ("Typed", "Changed elsewhere")
    group = Group.objects.create(name="lab")
    address, data = opened(client, group)
    assert client.post(address, data | {"name": "Lab"}).status_code == 302


def test_every_page_of_the_workbench_that_changes_rows_is_guarded(rf, root):
    request = rf.get("/")
    request.user = root
    foreign = {
        model.__name__
        for model, page in admin.site._registry.items()
        if page.has_change_permission(request) and not isinstance(page, GuardedEdits)
    }
    assert foreign <= {"AccessAttempt", "AccessLog", "AccessFailureLog"}


def test_a_refused_save_leaves_the_previews(client, ada):
    study = builders.make_study(owner=ada)
    lifecycle.prepare(study=study)
    client.force_login(ada)
    participations.begin_participation(study=study, source=Source.PREVIEW)
    address, data = opened(client, study)
    assert client.post(address, data | {"title": ""}).status_code == 200
    assert study.participations.count() == 1
    assert client.post(address, data).status_code == 302
    assert study.participations.count() == 1
    assert client.post(address, data | {"title": "New"}).status_code == 302
    assert study.participations.count() == 0


def test_what_a_browser_had_kept_is_put_into_the_form_again_and_not_saved(client, root):
    client.force_login(root)
    photo_set = PhotoSet.objects.create(name="garden", title="Garden")
    address, data = opened(client, photo_set)
    PhotoSet.objects.filter(pk=photo_set.pk).update(description="Changed elsewhere")
    reply = client.post(address, data | {"title": "Kept", "_restore": "1"})
    again = sent(reply, photo_set)
    assert (again["title"], again["description"]) == (["Kept"], ["Changed elsewhere"])
    reply = client.post("/admin/colorizers/photoset/add/", {"name": "lawn", "title": "Lawn", "_restore": "1"})
    assert sent(reply, photo_set)["name"] == ["lawn"]
    assert "It is not saved yet" in reply.content.decode()
    assert list(PhotoSet.objects.values_list("title", flat=True)) == ["Garden"]


def test_a_form_that_does_not_say_what_it_was_filled_with_is_shown_beside_what_is_stored(client, draft):
    address, data = opened(client, draft)
    assert client.post(address, data | {"title": "Typed first"}).status_code == 302
    del data["_seen"]
    typed = data | {"question": "Why?", "conditions-0-title": "Mine"}
    reply = client.post(address, typed)
    assert reply.status_code == 200
    draft.refresh_from_db()
    assert (draft.title, draft.question) == ("Typed first", data["question"][0])
    assert "What you typed differs from what is stored" in reply.content.decode()
    assert "Typed first" in reply.content.decode()
    again = sent(reply, draft)
    assert (again["title"], again["question"]) == ([data["title"][0]], ["Why?"])
    assert again["conditions-0-title"] == ["Mine"]
    assert client.post(address, again).status_code == 302
    draft.refresh_from_db()
    assert draft.question == "Why?"


def test_a_set_that_was_opened_before_the_release_is_compared_before_it_is_saved(client, root):
    client.force_login(root)
    photo_set = PhotoSet.objects.create(name="garden")
    address, data = opened(client, photo_set)
    del data["_seen"]
    assert client.post(address, data).status_code == 302, "it would change nothing"
    reply = client.post(address, data | {"title": "Typed"})
    assert reply.status_code == 200
    assert client.post(address, sent(reply, photo_set)).status_code == 302
    assert PhotoSet.objects.get().title == "Typed"
