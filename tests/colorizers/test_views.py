"""The catalogue is for staff, and shows who made each photograph."""

import pytest
from django.urls import reverse

from colorizers.models import Colorization, GenerationRun, WorkState
from colorizers.services import (
    catalogue,
    painting,
)
from colorizers.signals import captions_wanted
from tests.builders import fill_catalogue, make_colorizer, make_photo_set, with_rights

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ada(ada):
    """Ada, who makes pictures too."""
    return with_rights(ada)


@pytest.fixture
def filled():
    """A set of three photos, coloured by sepia."""
    photo_set = make_photo_set(3)
    fill_catalogue(photo_set, make_colorizer())
    return photo_set


def addresses(photo_set) -> list[str]:
    photo = photo_set.photos.first()
    picture = Colorization.objects.done().first()
    run = GenerationRun.objects.first()
    return [
        reverse("colorizers:catalogue_index"),
        reverse("colorizers:catalogue", args=[photo_set.name]),
        reverse("colorizers:photo", args=[photo.digest]),
        reverse("colorizers:photo_thumbnail", args=[photo.digest]),
        reverse("colorizers:colorization", args=[picture.digest]),
        reverse("colorizers:colorization_thumbnail", args=[picture.digest]),
        reverse("colorizers:run_progress", args=[run.code]),
    ]


def test_strangers_and_participants_see_nothing_of_it(client, filled, django_user_model):
    for log_in in (lambda: None, lambda: client.force_login(django_user_model.objects.create_user("eve"))):
        log_in()
        for address in addresses(filled):
            reply = client.get(address)
            assert reply.status_code == 302, address
            assert reply.url.startswith(reverse("admin:login"))


def test_staff_see_all_of_it(client, ada, filled):
    client.force_login(ada)
    for address in addresses(filled):
        assert client.get(address).status_code == 200, address


def test_nothing_is_served_from_the_media_folder(client, ada, filled):
    client.force_login(ada)
    assert client.get(f"/media/{filled.photos.first().file.name}").status_code == 404


def test_the_page_credits_every_photo_and_names_every_colorizer(client, ada, filled):
    client.force_login(ada)
    page = client.get(reverse("colorizers:catalogue", args=[filled.name])).content.decode()
    assert page.count("A. Tester, CC0") == 3
    assert page.count("<b>sepia</b>") == 1 + 3
    for picture in Colorization.objects.done():
        assert reverse("colorizers:colorization_thumbnail", args=[picture.digest]) in page


def test_the_page_needs_no_inline_script_or_style(client, ada, filled):
    client.force_login(ada)
    reply = client.get(reverse("colorizers:catalogue", args=[filled.name]))
    page = reply.content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert "default-src 'self'" in reply.headers["Content-Security-Policy"]


def test_failed_pictures_show_their_error_instead_of_a_picture(client, ada, filled):
    Colorization.objects.all().update(state=WorkState.FAILED, error="The paint dried.")
    client.force_login(ada)
    page = client.get(reverse("colorizers:catalogue", args=[filled.name])).content.decode()
    assert page.count("The paint dried.") == 3


def test_names_and_credits_are_text_not_markup(client, ada, filled):
    filled.photos.update(title="<script>alert(1)</script>", author="<b>x</b>")
    client.force_login(ada)
    page = client.get(reverse("colorizers:catalogue", args=[filled.name])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_whoever_builds_on_the_catalogue_may_add_captions(client, ada, filled):
    def scores(colorizations, **_):
        return {item.pk: [("PSNR", "21.5 dB")] for item in colorizations}

    captions_wanted.connect(scores)
    client.force_login(ada)
    page = client.get(reverse("colorizers:catalogue", args=[filled.name])).content.decode()
    captions_wanted.disconnect(scores)
    assert page.count("21.5 dB") == 3


def test_a_long_catalogue_comes_in_pages(client, ada):
    photo_set = make_photo_set(25)
    client.force_login(ada)
    address = reverse("colorizers:catalogue", args=[photo_set.name])
    assert client.get(address).content.decode().count('class="photo-row"') == 20
    assert client.get(address + "?page=2").content.decode().count('class="photo-row"') == 5


def test_pictures_are_kept_by_the_browser_and_by_nobody_between(client, ada, filled):
    client.force_login(ada)
    for address in addresses(filled)[2:6]:
        control = client.get(address).headers["Cache-Control"]
        assert "private" in control
        assert "immutable" in control


def test_a_picture_that_is_not_done_has_no_address(client, ada, filled):
    digest = Colorization.objects.first().digest
    Colorization.objects.filter(digest=digest).update(state=WorkState.FAILED)
    client.force_login(ada)
    assert client.get(reverse("colorizers:colorization", args=[digest])).status_code == 404


def test_a_missing_file_is_not_found_rather_than_a_crash(client, ada, filled):
    photo = filled.photos.first()
    photo.file.storage.delete(photo.file.name)
    client.force_login(ada)
    for name in ("photo", "photo_thumbnail"):
        assert client.get(reverse(f"colorizers:{name}", args=[photo.digest])).status_code == 404


def test_progress_tells_counts_failures_and_which_buttons_make_sense(client, ada):
    run = catalogue.order_generation(photo_set=make_photo_set(4), colorizer=make_colorizer())
    address = reverse("colorizers:run_progress", args=[run.code])
    client.force_login(ada)
    waiting = client.get(address).json()
    assert (waiting["state"], waiting["active"], waiting["percent"]) == ("queued", True, 0)
    assert waiting["can_cancel"]

    first = run.colorizations.first()
    catalogue.colorize_here(run)
    Colorization.objects.filter(pk=first.pk).update(state=WorkState.FAILED, error="The paint dried.")
    after = client.get(address).json()
    assert (after["active"], after["percent"], after["can_cancel"], after["can_resume"]) == (
        False,
        100,
        False,
        True,
    )
    assert after["failures"] == [{"name": first.photo.name, "error": "The paint dried."}]
    assert "3 of 4 pictures" in after["summary"]


def test_looking_at_a_run_whose_rows_are_all_settled_finishes_it(client, ada):
    run = catalogue.order_generation(photo_set=make_photo_set(2), colorizer=make_colorizer())
    painting.colorize_chunk(run.pk, list(run.colorizations.values_list("pk", flat=True)), task_id="t")
    client.force_login(ada)
    assert client.get(reverse("colorizers:run_progress", args=[run.code])).json()["state"] == "done"
