"""Finished pictures come in by mouse: dropped or chosen, looked at and kept, also without JavaScript."""

import numpy as np
import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from colorizers import tasks
from colorizers.models import Colorization, PictureImport
from tests.browser.conftest import AXE
from tests.browser.looks import looks
from tests.builders import make_photo_set
from tests.conftest import colourful_pixels, png_bytes

pytestmark = pytest.mark.browser

# As a browser has it when a person lets files go over the page.
DROP = """([names, bytes]) => {
  const transfer = new DataTransfer();
  for (const name of names) transfer.items.add(new File([new Uint8Array(bytes[name])], name));
  const box = document.querySelector(".fr-drop");
  for (const kind of ["dragover", "drop"]) {
    box.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def check(page, name, results):
    """Nothing wider than the window, and no violation that axe knows of in what is ours, not the theme's."""
    results.keep(page, name, full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), name
    page.evaluate(AXE.read_text())
    found = page.evaluate("(tags) => axe.run('.fr-panel', { runOnly: tags })", WCAG)["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.fixture
def meadow(transactional_db, idle_queue):
    return make_photo_set(4, width=300, height=220)


@pytest.fixture
def pictures(tmp_path):
    """A folder with three of four pictures, and one of a photo that is not there."""
    folder = tmp_path / "ours"
    folder.mkdir()
    for seed, name in enumerate(["photo-000.png", "photo-001.png", "photo-002.png", "dog.png"]):
        turned = np.ascontiguousarray(colourful_pixels(seed, width=300, height=220)[..., ::-1])
        (folder / name).write_bytes(png_bytes(turned))
    return folder


@pytest.fixture
def entered(open_page, client, root, live_server):
    def enter(**kind) -> Page:
        client.force_login(root)
        page = open_page(**kind)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])
        return page

    return enter


def test_a_chosen_folder_is_looked_at_and_what_fits_is_kept(entered, meadow, pictures, results):
    page = entered(viewport={"width": 1280, "height": 800})
    page.goto(reverse("admin:colorizers_pictureimport_add") + f"?set={meadow.pk}")
    page.get_by_label("Short name of the colorizer").fill("ours")
    page.set_input_files("#id_folder", pictures)
    expect(page.get_by_text("4 files,")).to_be_visible()
    for name in looks(page):
        check(page, f"pictures-form-{name}", results)
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    tasks.look_at_pictures(PictureImport.objects.get().pk)
    expect(page.get_by_text("Nothing is kept yet: 2 files or photos stand against it")).to_be_visible()
    for name in looks(page):
        check(page, f"pictures-report-{name}", results)
    page.get_by_role("button", name="Keep the 3 that fit").click()
    expect(page.get_by_text("3 pictures by ours are in the catalogue.")).to_be_visible()
    assert Colorization.objects.count() == 3
    page.get_by_role("link", name="See them in the catalogue").click()
    expect(page.get_by_text("sharpness").first).to_be_visible()
    for name in looks(page):
        results.keep(page, f"pictures-catalogue-{name}", full_page=True)


def test_dropped_files_are_chosen_and_a_refusal_leaves_what_was_typed(entered, meadow, pictures):
    page = entered(viewport={"width": 375, "height": 800})
    page.goto(reverse("admin:colorizers_pictureimport_add") + f"?set={meadow.pk}")
    names = ["photo-000.png", "photo-001.png"]
    page.evaluate(DROP, [names, {name: list((pictures / name).read_bytes()) for name in names}])
    expect(page.get_by_text("2 files,")).to_be_visible()
    page.get_by_label("Short name of the colorizer").fill("Our Model")
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_text("Use small letters, digits")).to_be_visible()
    page.get_by_label("Short name of the colorizer").fill("our-model")
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    tasks.look_at_pictures(PictureImport.objects.get().pk)
    assert PictureImport.objects.get().counts()["fits"] == 2


def test_without_javascript_a_plain_file_field_does(entered, meadow, pictures):
    page = entered(java_script_enabled=False)
    page.goto(reverse("admin:colorizers_pictureimport_add") + f"?set={meadow.pk}")
    page.get_by_label("Short name of the colorizer").fill("ours")
    page.set_input_files("#id_pictures", sorted(pictures.iterdir()))
    page.get_by_role("button", name="Look at them").click()
    tasks.look_at_pictures(PictureImport.objects.get().pk)
    page.reload()
    page.get_by_role("button", name="Keep the 3 that fit").click()
    assert Colorization.objects.count() == 3
