"""Takes part as a person does: one press after the other, by keyboard, mouse or touch."""

from playwright.sync_api import Locator, Page

from studies.models import Response

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
WALL = {"viewport": {"width": 3840, "height": 2160}}
# Practice, test and vigilance of the quick study.
TRIALS = 2 + 6 + 1


def begin(page: Page, study) -> None:
    page.goto(f"/s/{study.slug}/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Begin").click()


def offered(page: Page) -> tuple[Locator, Locator]:
    """The button and the answers that can be pressed, as soon as there is one, or the end."""
    button = page.locator(".runner-screen .runner-button:not(.quiet):enabled")
    choice = page.locator(".runner-choice:enabled")
    button.or_(choice).or_(page.locator("#completion-code")).first.wait_for()
    return button, choice


def press_on(page: Page, way: str) -> None:
    """One step on: the next page of a screen, or an answer, in the way asked for."""
    button, choice = offered(page)
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
        # What is told after an answer waits for the server, so that the answer is counted by then.
        offered(page)
        if Response.objects.count() >= until:
            return
        press_on(page, way)
        page.wait_for_timeout(60)
    raise AssertionError("the participation does not end")


def play_to_the_end(page: Page, way: str) -> None:
    """Go on until the completion code is there."""
    play(page, way, until=10_000)
    page.locator("#completion-code").wait_for()
