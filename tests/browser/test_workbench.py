"""The workbench's own pages under the admin theme's scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from colorizers.models import PhotoSet
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
