"""A real Chromium, or a loud skip; REQUIRE_BROWSER=1 turns the skip into a failure."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, Error, sync_playwright

from tests.builders import launched_study

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

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
    return launched_study(
        "quick", photos=12, image_px=80, title="Which colours are real?", design_settings=QUICK
    )


@pytest.fixture(scope="session")
def results() -> Path:
    RESULTS.mkdir(exist_ok=True)
    return RESULTS
