"""The workbench's pages of colorizers: choose a method, fill in its form, read what was refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from colorizers import methods
from colorizers.models import Colorizer
from colorizers.services import (
    registering,
)
from colorizers.services.registering import complete_settings
from tests import as_browser
from tests.builders import make_colorizer, make_photo_set
from tests.colorizers.compact import compact_weights

pytestmark = pytest.mark.django_db
PAINTING = [name for name in methods.names() if methods.get(name).paints]


@pytest.fixture
def workbench(client, root):
    client.force_login(root)
    return client


def address(method=""):
    return reverse("admin:colorizers_colorizer_add") + (f"?method={method}" if method else "")


def new_colorizer(workbench, method="sepia", **typed):
    return as_browser.submit(workbench, address(method), **{"slug": "s"} | typed)


def upload(path, name=""):
    return SimpleUploadedFile(name or path.name, path.read_bytes())


def test_every_method_is_offered_with_its_facts(workbench):
    page = workbench.get(address()).content.decode()
    for name in methods.names():
        assert f'href="?method={name}"' in page
    assert "Colorful Image Colorization, ECCV" in page
    assert "32,155,458 parameters" in page
    assert "needs trained weights" in page
    assert "needs reference photos" in page


def test_an_unknown_method_leads_back_to_the_choice(workbench):
    reply = workbench.get(address("sepai"))
    assert reply.status_code == 404
    assert "Did you mean" in reply.content.decode()
    assert 'href="?method=sepia"' in reply.content.decode()


@pytest.mark.parametrize("name", PAINTING)
def test_each_method_has_a_form_with_its_own_settings_and_needs(workbench, name):
    method = methods.get(name)
    form = workbench.get(address(name)).context["adminform"].form
    settings = {field.removeprefix("setting_") for field in form.fields if field.startswith("setting_")}
    assert settings == method.default_settings().keys()
    assert ("weights" in form.fields) == method.needs_weights
    assert ("reference_set" in form.fields) == method.needs_reference
    if len(method.variants) > 1:
        assert [name for name, _ in form.fields["variant"].choices] == list(method.variants)


def test_a_number_gets_a_number_field_with_its_default_and_words(workbench):
    page = workbench.get(address("zhang2016")).content.decode()
    field = workbench.get(address("zhang2016")).context["adminform"].form["setting_temperature"]
    assert 'type="number"' in str(field)
    assert 'step="any"' in str(field)
    assert "Default: <code>0.38</code>" in page
    assert "is about the number of pixels that the network sees" in page
    assert "the annealed mean&#x27;s <code>temperature</code>" in page
    assert "ClassSettings(" not in page


def test_a_colorizer_is_registered_like_by_the_command(workbench):
    assert new_colorizer(workbench, setting_a="5").status_code == 302
    colorizer = Colorizer.objects.get()
    assert colorizer == registering.register_colorizer(slug="s", method="sepia", settings={"a": 5.0})


def test_a_colorizer_from_the_form_freezes_its_references(workbench):
    photo_set = make_photo_set(2)
    new_colorizer(workbench, "random", reference_set=photo_set.pk)
    photo_set.refresh_from_db()
    assert photo_set.frozen_at is not None


def test_the_form_of_a_colorizer_warns_that_its_references_are_frozen(workbench):
    assert "Registering freezes this set" in workbench.get(address("random")).content.decode()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"setting_a": "much"}, "Enter a number"),
        ({"setting_a": ""}, "This field is required"),
        ({"method": "random"}, "This field is required"),
        ({"method": "zhang2016"}, "This field is required"),
        ({"slug": "Not A Slug"}, "small letters"),
    ],
)
def test_a_bad_colorizer_is_refused_in_words_and_keeps_what_was_typed(fields, complaint, workbench):
    page = new_colorizer(workbench, **{"title": "Old postcard"} | fields).content.decode()
    assert complaint in page
    assert 'value="Old postcard"' in page
    assert not Colorizer.objects.exists()


def test_a_variant_that_the_method_has_not_is_refused(workbench):
    reply = workbench.post(address("zhang2016"), {"slug": "s", "variant": "x"})
    assert "not one of the available choices" in reply.content.decode()


@pytest.mark.parametrize("name", PAINTING)
def test_each_method_is_registered_by_what_its_page_shows_and_by_nothing_else(workbench, name):
    method = methods.get(name)
    references = {"reference_set": make_photo_set(3).pk} if method.needs_reference else {}
    reply = new_colorizer(workbench, name, **references)
    if method.needs_weights:
        assert reply.context["adminform"].form.errors.keys() == {"weights"}
        return
    assert reply.status_code == 302
    made = Colorizer.objects.get()
    assert (made.method, made.variant) == (name, next(iter(method.variants)))
    assert made.settings == complete_settings(method, {})


def test_a_setting_out_of_range_is_told_at_its_field(workbench, tmp_path):
    reply = new_colorizer(
        workbench, "zhang2016", weights=upload(compact_weights(tmp_path)), setting_temperature="7"
    )
    errors = reply.context["adminform"].form.errors
    assert "temperature must lie between" in errors["setting_temperature"][0]


def test_the_same_again_is_refused_and_named(workbench):
    new_colorizer(workbench)
    assert "has this “Short name” already" in new_colorizer(workbench).content.decode()
    assert "under the name &#x27;s&#x27;" in new_colorizer(workbench, slug="other").content.decode()


@pytest.mark.usefixtures("checked_here")
def test_uploaded_weights_are_checked_and_registered(workbench, tmp_path, settings):
    for limit, slug in ((2**24, "in-memory"), (0, "on-disk")):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = limit
        path = compact_weights(tmp_path, seed=limit)
        assert new_colorizer(workbench, "zhang2016", slug=slug, weights=upload(path)).status_code == 302
        assert Colorizer.objects.get(slug=slug).weights.read() == path.read_bytes()


@pytest.mark.usefixtures("checked_here")
def test_wrong_weights_are_refused_with_the_whole_report_on_lines_of_its_own(workbench, tmp_path):
    path = compact_weights(tmp_path)
    reply = new_colorizer(workbench, "zhang2016", weights=upload(path, "<b>net.safetensors"), variant="l2")
    report = reply.content.decode().split('class="fr-report">')[1].split("</span>")[0]
    assert report.splitlines()[0].endswith("expected was zhang2016 (l2).")
    assert "&lt;b&gt;net.safetensors does not hold" in report
    assert "unexpected: model_out.weight" in report
    assert not Colorizer.objects.exists()


def test_a_wrong_digest_of_an_upload_is_refused(workbench, tmp_path):
    reply = new_colorizer(
        workbench, "zhang2016", weights=upload(compact_weights(tmp_path)), weights_sha256="0" * 8
    )
    assert "expected was 00000000" in reply.content.decode()


def test_weights_that_are_too_large_are_refused_with_a_sentence(workbench, settings):
    settings.UPLOAD_MAX_MB = 1
    for size, status in ((2**20 + 9, 200), (3 * 2**20, 413)):
        reply = new_colorizer(workbench, "zhang2016", weights=SimpleUploadedFile("net.pth", b"0" * size))
        assert reply.status_code == status
        assert "at most 1 MB are taken at once" in reply.content.decode()


def test_registering_without_a_token_is_refused(root):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(root)
    assert strict.post(address("sepia"), {"slug": "s"}).status_code == 403
    assert not Colorizer.objects.exists()


def test_staff_without_the_right_may_not_register(client, ada):
    client.force_login(ada)
    assert client.get(address()).status_code == 403
    assert client.get(address("sepia")).status_code == 403
    assert client.post(address("sepia"), {"slug": "s"}).status_code == 403


def test_a_registered_colorizer_offers_what_describes_it_only(workbench):
    colorizer = make_colorizer()
    page = reverse("admin:colorizers_colorizer_change", args=[colorizer.pk])
    shown = workbench.get(page).context
    assert shown["adminform"].form.fields.keys() == {"title", "description", "origin", "licence"}
    data = {"title": "Postcard", "description": "", "method": "grey", "settings": '{"a": 9.0}'}
    workbench.post(page, data | {"_seen": shown["seen"]})
    colorizer.refresh_from_db()
    assert (colorizer.title, colorizer.method, colorizer.settings["a"]) == ("Postcard", "sepia", 3.0)
