"""From an empty installation to a live study with a vigilance condition, by mouse and keyboard alone."""

import time
import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from colorizers import tasks
from colorizers.admin import colorizer_form
from colorizers.models import Colorizer, GenerationRun, PhotoImport
from colorizers.services import (
    catalogue,
)
from studies.models import Study
from studies.tasks import prepare_study
from tests.builders import make_photo_set
from tests.colorizers.compact import compact_weights
from tests.conftest import colourful_pixels, png_bytes

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page, client, root, live_server, idle_queue) -> Page:
    """A browser in which the administrator is logged in."""
    client.force_login(root)
    page = open_page(viewport={"width": 1280, "height": 800})
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return page


def test_a_study_with_a_vigilance_condition_is_made_without_a_terminal(page, transactional_db, tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for seed in range(12):
            archive.writestr(f"p{seed}.png", png_bytes(colourful_pixels(seed)))
    page.goto(reverse("admin:index"))
    page.get_by_text("Upload photographs").click()
    page.locator("a[href$='/photoset/add/']").first.click()
    page.get_by_label("Short name").fill("garden")
    page.get_by_role("button", name="Save", exact=True).click()
    # Saved, it stands on the page on which the photos come in.
    page.set_input_files("[name=photographs]", tmp_path / "photos.zip")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    tasks.import_upload(PhotoImport.objects.get().pk)
    page.get_by_role("link", name="Back to the set").click()
    for method in ("sepia", "random"):
        page.locator("a[href='/admin/colorizers/colorizer/']").first.click()
        page.locator("a[href$='/colorizer/add/']").first.click()
        page.locator(f"a[href='?method={method}']").click()
        page.get_by_label("Short name").fill(method)
        if method == "random":
            page.get_by_label("Reference photos").select_option(label="garden")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("was added successfully")).to_be_visible()
    page.locator("a[href='/admin/colorizers/photoset/']").first.click()
    page.get_by_role("link", name="garden").click()
    page.get_by_role("link", name="Colour with…").click()
    for box in page.locator("[name=colorizers]").all():
        box.check()
    page.get_by_role("button", name="Make the missing pictures").click()
    expect(page.get_by_text("2 runs were ordered")).to_be_visible()
    for run in GenerationRun.objects.all():
        catalogue.colorize_here(run)
    page.locator("a[href='/admin/studies/study/']").first.click()
    page.locator("a[href$='/study/add/']").first.click()
    page.get_by_label("Title").first.fill("Garden colours")
    page.get_by_label("Short name").first.fill("garden-colours")
    page.locator("[name=photo_set]").select_option(label="garden")
    page.locator("summary", has_text="Size of the pictures").click()
    for name, text in {
        "image_px": "64", "information": "Pairs.", "consent": "I agree.",
        "design_settings__test_trials": "4", "design_settings__practice_trials": "2",
        "design_settings__vigilance_share": "0.5",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", text)
    for row, (colorizer, kind) in enumerate((("sepia", "test"), ("random", "vigilance"))):
        page.get_by_text("Add another Condition").click()
        page.locator(f"[name=conditions-{row}-colorizer]").select_option(label=colorizer)
        page.locator(f"[name=conditions-{row}-kind]").select_option(kind)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("Ready to be launched")).to_be_visible()
    page.locator("summary", has_text="Launch").click()
    page.get_by_role("button", name="Launch now").click()
    expect(page.locator(".fr-state").first).to_have_text("preparing")
    prepare_study(Study.objects.get().pk)
    expect(page.get_by_text("people finished")).to_be_visible()
    assert set(Study.objects.get().conditions.values_list("slug", "kind")) == {
        ("sepia", "test"),
        ("random", "vigilance"),
    }


def test_registering_shows_that_it_works_and_happens_once(page, transactional_db, tmp_path, monkeypatch):
    tried = []

    def slowly(colorizer, weights):
        tried.append(colorizer.slug)
        time.sleep(1.5)
        return []

    monkeypatch.setattr(colorizer_form, "try_out", slowly)
    page.goto(reverse("admin:colorizers_colorizer_add") + "?method=zhang2016")
    page.get_by_label("Short name").fill("net")
    page.set_input_files("[name=weights]", compact_weights(tmp_path))
    # What a page shows while it is being left is asked of the page itself.
    page.evaluate("""() => new MutationObserver(() => {
      const busy = document.querySelector(".fr-busy");
      const pressed = document.querySelector("[name=_save]").getAttribute("aria-disabled");
      if (busy?.textContent) sessionStorage.setItem("seen", `${pressed}: ${busy.textContent}`);
    }).observe(document.body, { childList: true, subtree: true, characterData: true })""")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    seen = page.evaluate("sessionStorage.getItem('seen')")
    assert seen.startswith("true: The weights are being sent, loaded and tried once.")
    assert tried == ["net"]
    assert Colorizer.objects.count() == 1


def test_no_bar_lies_over_a_row_or_over_what_has_the_focus(page, transactional_db):
    overlap = """() => {
      const bar = document.querySelector("#submit-row, .lg\\\\:sticky.lg\\\\:bottom-0");
      const box = bar.getBoundingClientRect();
      return [...document.querySelectorAll("#content :is(tr, .fr-panel, figure)")].filter((row) => {
        const at = row.getBoundingClientRect();
        return at.height && at.bottom > box.top + 1 && at.top < box.bottom - 1;
      }).length;
    }"""
    for number in range(40):
        Colorizer.objects.create(
            slug=f"c{number}", method="sepia", settings={"a": number}, digest=f"{number}"
        )
    for address in ("admin:colorizers_colorizer_changelist", "admin:colorizers_photoset_changelist"):
        page.goto(reverse(address))
        assert page.evaluate(overlap) == 0
    page.goto(reverse("admin:studies_study_add"))
    for _ in range(30):
        page.keyboard.press("Tab")
        seen = page.evaluate("""() => {
          const on = document.activeElement, bar = document.querySelector("#submit-row");
          if (!on.closest("#study_form")) return true;
          return on.getBoundingClientRect().top < bar.getBoundingClientRect().top;
        }""")
        assert seen


def test_a_file_that_is_no_photo_is_refused_before_it_is_sent(page, transactional_db, tmp_path):
    photo_set = make_photo_set(1)
    page.goto(reverse("admin:colorizers_photoset_import", args=[photo_set.pk]))
    notes = tmp_path / "notes.txt"
    notes.write_text("words")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.set_input_files("[name=photographs]", notes)
    expect(page.get_by_text("Not taken: notes.txt. Only these kinds of files are")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Not taken: notes.txt.")).to_be_visible()
    assert sent == []
    # What the import explains by name is let through.
    photo = tmp_path / "a.png"
    photo.write_bytes(png_bytes(colourful_pixels(3)))
    page.set_input_files("[name=photographs]", photo)
    expect(page.get_by_text("Not taken")).to_be_hidden()


def test_the_form_of_a_study_begins_with_what_must_be_filled_in(page, transactional_db):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(reverse("admin:studies_study_add"))
    tops = {
        name: page.locator(f"[name={name}]").bounding_box()["y"]
        for name in ("title", "slug", "photo_set", "information", "consent")
    }
    conditions = page.get_by_text("Add another Condition").bounding_box()["y"]
    assert max(tops[name] for name in ("title", "slug", "photo_set")) < conditions < 900
    assert conditions < tops["information"] < tops["consent"] < 1300
    # What has a default is folded; a link of the panel opens what it leads to.
    folded = page.locator("[name=screening__colour_vision]")
    expect(folded).to_be_hidden()
    page.locator("summary", has_text="Screening").click()
    expect(folded).to_be_visible()
