"""The workbench in the words of its readers: labels, not keys; and nothing said that is not so."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from studies.admin.labels import labels_of
from tests import as_browser, builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_root(client, root):
    client.force_login(root)
    return client


def page_of(study):
    return reverse("admin:studies_study_change", args=[study.pk])


def test_the_panel_of_a_draft_names_labels_and_no_keys(by_root):
    study = builders.make_study(
        catalogue=False, photos=2, image_px=96, participant_quota=0,
        design_settings={"exposure_ms": 1, "vigilance_share": 3},
        exclusion_rules={"vigilance_pass": 3, "rt_min_ms": 9, "rt_max_ms": 8},
        voiding={"most_repeats": -1}, screening={"plates": 99},
    )  # fmt: skip
    page = by_root.get(page_of(study))
    shown = [finding["text"] for finding in page.context["panel"]["readiness"]["problems"]]
    text = " ".join(shown)
    assert "Strict view: “Fastest answer (ms)” must be below “Slowest answer (ms)”" in text
    assert "Screening: “Plates” must" in text
    assert "Lower “Side of the pictures (px)”" in text
    assert [key for key in labels_of(study) if "_" in key and key in text] == []


def test_a_launched_study_is_shown_by_its_labels(by_root):
    study = builders.launched_study()
    text = re.sub(r"<[^>]*>", " ", by_root.get(page_of(study)).content.decode().split("<main")[-1])
    assert "Repeat spoiled trials yes" in re.sub(r"\s+", " ", text)
    assert [key for key in labels_of(study) if "_" in key and re.search(rf"\b{key}\b", text)] == []


def test_a_launched_study_offers_to_save_what_can_be_saved_and_says_if_that_was_nothing(by_root, ben):
    study = builders.launched_study()
    page = by_root.get(page_of(study)).content.decode()
    assert "Save who sees the study" in page
    assert as_browser.form_with(page, "_save").names().isdisjoint({"title", "image_px"})
    assert 'name="_continue"' not in page
    for typed, words in (({}, "Nothing was changed."), ({"researchers": [ben.pk]}, "changed successfully")):
        reply = as_browser.submit(by_root, page_of(study), **typed)
        assert [words in str(message) for message in get_messages(reply.wsgi_request)] == [True]


@pytest.mark.parametrize("kind", ["photoset", "colorizer", "study"])
def test_a_name_that_is_taken_is_refused_by_the_label_of_its_field(by_root, kind):
    study = builders.make_study(catalogue=False, photos=2)
    address, name, typed = {
        "photoset": ("colorizers_photoset_add", "name", {"name": "meadow"}),
        "colorizer": ("colorizers_colorizer_add", "slug", {"slug": "sepia"}),
        "study": (
            "studies_study_add", "slug",
            {"title": "T", "slug": study.slug, "photo_set": study.photo_set_id, "information": "I",
             "consent": "C"},
        ),
    }[kind]  # fmt: skip
    where = reverse(f"admin:{address}") + ("?method=sepia" if kind == "colorizer" else "")
    reply = as_browser.submit(by_root, where, **typed)
    form = reply.context["adminform"].form
    assert form.errors.keys() == {name}
    assert f"has this “{form[name].label}” already" in form.errors[name][0]
    assert "Slug" not in str(form.errors)


def test_two_conditions_of_one_name_are_refused_by_the_label(by_root):
    study = builders.make_study(catalogue=False, photos=2, vigilance=False)
    reply = as_browser.submit(by_root, page_of(study), **{"conditions-1-slug": "sepia"})
    formset = reply.context["inline_admin_formsets"][0].formset
    assert "Two conditions have the same short name" in str(formset.non_form_errors())


@pytest.mark.parametrize("name", ["colorizers_photoset", "colorizers_colorizer", "studies_study"])
def test_what_a_form_asks_for_is_on_its_page(by_root, name):
    address = reverse(f"admin:{name}_add") + ("?method=sepia" if name == "colorizers_colorizer" else "")
    page = by_root.get(address)
    shown = as_browser.form_with(page.content.decode(), "_save").names()
    asked = page.context["adminform"].form.fields
    # A tick box that is off and a choice of none are not in the form of the page, but their names are.
    assert set(asked) <= shown
