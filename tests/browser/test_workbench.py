"""The workbench's own pages under the admin theme's scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from colorizers.models import PhotoSet
from tests.colorizers.compact import compact_weights
from tests.conftest import colourful_pixels, png_bytes

pytestmark = pytest.mark.browser


def test_a_chosen_file_leaves_the_other_fields_of_the_import_as_they_were(
    browser: Browser, live_server, client, root, tmp_path
):
    garden = PhotoSet.objects.create(name="garden")
    client.force_login(root)
    photo = tmp_path / "rose.png"
    photo.write_bytes(png_bytes(colourful_pixels(1)))
    context = browser.new_context()
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(live_server.url + reverse("admin:colorizers_photoset_import", args=[garden.pk]))
    page.set_input_files("[name=photographs]", photo)
    values = {name: page.input_value(f"[name={name}]") for name in ("licence", "author", "source")}
    assert values == {"licence": "", "author": "", "source": ""}
    assert page.evaluate("document.querySelector('[name=photographs]').files[0].name") == "rose.png"
    assert faults == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_refused_weights_leave_what_was_typed_and_fit_a_narrow_screen(
    scheme, browser: Browser, live_server, client, root, tmp_path, results
):
    client.force_login(root)
    context = browser.new_context(viewport={"width": 375, "height": 800}, color_scheme=scheme)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(live_server.url + reverse("admin:colorizers_colorizer_add"))
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.click("text=Eight VGG-like blocks")
    page.fill("[name=slug]", "net")
    page.fill("[name=setting_input_px]", "192")
    page.select_option("[name=variant]", "l2")
    page.set_input_files("[name=weights]", compact_weights(tmp_path))
    page.click("[name=_save]")
    page.wait_for_selector("text=unexpected: model_out.weight", timeout=120_000)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    # What was refused is seen at once, and one press leads to the field.
    refusals = page.locator(".fr-refusals")
    page.wait_for_function("document.activeElement.matches('.fr-refusals')")
    assert "expected was zhang2016 (l2)" in refusals.inner_text()
    box = refusals.bounding_box()
    assert 0 <= box["y"] < 600
    refusals.get_by_role("link", name="Weights").click()
    assert page.evaluate("document.activeElement.name") == "weights"
    kept = {name: page.input_value(f"[name={name}]") for name in ("slug", "setting_input_px", "variant")}
    assert kept == {"slug": "net", "setting_input_px": "192", "variant": "l2"}
    results.keep(page, f"colorizer-refused-{scheme}", full_page=True)
    context.close()
