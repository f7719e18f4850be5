"""The runner's pages and stage: for everybody, without a pixel resampled, and nothing moves."""

import pytest
from playwright.sync_api import Page, expect

from studies.models import Participation, Response, Trial
from studies.services.participations import begin_participation
from tests.browser.conftest import AXE, QUICK
from tests.browser.playing import DESK, PHONE, TRIALS, begin, play, play_to_the_end, press_on
from tests.builders import launched_study

pytestmark = pytest.mark.browser

CAPTIONS = ".course-step > span:not(.course-stage)"
INSTRUCTIONS = ["Spot the fake colours", "Look closely, it is quick", "How to choose"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Of every slot: its corner and its picture in device pixels, and the picture's own pixels.
SLOTS = """() => [...document.querySelectorAll('.runner-slot')].map((slot) => {
  const picture = slot.querySelector('canvas');
  const [box, face] = [slot, picture].map((element) => element.getBoundingClientRect());
  const ratio = window.devicePixelRatio;
  const edges = [box.left, box.top, face.left, face.top, face.width];
  return [...edges.map((edge) => edge * ratio), picture.width];
})"""
PHOTO_IS_ON = "() => [...document.querySelectorAll('canvas')].some((c) => c.style.visibility === 'visible')"
# A hundredth of a millisecond, to which the style sheet cuts every transition, is none.
ANY_MOTION = """setInterval(() => {
  const moves = (animation) => animation.effect.getComputedTiming().activeDuration > 1;
  if (document.getAnimations().some(moves)) sessionStorage.motion = 'seen';
}, 20)"""
RIGHT_TO_LEFT = (
    "document.addEventListener('DOMContentLoaded', () => { document.documentElement.dir = 'rtl' })"
)


def check(page: Page) -> None:
    """No violation of WCAG 2.2 AA that axe knows of."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("(tags) => axe.run({ runOnly: tags })", WCAG)
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []


def screen(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=15_000)


def turn_to(page: Page, title: str) -> None:
    """Through the instructions to the page with this title."""
    for earlier in INSTRUCTIONS[: INSTRUCTIONS.index(title)]:
        screen(page, earlier)
        page.keyboard.press("Enter")
    screen(page, title)


@pytest.mark.parametrize("kind", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_on_the_way_is_accessible(open_page, quick_study, results, kind):
    page = open_page(**kind)
    page.goto(f"/s/{quick_study.slug}/")
    check(page)
    begin(page, quick_study)
    width = kind["viewport"]["width"]
    for title in INSTRUCTIONS:
        screen(page, title)
        check(page)
        results.keep(page, f"{title.split()[0].lower()}-{width}")
        page.keyboard.press("Enter")
    page.locator(".runner-choice:enabled").first.wait_for()
    check(page)
    play(page, "keyboard", until=2)
    screen(page, "Now the test starts")
    check(page)
    while not page.get_by_role("heading", name="Time for a short break").is_visible():
        press_on(page, "keyboard")
        page.wait_for_timeout(60)
    check(page)
    play_to_the_end(page, "keyboard")
    check(page)


def test_whoever_wants_to_withdraw_finds_the_way_on_every_page_and_never_beside_a_photo(
    open_page, quick_study
):
    page = open_page(**DESK)
    begin(page, quick_study)
    way = page.get_by_role("link", name="Withdraw and erase my answers")
    for title in INSTRUCTIONS:
        screen(page, title)
        expect(way).to_be_visible()
        page.keyboard.press("Enter")
    page.locator(".runner-choice:enabled").first.wait_for()
    expect(way).to_have_count(0)
    play(page, "keyboard", until=2)
    screen(page, "Now the test starts")
    # A link of its own to the keyboard, too.
    way.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Withdraw from the study?")).to_be_visible()
    page.get_by_role("button", name="Withdraw and erase my answers").click()
    expect(page.get_by_role("heading", name="You have withdrawn")).to_be_visible()
    assert not Response.objects.exists()


@pytest.mark.parametrize("code", ["de", "es", "fr"])
def test_the_question_fits_into_its_place_on_a_phone_in_every_language(
    open_page, transactional_db, idle_queue, code
):
    study = launched_study("long", photos=12, design_settings=QUICK, image_px=80, languages=["en", code])
    page = open_page(**PHONE, locale=code)
    page.goto(f"/s/{study.slug}/")
    page.get_by_role("checkbox").check()
    page.locator("button.begin").click()
    for _ in INSTRUCTIONS:
        page.locator(".runner-screen .runner-button:not(.quiet)").tap()
    page.locator(".runner-choice:enabled").first.wait_for()
    box, words, bar = (
        page.locator(where).bounding_box()
        for where in (".runner-prompt", ".runner-prompt span", ".runner-progress")
    )
    assert words["y"] >= max(box["y"], bar["y"] + bar["height"])
    assert words["y"] + words["height"] <= box["y"] + box["height"] + 1


def test_the_example_shows_the_course_of_a_pair_and_plays_it(open_page, quick_study):
    page = open_page(**DESK)
    begin(page, quick_study)
    turn_to(page, "Look closely, it is quick")
    assert page.locator(CAPTIONS).all_inner_texts() == [
        "A dot", "One photo", "0.1\u202fs", "A dot", "One photo", "0.1\u202fs", "You choose",
    ]  # fmt: skip
    button = page.get_by_role("button", name="Play the example")
    button.focus()
    # A press on this button is for the example, not for the next page.
    page.keyboard.press("Enter")
    expect(page.locator(".course.playing")).to_be_visible()
    expect(page.locator(".course.playing")).to_have_count(0)
    screen(page, "Look closely, it is quick")


def test_photos_side_by_side_in_time_have_an_example_of_their_own(open_page, transactional_db, idle_queue):
    settings = QUICK | {"presentation": "simultaneous", "mask": "noise"}
    study = launched_study("together", photos=12, image_px=80, design_settings=settings)
    page = open_page(**DESK)
    begin(page, study)
    turn_to(page, "Look closely, it is quick")
    assert page.locator(CAPTIONS).all_inner_texts() == [
        "Dots", "Both photos", "0.1\u202fs", "A pattern", "0.12\u202fs", "You choose",
    ]  # fmt: skip


def test_keys_are_named_where_there_is_a_keyboard_and_not_on_a_phone(open_page, quick_study):
    desk, phone = open_page(**DESK), open_page(**PHONE)
    for page in (desk, phone):
        begin(page, quick_study)
        turn_to(page, "How to choose")
    expect(desk.get_by_text("Press ← or →")).to_be_visible()
    expect(phone.get_by_text("Tap the place")).to_be_visible()
    expect(phone.locator(".figure-choice kbd").first).to_be_hidden()


def test_who_wants_no_motion_gets_none(open_page, quick_study):
    page = open_page(**DESK, reduced_motion="reduce")
    page.add_init_script(ANY_MOTION)
    begin(page, quick_study)
    play_to_the_end(page, "keyboard")
    assert page.evaluate("sessionStorage.motion ?? 'none'") == "none"


@pytest.mark.parametrize("ratio", [1, 1.5, 2.625])
def test_pictures_lie_on_whole_device_pixels_and_nothing_moves_between_trials(open_page, quick_study, ratio):
    page = open_page(**DESK, device_scale_factor=ratio)
    begin(page, quick_study)
    seen = set()
    for _ in range(60):
        press_on(page, "keyboard")
        page.wait_for_timeout(40)
        # Browsers lay out in steps of 1/64 CSS px, and paint on the nearest device pixel.
        for left, top, x, y, shown, pixels in page.evaluate(SLOTS):
            assert all(abs(edge - round(edge)) <= ratio / 64 for edge in (left, top, x, y, shown))
            assert round(shown) % pixels == 0
            seen.add((round(left), round(top), round(shown)))
        if Response.objects.count() >= 4:
            break
    assert len(seen) == 2  # left and right, the same in every trial


def test_a_spoiled_trial_is_followed_by_another_at_the_end(open_page, transactional_db, idle_queue):
    # Only a lost focus spoils here: a busy machine must not.
    rules = {"frames_off": 10, "tolerance_ms": 1000}
    study = launched_study(
        "spoiled", photos=14, image_px=80, design_settings=QUICK | {"exposure_ms": 600}, voiding=rules
    )
    page = open_page(**DESK)
    begin(page, study)
    play(page, "keyboard", until=2)
    screen(page, "Now the test starts")
    page.keyboard.press("Enter")
    page.wait_for_function(PHOTO_IS_ON)
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    play(page, "keyboard", until=TRIALS)
    screen(page, "Almost done")
    assert int(page.get_by_role("progressbar").get_attribute("aria-valuemax")) == TRIALS + 1
    play_to_the_end(page, "keyboard")
    assert Response.objects.count() == Trial.objects.count() == TRIALS + 1
    assert Response.objects.filter(voided=True).count() == 1


def test_a_script_from_right_to_left_leaves_left_and_right_where_they_are(open_page, quick_study):
    page = open_page(**PHONE | {"viewport": {"width": 900, "height": 700}})
    page.add_init_script(RIGHT_TO_LEFT)
    participation = begin_participation(study=quick_study, source="person")
    page.goto(f"/p/{participation.code}/")
    turn_to(page, "How to choose")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    labels = page.locator(".figure-choice .runner-label").all()
    left, right = (label.bounding_box()["x"] for label in labels)
    assert left < right
    page.keyboard.press("Enter")
    page.locator(".runner-choice:enabled").first.wait_for()
    left, right = (page.get_by_role("button", name=name).bounding_box()["x"] for name in ("Left", "Right"))
    assert left < right
    assert Participation.objects.count() == 1


def test_on_a_phone_the_longest_words_stay_within_their_panel(open_page):
    study = launched_study("klein", photos=12, image_px=80, languages=["de"], design_settings=QUICK)
    page = open_page(**PHONE)
    page.goto(f"/p/{begin_participation(study=study, source='person', language='de').code}/")
    for _ in range(3):
        button = page.locator(".runner-screen .runner-button:not(.quiet):enabled")
        button.wait_for()
        panel, inside = (part.bounding_box() for part in (page.locator(".runner-panel"), button))
        assert inside["x"] + inside["width"] <= panel["x"] + panel["width"] - 16
        button.tap()
    page.locator(".runner-choice:enabled").first.wait_for()
    page.locator(".runner-choice:enabled").first.tap()
    words = page.locator(".runner-verdict span")
    words.wait_for()
    assert words.evaluate("one => one.getBoundingClientRect().width <= window.innerWidth - 8")
