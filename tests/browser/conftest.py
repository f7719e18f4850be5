"""A real Chromium, or a loud skip; REQUIRE_BROWSER=1 turns the skip into a failure."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, Error, Page, expect, sync_playwright

from tests.builders import launched_study

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# What is expected comes at once, but other tests run beside this one, and other programs too.
expect.set_options(timeout=20_000)

# Short enough that a whole participation takes seconds; the exposure is a real one.
QUICK = {
    "practice_trials": 2,
    "test_trials": 6,
    "vigilance_share": 0.2,
    "lead_in_ms": 100,
    "exposure_ms": 100,
    "gap_ms": 50,
    "feedback_ms": 400,
    "break_every": 4,
}


def start(chromium: BrowserType) -> Browser:
    """The system's Chromium, else the one that Playwright fetched."""
    system = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return chromium.launch(executable_path=system, args=["--no-sandbox"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            running = start(playwright.chromium)
        except Error as error:
            words = f"NO BROWSER TESTS: Chromium could not be started ({str(error).splitlines()[0]})."
            if os.environ.get("REQUIRE_BROWSER") == "1":
                pytest.fail(words)
            pytest.skip(words)
        yield running
        running.close()


@pytest.fixture
def quick_study(transactional_db, idle_queue):
    # A busy machine spoils exposures, and each would be repeated: tests that are about that say so.
    return launched_study(
        "quick",
        photos=12,
        image_px=80,
        title="Which colours are real?",
        design_settings=QUICK,
        voiding={"repeat": False},
    )


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


class Album:
    """Pictures of pages for people to look at, in the folder test-results; taken with PICTURES=1.

    No test depends on them, and a long page takes its seconds.
    """

    def __init__(self) -> None:
        self._is_wanted = os.environ.get("PICTURES") == "1"
        if self._is_wanted:
            RESULTS.mkdir(exist_ok=True)

    def keep(self, page: Page, name: str, **options: bool) -> None:
        if self._is_wanted:
            page.screenshot(path=RESULTS / f"{name}.png", **options)


@pytest.fixture(scope="session")
def results() -> Album:
    return Album()
