"""The panel above a study's form: a question that opens moves no button and stays on the screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.playing import DESK, PHONE
from tests.builders import launched_study

pytestmark = pytest.mark.browser

PLACES = "[...document.querySelectorAll('.fr-actions > *')].map((e) => [e.offsetLeft, e.offsetTop])"


@pytest.mark.parametrize("kind", [DESK, PHONE], ids=["desk", "phone"])
def test_asking_once_more_moves_no_button_and_stays_on_the_screen(
    browser, live_server, transactional_db, idle_queue, ada, kind
):
    study = launched_study(owner=ada)
    page = browser.new_page(base_url=live_server.url, **kind)
    address = f"/admin/studies/study/{study.pk}/change/"
    page.goto(f"/admin/login/?next={address}")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("engine-no-1")
    page.keyboard.press("Enter")
    button = page.locator(".fr-confirm summary")
    button.wait_for()
    before = page.evaluate(PLACES)
    button.click()
    form = page.locator(".fr-confirm form")
    expect(form).to_be_visible()
    assert page.evaluate(PLACES) == before
    box = form.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= kind["viewport"]["width"]
    page.close()
