"""On every page the next step is in sight, nothing is wider than the window, and codes are not translated."""

import pytest
from playwright.sync_api import Page

from tests.browser.test_checks import FIELDS
from tests.builders import launched_study

pytestmark = pytest.mark.browser

# A phone, a small phone in a language of long words, and a desk at 200 %.
WINDOWS = {"phone": (375, 667, "de"), "small": (320, 568, "fr"), "zoomed": (720, 450, "zh-hans")}
QUICK = {
    "vigilance_share": 0,
    "practice_trials": 1,
    "test_trials": 2,
    "lead_in_ms": 60,
    "exposure_ms": 60,
    "gap_ms": 40,
    "feedback_ms": 60,
}
NEXT = ".actions .button:not(.quiet), .runner-screen .runner-button:not(.quiet), .page > p > .button"
IN_SIGHT = """(next) => {
  const button = document.querySelector(next);
  const { left, top, right, bottom } = button.getBoundingClientRect();
  const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const wide = [document.documentElement, ...document.querySelectorAll(".runner-screen")];
  const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  return [inside && button.contains(there), wide.every((one) => one.scrollWidth <= one.clientWidth)];
}"""


SAID_OF_PROGRESS = """() => [
  document.querySelector(".runner-where").innerText,
  document.querySelector("[role=progressbar]").getAttribute("aria-valuetext"),
]"""


def check(page: Page, name: str) -> None:
    page.locator(NEXT).first.wait_for()
    assert page.evaluate(IN_SIGHT, NEXT) == [True, True], name


@pytest.mark.parametrize("window", list(WINDOWS))
def test_from_the_landing_page_to_the_code(open_page, transactional_db, idle_queue, window):
    width, height, language = WINDOWS[window]
    fields = FIELDS | {"languages": ["en", language], "translations": {}, "eligibility": ""}
    study = launched_study(
        "sight", photos=12, image_px=80, design_settings=QUICK, voiding={"repeat": False},
        **fields | {"screening": FIELDS["screening"] | {"colour_vision": "record"}},
    )  # fmt: skip
    touch = width < 400
    page = open_page(viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch)
    page.goto(f"/s/{study.slug}/?lang={language}")
    check(page, "landing")
    assert page.locator(".languages").get_attribute("translate") == "no"
    page.locator("input[name=consent]").check()
    page.locator("button.begin").click()
    check(page, "display")
    page.locator("[value=go]").click()
    while page.url.endswith("/plate/") or page.locator(".keypad").count():
        check(page, "plate")
        page.locator(".keypad .none input").check(force=True)
        page.locator("button.begin").click()
    said = set()
    for _ in range(300):
        if page.locator("#debrief").count():
            break
        if page.locator(".runner-screen .runner-button:not(.quiet):enabled").count():
            check(page, "instructions")
            page.keyboard.press("Enter")
        elif page.locator(".runner-choice:enabled").count():
            said.add(tuple(page.evaluate(SAID_OF_PROGRESS)))
            page.keyboard.press("f")
        page.wait_for_timeout(60)
    assert {seen for seen, _ in said} == {spoken for _, spoken in said}
    assert SAID[language] <= {spoken for _, spoken in said}
    check(page, "questions")
    page.locator("[value=skip]").click()
    assert page.locator("#completion-code").get_attribute("translate") == "no"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


SAID = {
    "de": {"Übung 1 von 1", "Paar 2 von 2"},
    "fr": {"Entraînement 1 sur 1", "Paire 2 sur 2"},
    "zh-hans": {"练习第 1 题，共 1 题", "第 2 对，共 2 对"},
}
