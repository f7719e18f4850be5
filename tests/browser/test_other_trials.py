"""Trials of other kinds than the pair test's: a scale, six pictures at once, a question after the answer."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studies import designs
from studies.models import Response, Study
from studies.services.participations import begin_participation
from tests.browser.conftest import QUICK
from tests.browser.looks import looks
from tests.browser.playing import DESK, PHONE
from tests.browser.test_runner_pages import SLOTS, check, screen
from tests.builders import launched_study

pytestmark = pytest.mark.browser

TRIALS = 3
BUTTONS = ".runner-choice"


@pytest.fixture
def looking(transactional_db, idle_queue, monkeypatch):
    """A live study of the design in made_up/, whose trials are of the kind that is asked for."""
    monkeypatch.setattr(designs, "__path__", [*designs.__path__, str(Path(__file__).parent / "made_up")])

    def study(kind: str, **settings) -> Study:
        made = launched_study(
            "looking", photos=12, image_px=80, design_settings=QUICK, voiding={"repeat": False}
        )
        few = {"practice_trials": 1, "test_trials": 2, "vigilance_share": 0, "feedback_ms": 600}
        changes = {"design": "looking", "design_settings": QUICK | few | settings | {"kind": kind}}
        Study.objects.filter(pk=made.pk).update(**changes)
        made.refresh_from_db()
        return made

    return study


def begin(page: Page, study: Study) -> None:
    page.goto(f"/p/{begin_participation(study=study, source='person').code}/")
    screen(page, "What to do")


def go_on(page: Page) -> None:
    """Past a screen of words to the next trial."""
    page.locator(".runner-screen .runner-button:not(.quiet)").click()
    page.locator(f"{BUTTONS}:enabled").first.wait_for()


def shown(page: Page) -> list[str]:
    """What stands on the buttons that can be pressed."""
    return page.locator(f"{BUTTONS}:enabled").evaluate_all(
        "all => all.filter(one => getComputedStyle(one).visibility === 'visible')"
        ".map(one => one.querySelector('.runner-label').textContent)"
    )


def looked_at(page: Page, name: str, results) -> None:
    """In every look: all of it in sight, every picture on whole device pixels, no two over each other."""
    for look in looks(page):
        page.wait_for_timeout(60)
        results.keep(page, f"{name}-{look}")
        tall, wide = page.evaluate("[innerHeight, innerWidth]")
        for button in page.locator(f"{BUTTONS}:visible").all():
            box = button.bounding_box()
            assert 0 <= box["x"] <= wide + 4 - box["width"]
            assert 0 <= box["y"] <= tall + 4 - box["height"]
            assert min(box["width"], box["height"]) >= 24
        corners = set()
        for left, top, x, y, size, pixels in page.evaluate(SLOTS):
            assert all(abs(edge - round(edge)) < 0.02 for edge in (left, top, x, y, size))
            assert round(size) % pixels == 0
            corners.add((round(left), round(top)))
        assert len(corners) == page.locator(".runner-slot").count()
        check(page)


def test_one_picture_on_a_scale_of_five_by_key_and_press_and_the_thanks_after_each(
    open_page, looking, results
):
    page = open_page(**DESK)
    begin(page, looking("scale"))
    results.keep(page, "scale-words")
    expect(page.get_by_text("First comes one picture for practice. It does not count.")).to_be_visible()
    go_on(page)
    assert shown(page) == ["1", "2", "3", "4", "5"]
    expect(page.get_by_text("Very unnatural")).to_be_visible()
    expect(page.get_by_role("button", name="5: Very natural")).to_be_visible()
    expect(page.locator(".runner-where")).to_have_text("Practice 1 of 1")
    looked_at(page, "scale", results)
    page.keyboard.press("4")
    # Nothing is right or wrong: a word without a mark, and what the picture was.
    expect(page.locator(".runner-verdict")).to_have_text("Thank you")
    expect(page.locator(".runner-verdict")).not_to_have_class(re.compile("right|wrong"))
    expect(page.locator(".runner-caption")).to_have_text("Invented colours")
    screen(page, "Now the test starts")
    go_on(page)
    expect(page.locator(".runner-where")).to_have_text("Picture 1 of 2")
    page.get_by_role("button", name="1: Very unnatural").click()
    # After a trial of the test, too, though the next one is planned already.
    expect(page.locator(".runner-verdict")).to_have_text("Thank you")
    expect(page.locator(".runner-where")).to_have_text("Picture 2 of 2")
    page.locator(f"{BUTTONS}:enabled").first.wait_for()
    page.keyboard.press("5")
    page.locator("#completion-code").wait_for()
    answers = Response.objects.order_by("trial__number").values_list("answer", "input", "layout", "more")
    assert list(answers) == [
        ("4", "keyboard", "single", []), ("1", "mouse", "single", []), ("5", "keyboard", "single", []),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [PHONE, DESK], ids=["phone", "desk"])
def test_the_best_and_the_worst_of_six_pictures_that_stay_until_both_are_chosen(
    open_page, looking, results, kind
):
    page = open_page(**kind)
    begin(page, looking("best and worst"))
    go_on(page)
    expect(page.locator(".runner-prompt")).to_have_text("Which picture looks most natural?")
    assert page.locator(".runner-picture:visible").count() == 6
    looked_at(page, f"six-{kind['viewport']['width']}", results)
    page.set_viewport_size(kind["viewport"])
    page.locator(BUTTONS).nth(0).wait_for()
    first = page.locator(".runner-slot").nth(3).locator(f"{BUTTONS}:enabled").first
    first.tap() if "has_touch" in kind else page.keyboard.press("4")
    expect(page.locator(".runner-prompt")).to_have_text("Which picture looks least natural?")
    assert page.locator(".runner-picture:visible").count() == 6
    # The best one is marked, and cannot be the worst.
    expect(page.locator(f"{BUTTONS}.chosen:visible")).to_have_count(1)
    assert shown(page) == ["1", "2", "3", "5", "6"]
    results.keep(page, f"six-worst-{kind['viewport']['width']}")
    page.keyboard.press("4")
    page.wait_for_timeout(80)
    assert not Response.objects.exists()
    page.keyboard.press("2")
    screen(page, "Now the test starts")
    # Without feedback nobody waits for the server.
    for _ in range(200):
        if Response.objects.exists():
            break
        page.wait_for_timeout(50)
    response = Response.objects.get()
    assert (response.answer, response.layout) == ("4", "grid" if kind == PHONE else "row")
    (worst,) = response.more
    assert (worst["name"], worst["answer"]) == ("worst", "2")
    assert worst["rt_ms"] > 80
    (frame,) = response.frames
    assert frame["offset_now"] - frame["onset_now"] >= response.rt_ms + worst["rt_ms"]


def test_a_tie_and_how_sure_one_is_and_no_limit_for_the_second_question(open_page, looking, results):
    page = open_page(**DESK)
    begin(page, looking("confidence", answer_limit_ms=2500))
    go_on(page)
    assert shown(page) == ["Left", "Right", "Both alike"]
    results.keep(page, "tie-1440")
    page.keyboard.press("s")
    expect(page.locator(".runner-prompt")).to_have_text("How sure are you?")
    assert shown(page) == ["I guessed", "Not so sure", "Fairly sure", "Certain"]
    looked_at(page, "sure", results)
    page.wait_for_timeout(2600)
    page.keyboard.press("3")
    screen(page, "Now the test starts")
    go_on(page)
    page.get_by_role("button", name="Right").click()
    page.get_by_role("button", name="Certain").click()
    # No answer in time: then nobody is asked how sure they are.
    expect(page.locator(".runner-prompt")).to_have_text("Time is up. On to the next one.")
    page.locator("#completion-code").wait_for()
    answers = list(Response.objects.order_by("trial__number").values_list("answer", "more"))
    assert [(answer, [one["answer"] for one in more]) for answer, more in answers] == [
        ("same", ["fairly"]), ("right", ["certain"]), ("", []),
    ]  # fmt: skip
    assert answers[0][1][0]["rt_ms"] > 2500
