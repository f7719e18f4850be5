"""From the landing page to the completion code in a real browser, by every way of answering."""

import pytest
from playwright.sync_api import Page, expect

from studies.models import Participation, Response

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
TRIALS = 2 + 6 + 1


@pytest.fixture
def open_page(browser, live_server):
    """A page of its own kind; what it complains about fails the test."""
    contexts, complaints = [], []

    def make(**kind) -> Page:
        context = browser.new_context(base_url=live_server.url, **kind)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda entry: entry.type == "error" and complaints.append(entry.text))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def begin(page: Page, study) -> None:
    page.goto(f"/s/{study.slug}/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Begin").click()


def press_on(page: Page, way: str) -> None:
    """One step on: the next page of a screen, or an answer, in the way asked for."""
    button = page.locator(".runner-screen .runner-button:not(.quiet):enabled")
    choice = page.locator(".runner-choice:enabled")
    button.or_(choice).or_(page.locator("#completion-code")).first.wait_for()
    if button.count():
        if way == "keyboard":
            page.keyboard.press("Enter")
        elif way == "touch":
            button.first.tap()
        else:
            button.first.click()
    elif choice.count():
        if way == "keyboard":
            page.keyboard.press("ArrowLeft")
        elif way == "touch":
            choice.first.tap()
        else:
            choice.first.click()


def play(page: Page, way: str, *, until: int = TRIALS) -> None:
    """Go on until so many answers are in, or the completion code is there."""
    for _ in range(200):
        if page.locator("#completion-code").count() or Response.objects.count() >= until:
            return
        press_on(page, way)
        page.wait_for_timeout(60)
    raise AssertionError("the participation does not end")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("way", ["keyboard", "mouse", "touch"])
def test_a_whole_participation(open_page, quick_study, results, screen, way):
    page = open_page(**screen | ({"has_touch": True} if way == "touch" else {}))
    begin(page, quick_study)
    play(page, way, until=TRIALS + 1)
    expect(page.locator("#completion-code")).to_be_visible()
    participation = Participation.objects.get()
    assert participation.state == "finished"
    assert page.locator("#completion-code").inner_text() == participation.completion_code
    answers = Response.objects.order_by("trial__number")
    assert len(answers) == TRIALS
    assert {answer.input for answer in answers} == {way}
    assert all(answer.answer and answer.rt_ms > 0 for answer in answers)
    assert all(len(answer.frames) == 2 for answer in answers)
    assert participation.device[0]["viewport"][0] == screen["viewport"]["width"]
    page.screenshot(path=results / f"thanks-{way}-{screen['viewport']['width']}.png", full_page=True)


def test_a_reload_in_the_middle_goes_on_where_it_was(open_page, quick_study):
    page = open_page(**DESK)
    begin(page, quick_study)
    play(page, "keyboard", until=4)
    page.wait_for_timeout(300)
    before = Response.objects.count()
    page.reload()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    play(page, "keyboard", until=TRIALS + 1)
    expect(page.locator("#completion-code")).to_be_visible()
    assert TRIALS > before >= 4
    assert Response.objects.count() == TRIALS
    assert len(Participation.objects.get().device) == 2


def test_who_comes_back_to_the_landing_page_goes_on(open_page, quick_study):
    page = open_page(**DESK)
    begin(page, quick_study)
    play(page, "mouse", until=3)
    page.goto(f"/s/{quick_study.slug}/")
    page.get_by_role("link", name="Go on where I stopped").click()
    play(page, "mouse", until=TRIALS + 1)
    expect(page.locator("#completion-code")).to_be_visible()
    page.goto(f"/s/{quick_study.slug}/")
    expect(page.get_by_text("You have taken part already")).to_be_visible()
    assert Participation.objects.count() == 1


def test_consent_is_needed(browser, live_server, quick_study):
    page = browser.new_page(base_url=live_server.url, **DESK)
    page.goto(f"/s/{quick_study.slug}/")
    page.evaluate("document.querySelector('form').noValidate = true")
    with page.expect_response("**/begin/") as reply:
        page.get_by_role("button", name="Begin").click()
    assert reply.value.status == 400
    expect(page.get_by_text("Tick the box if you agree")).to_be_visible()
    page.close()
    assert not Participation.objects.exists()


def test_the_code_can_be_copied(open_page, quick_study):
    page = open_page(**DESK, permissions=["clipboard-read", "clipboard-write"])
    begin(page, quick_study)
    play(page, "mouse", until=TRIALS + 1)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    code = page.locator("#completion-code").inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_the_page_is_isolated_from_other_origins(open_page, quick_study):
    page = open_page(**DESK)
    begin(page, quick_study)
    assert page.evaluate("crossOriginIsolated") is True
