"""The gallery of photographs without colour in a real browser: narrow and wide, light and dark."""

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Browser, Page

from colorizers.models import Photo, PhotoSet
from colorizers.pictures import images
from colorizers.services import (
    registering,
)
from tests.builders import fill_catalogue
from tests.conftest import colourful_pixels, png_bytes

pytestmark = pytest.mark.browser
SHOWN = "getComputedStyle(document.querySelector('.wipe .over')).clipPath"


@pytest.fixture
def gallery(transactional_db, idle_queue) -> PhotoSet:
    made = PhotoSet.objects.create(name="history", title="Predict the history", is_monochrome=True)
    for seed, (width, height) in enumerate([(640, 440), (360, 560)]):
        pixels = np.repeat(colourful_pixels(seed, width=width, height=height)[..., :1], 3, axis=-1)
        photo = Photo(
            digest=images.pixel_digest(pixels), source_digest=str(seed), name=f"{seed}.png", width=width,
            height=height, mean_chroma=0, is_monochrome=True, title=f"A street, number {seed}",
            author="L. Hine", year="1908", licence="Public Domain", source="https://a.org/" + "long" * 30,
        )  # fmt: skip
        photo.file.save(photo.name, ContentFile(png_bytes(pixels)), save=False)
        photo.save()
        made.photos.add(photo)
    for chroma in (8.0, 20.0, 40.0):
        colorizer = registering.register_colorizer(
            slug=f"sepia-{chroma:g}", method="sepia", settings={"b": chroma}, title=f"Sepia of {chroma:g}"
        )
        fill_catalogue(made, colorizer)
    return made


def page_of(browser: Browser, live_server, client, width: int, scheme: str) -> tuple[Page, list[str]]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    return page, faults


@pytest.mark.parametrize(("width", "columns"), [(375, 1), (1440, 2)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_photo_is_large_and_nothing_is_wider_than_the_page(
    browser, live_server, client, root, gallery, results, width, columns, scheme
):
    client.force_login(root)
    page, faults = page_of(browser, live_server, client, width, scheme)
    page.goto(live_server.url + reverse("colorizers:catalogue", args=["history"]))
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    lefts = page.evaluate(
        "new Set([...document.querySelector('.guesses').children]"
        ".map(guess => guess.getBoundingClientRect().left)).size"
    )
    assert lefts == columns
    assert page.evaluate("document.querySelector('.guess img').getBoundingClientRect().width") > 300
    results.keep(page, f"gallery-{width}-{scheme}", full_page=True)
    assert faults == []
    page.context.close()


def test_one_slider_draws_the_colours_of_a_photo_over_its_grey(browser, live_server, client, root, gallery):
    client.force_login(root)
    page, faults = page_of(browser, live_server, client, 1000, "light")
    page.goto(live_server.url + reverse("colorizers:catalogue", args=["history"]))
    assert page.evaluate(SHOWN) in ("inset(0px)", "inset(0px 0% 0px 0px)", "inset(0px calc(0%) 0px 0px)")
    page.focus(".wiper input")
    page.keyboard.press("Home")
    assert "100%" in page.evaluate(SHOWN)
    assert faults == []
    page.context.close()
