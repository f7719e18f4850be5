"""The pages before and after the trials: how they look, and whether everybody can use them."""

import pytest
from playwright.sync_api import Page

from studies.models import Trial
from studies.rules.payloads import Answer
from studies.services.lifecycle import close, pause
from studies.services.participations import begin_participation
from studies.services.responses import record_response
from tests.browser.conftest import AXE
from tests.builders import launched_study, shown_as_planned

pytestmark = pytest.mark.browser

WIDTHS = {"phone": (375, 667), "desk": (1440, 900)}
TEXTS = {
    "title": "Which photograph has its real colours?",
    "information": (
        "A computer can guess the colours of a black-and-white photograph. We want to know how often "
        "people take its guess for the real thing.\n\n"
        "You will see pairs of the same photograph: once with its real colours and once with colours that "
        "a computer invented. Your answers are stored without your name; we keep what you chose, how "
        "long it took, and the size of your screen."
    ),
    "consent": (
        "Taking part is voluntary. You may stop at any time by closing the page, and nothing follows from it."
    ),
    "contact": "Ada Lovelace, ada@example.org",
    "thanks": "With your answers we learn which colours people believe.",
}


@pytest.fixture
def study(transactional_db, idle_queue):
    return launched_study("pages", photos=12, image_px=80, **TEXTS)


def finished(study):
    participation = begin_participation(study=study, source="person")
    for number, trial in enumerate(Trial.objects.filter(participation=participation).order_by("number")):
        side = trial.key if number % 3 else "left"
        answer = Answer(
            answer=side, rt_ms=900.0, input="mouse", refresh_ms=16.7, layout="row", events=[],
            frames=shown_as_planned(trial.spec["frames"]),
            runner="1",
        )  # fmt: skip
        record_response(trial=trial, answer=answer)
    return participation


@pytest.fixture(params=["phone", "desk"])
def width(request) -> str:
    return request.param


@pytest.fixture(params=["light", "dark"])
def page(request, browser, live_server, width):
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = browser.new_context(base_url=live_server.url, viewport=size, color_scheme=request.param)
    page = context.new_page()
    page.look = f"{width}-{request.param}"
    yield page
    context.close()


def check(page: Page, name: str, results) -> None:
    """No violation that axe knows of, nothing wider than the window; and a picture for people to look at."""
    page.screenshot(path=results / f"{name}-{page.look}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run()")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []


def test_the_landing_page(page, study, results):
    page.goto(f"/s/{study.slug}/")
    check(page, "landing", results)


def test_the_last_page(page, study, results):
    page.goto(f"/p/{finished(study).code}/")
    check(page, "last", results)


def test_a_study_that_takes_nobody(page, study, results):
    pause(study=study)
    page.goto(f"/s/{study.slug}/")
    check(page, "paused", results)
    close(study=study)
    page.goto(f"/s/{study.slug}/")
    check(page, "closed", results)


def test_an_address_that_leads_nowhere(page, study, results):
    page.goto("/s/no-such-study/")
    check(page, "nowhere", results)


def test_the_landing_page_works_without_scripts(browser, live_server, study, results):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/s/{study.slug}/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Begin").click()
    assert "/p/" in page.url
    # Chromium hides noscript even when a test forbids scripts.
    assert "allow JavaScript" in page.content()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_trial_as_it_looks(browser, live_server, study, results, width, scheme):
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = browser.new_context(base_url=live_server.url, viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"/p/{begin_participation(study=study, source='person').code}/")
    for step in range(3):
        page.locator(".runner-screen .runner-button:not(.quiet):enabled").wait_for()
        page.screenshot(path=results / f"instructions-{step}-{width}-{scheme}.png")
        page.keyboard.press("Enter")
        page.wait_for_timeout(150)
    page.locator(".runner-choice:enabled").first.wait_for()
    page.screenshot(path=results / f"answer-{width}-{scheme}.png")
    page.keyboard.press("ArrowLeft")
    page.locator(".runner-verdict").wait_for()
    page.screenshot(path=results / f"feedback-{width}-{scheme}.png")
    context.close()
