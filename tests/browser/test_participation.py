"""From the landing page to the completion code in a real browser, by every way of answering."""

import pytest
from playwright.sync_api import expect

from studies.models import Participation, Response
from tests.browser.playing import DESK, PHONE, TRIALS, WALL, begin, play

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("way", "screen"),
    [("keyboard", DESK), ("mouse", WALL), ("touch", PHONE), ("keyboard", PHONE)],
    ids=["keyboard-desk", "mouse-wall", "touch-phone", "keyboard-phone"],
)
def test_a_whole_participation(open_page, quick_study, results, screen, way):
    allowed = ["clipboard-read", "clipboard-write"]
    page = open_page(**screen | ({"has_touch": True} if way == "touch" else {}), permissions=allowed)
    begin(page, quick_study)
    # Isolated from other origins: the clock is a fine one.
    assert page.evaluate("crossOriginIsolated") is True
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
    results.keep(page, f"thanks-{way}-{screen['viewport']['width']}", full_page=True)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == participation.completion_code


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


def test_a_reload_after_the_photos_began_is_kept_with_the_trial_and_spoils_it(open_page, quick_study):
    page = open_page(**DESK)
    begin(page, quick_study)
    play(page, "keyboard", until=4)
    button = page.locator(".runner-screen .runner-button:not(.quiet)")
    button.or_(page.locator(".runner-choice:enabled")).first.wait_for()
    if button.count():
        page.keyboard.press("Enter")
    page.locator(".runner-choice:enabled").first.wait_for()
    number = Response.objects.count() + 1
    page.reload()
    play(page, "keyboard", until=TRIALS + 1)
    expect(page.locator("#completion-code")).to_be_visible()
    before = dict(Response.objects.values_list("trial__number", "shown_before"))
    assert before == dict.fromkeys(range(1, TRIALS + 1), 0) | {number: 1}
    assert "shown before" in Response.objects.get(trial__number=number).void_reasons
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_reload_between_two_trials_spoils_none(open_page, quick_study):
    page = open_page(**DESK)
    begin(page, quick_study)
    play(page, "keyboard", until=2)
    expect(page.get_by_role("heading", name="Now the test starts")).to_be_visible()
    page.reload()
    play(page, "keyboard", until=TRIALS + 1)
    expect(page.locator("#completion-code")).to_be_visible()
    assert set(Response.objects.values_list("shown_before", flat=True)) == {0}


def test_who_comes_back_to_the_landing_page_goes_on(open_page, quick_study):
    page = open_page(**DESK)
    begin(page, quick_study)
    play(page, "mouse", until=3)
    page.goto(f"/s/{quick_study.slug}/")
    page.get_by_role("link", name="Continue where I stopped").click()
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
