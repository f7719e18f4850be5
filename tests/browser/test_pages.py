"""The pages before and after the trials: how they look, and whether everybody can use them."""

import pytest

from studies.models import Trial
from studies.rules.payloads import Answer
from studies.services.lifecycle import close, pause
from studies.services.participations import begin_participation
from studies.services.responses import record_response
from tests.browser.looks import check, looks
from tests.builders import launched_study, shown_as_planned

pytestmark = pytest.mark.browser

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


@pytest.fixture
def page(browser, live_server):
    context = browser.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def test_the_landing_page(page, study, results):
    for look in looks(page):
        page.goto(f"/s/{study.slug}/")
        check(page, f"landing-{look}", results)


def test_the_last_page(page, study, results):
    code = finished(study).code
    for look in looks(page):
        page.goto(f"/p/{code}/")
        check(page, f"last-{look}", results)


def test_a_study_that_takes_nobody(page, study, results):
    for state, change in (("paused", pause), ("closed", close)):
        change(study=study)
        for look in looks(page):
            page.goto(f"/s/{study.slug}/")
            check(page, f"{state}-{look}", results)


def test_an_address_that_leads_nowhere(page, study, results):
    for look in looks(page):
        page.goto("/s/no-such-study/")
        check(page, f"nowhere-{look}", results)


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


def test_a_trial_as_it_looks(page, study, results):
    for look in looks(page):
        page.goto(f"/p/{begin_participation(study=study, source='person').code}/")
        for step in range(3):
            page.locator(".runner-screen .runner-button:not(.quiet):enabled").wait_for()
            results.keep(page, f"instructions-{step}-{look}")
            page.keyboard.press("Enter")
            page.wait_for_timeout(150)
        page.locator(".runner-choice:enabled").first.wait_for()
        results.keep(page, f"answer-{look}")
        page.keyboard.press("ArrowLeft")
        page.locator(".runner-verdict").wait_for()
        results.keep(page, f"feedback-{look}")
