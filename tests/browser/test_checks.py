"""From the landing page through the checks and to the thanks: how it looks, and who can use it."""

import pytest
from playwright.sync_api import Page

from studies.models import Participation, ParticipationState
from studies.services import screening
from studies.services.participations import begin_participation
from tests.browser.conftest import AXE
from tests.browser.looks import WIDTHS
from tests.browser.test_pages import TEXTS, finished
from tests.builders import launched_study

pytestmark = pytest.mark.browser

GERMAN = {
    "title": "Welche Farben sind echt?",
    "information": "Ein Computer kann die Farben eines Schwarzweißfotos erraten.",
    "consent": "Die Teilnahme ist freiwillig.",
    "eligibility": "Ich bin 18 Jahre alt oder älter.",
    "thanks": "Danke!",
}
FIELDS = TEXTS | {
    "languages": ["en", "de", "zh-hans"],
    "translations": {"de": GERMAN},
    "eligibility": "I am 18 or older.",
    "screening": {"colour_vision": "require", "plates": 2, "plates_to_pass": 2, "display": "require"},
    "debrief": {"comments": True, "demographics": True},
}


@pytest.fixture
def study(transactional_db, idle_queue):
    return launched_study("checks", photos=12, image_px=80, **FIELDS)


@pytest.fixture(params=list(WIDTHS))
def page(request, browser, live_server):
    size = dict(zip(("width", "height"), WIDTHS[request.param], strict=True))
    context = browser.new_context(base_url=live_server.url, viewport=size, color_scheme="dark")
    page = context.new_page()
    page.look = request.param
    yield page
    context.close()


def check(page: Page, name: str, results) -> None:
    """No violation that axe knows of, nothing wider than the window, from right to left either."""
    results.keep(page, f"{name}-{page.look}", full_page=True)
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run()")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []
    for direction in ("rtl", "ltr"):
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_from_the_landing_page_to_the_first_instructions(page, study, results):
    page.goto(f"/s/{study.slug}/")
    check(page, "landing-languages", results)
    page.get_by_role("link", name="Deutsch").click()
    assert page.locator("html").get_attribute("lang") == "de"
    assert "Welche Farben sind echt?" in page.content()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Beginnen").click()
    page.get_by_role("heading", name="Ihr Bildschirm").wait_for()
    page.locator("[data-fact=refresh]:not(:text-is('–'))").wait_for()
    check(page, "check-display", results)
    page.get_by_role("button", name="Weiter").click()
    participation = Participation.objects.get()
    for number in range(3):
        page.get_by_role("heading", name="Welche Ziffer sehen Sie?").wait_for()
        if number < 2:
            check(page, f"check-plate-{number}", results)
        participation.refresh_from_db()
        page.keyboard.press(screening.current_plate(participation)[1].digit)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.locator(".runner-screen").wait_for()
    results.keep(page, f"instructions-german-{page.look}")
    participation.refresh_from_db()
    assert participation.state == ParticipationState.STARTED
    assert participation.language == "de"
    assert participation.screening["display"]["fits"] is True
    assert participation.screening["display"]["facts"]["dynamic_range"] == "standard"


def test_a_window_that_grows_lets_people_go_on(browser, live_server, study, results):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 160, "height": 100})
    page = context.new_page()
    page.goto(f"/p/{begin_participation(study=study, source='person').code}/")
    page.get_by_text("The pictures do not fit").wait_for()
    assert page.get_by_role("button", name="Continue").is_disabled()
    page.set_viewport_size({"width": 800, "height": 700})
    page.get_by_text("The pictures do not fit").wait_for(state="detached")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Which digit do you see?").wait_for()
    context.close()


def test_the_last_pages(page, study, results):
    participation = finished_after_checks(study)
    page.goto(f"/p/{participation.code}/")
    check(page, "debrief", results)
    page.get_by_label("woman").check()
    page.get_by_role("button", name="Send").click()
    page.locator("#completion-code").wait_for()
    check(page, "thanks", results)
    participation.refresh_from_db()
    assert participation.debrief["gender"] == "woman"


def finished_after_checks(study):
    type(study).objects.filter(pk=study.pk).update(screening={"colour_vision": "off", "display": "off"})
    study.refresh_from_db()
    return finished(study)


def test_the_page_of_who_is_screened_out(page, study, results):
    participation = begin_participation(study=study, source="person")
    participation.state = ParticipationState.SCREENED_OUT
    for reason in ("colour_vision", "touch", "display"):
        participation.screening = {"reason": reason}
        participation.save()
        page.goto(f"/p/{participation.code}/")
        check(page, f"screened-out-{reason}", results)
