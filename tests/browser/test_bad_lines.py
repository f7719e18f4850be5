"""What a bad line and a killed server do to a participant: nothing is lost, nothing counts twice."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from config.processes import checks, services
from studies.models import Response, Trial
from tests.browser.playing import DESK, TRIALS, begin, play, play_to_the_end, press_on

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
CUT_SECONDS = 30
ANSWERS = re.compile(r"/t/([0-9a-f-]+)/response/$")
WAITING = "Object.keys(localStorage).filter((key) => key.startsWith('foolrate-answer:')).length"


@pytest.fixture
def acknowledged(open_page):
    """A page on a desk, and the trials whose answers the server has acknowledged to it, in order."""
    page = open_page(**DESK)
    return page, listen(page)


def listen(page: Page) -> list[str]:
    codes: list[str] = []

    def note(reply) -> None:
        found = ANSWERS.search(reply.url)
        if found and reply.status in {200, 201}:
            codes.append(found.group(1))

    page.on("response", note)
    return codes


def loaded_pictures(page: Page) -> set[str]:
    """The addresses of the pictures that have come, filled as they do."""
    seen: set[str] = set()
    page.on("requestfinished", lambda request: "/i/" in request.url and seen.add(request.url))
    return seen


def wait_until(page: Page, holds, *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        page.wait_for_timeout(50)


def check_all_there_once(codes: list[str], *, trials: int = TRIALS) -> None:
    """Every acknowledged answer is there, once, and answers came in the order of their trials."""
    rows = Response.objects.order_by("received_at", "pk").values_list("trial__code", "trial__number")
    assert [number for _, number in rows] == list(range(1, trials + 1))
    assert set(codes) <= {str(code) for code, _ in rows}
    assert len(rows) == Trial.objects.count() == trials
    assert set(codes) == {str(code) for code, _ in rows}


@pytest.fixture
def patient_page(browser, live_server):
    """A page whose complaints about a missing line are expected."""
    context = browser.new_context(base_url=live_server.url, **DESK)
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def test_the_line_is_cut_for_half_a_minute_and_the_test_goes_on(patient_page, quick_study):
    page, codes = patient_page, listen(patient_page)
    pictures = loaded_pictures(page)
    begin(page, quick_study)
    play(page, "keyboard", until=3)
    wait_until(page, lambda: len(pictures) == 2 * TRIALS)
    recorded = Response.objects.count()
    page.context.set_offline(True)
    cut = time.monotonic()
    said = set()
    while not page.get_by_text("Please leave this page open").is_visible():
        assert time.monotonic() - cut < 60, "the test did not go on without the line"
        said.add(page.locator(".runner-toast").inner_text())
        if page.locator(".runner-choice:enabled, .runner-screen .runner-button:not(.quiet)").count():
            press_on(page, "keyboard")
        page.wait_for_timeout(60)
    assert any("answers are waiting for the connection. You can continue" in words for words in said)
    # All are answered, none has arrived, and all of them lie on the device.
    assert page.evaluate(WAITING) == TRIALS - recorded > 3
    assert Response.objects.count() == recorded
    page.wait_for_timeout(max(0, CUT_SECONDS - (time.monotonic() - cut)) * 1000)
    page.context.set_offline(False)
    page.locator("#completion-code").wait_for()
    check_all_there_once(codes)
    assert Counter(codes).most_common(1)[0][1] == 1
    assert page.evaluate(WAITING) == 0


def test_unsent_answers_outlive_a_reload_and_a_crash(patient_page, quick_study):
    page, context = patient_page, patient_page.context
    begin(page, quick_study)
    play(page, "keyboard", until=3)
    page.wait_for_timeout(300)
    recorded = Response.objects.count()
    context.route("**/response/", lambda route: route.abort())
    while page.evaluate(WAITING) < 2:
        press_on(page, "keyboard")
        page.wait_for_timeout(60)
    page.reload()
    expect(page.get_by_text("Please leave this page open")).to_be_visible()
    address = page.url
    waiting = page.evaluate(WAITING)
    assert waiting == 2
    page.close()
    assert Response.objects.count() == recorded
    context.unroute("**/response/")
    again = context.new_page()
    codes = listen(again)
    again.goto(address)
    # The answers come first: the page then knows of them.
    expect(again.get_by_role("heading", name="Welcome back")).to_be_visible()
    expect(again.get_by_text(f"{recorded + waiting} of {TRIALS}")).to_be_visible()
    assert len(codes) == waiting
    play_to_the_end(again, "keyboard")
    assert Response.objects.count() == TRIALS
    assert again.evaluate(WAITING) == 0


def test_two_tabs_do_not_answer_twice(acknowledged, quick_study):
    page, codes = acknowledged
    begin(page, quick_study)
    play(page, "keyboard", until=3)
    second = page.context.new_page()
    second_codes = listen(second)
    second.goto(page.url)
    expect(second.get_by_role("alertdialog", name="The test is open in another tab")).to_be_visible()
    play(page, "keyboard", until=4)
    second.get_by_role("button", name="Use this tab").click()
    expect(page.get_by_role("alertdialog", name="The test continues in another tab")).to_be_visible()
    page.wait_for_timeout(500)
    recorded = Response.objects.count()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(100)
    assert Response.objects.count() == recorded
    play(second, "keyboard", until=recorded + 1)
    # And back to the first one.
    page.get_by_role("button", name="Use this tab again").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    expect(second.get_by_role("alertdialog", name="The test continues in another tab")).to_be_visible()
    play_to_the_end(page, "keyboard")
    check_all_there_once(codes + second_codes)


def test_without_storage_it_goes_on_as_long_as_the_line_holds(browser, live_server, quick_study):
    context = browser.new_context(base_url=live_server.url, **DESK)
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    page = context.new_page()
    codes = listen(page)
    begin(page, quick_study)
    play_to_the_end(page, "keyboard")
    check_all_there_once(codes)
    context.close()


# --- a real server that is killed ---------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(own_media, tmp_path):
    """Starts the real web server on this test's database and files, in a process group of its own."""
    data = tmp_path / "data"
    data.mkdir()
    own_media.mkdir(parents=True, exist_ok=True)
    (data / "media").symlink_to(own_media, target_is_directory=True)
    facts = connection.settings_dict
    port = free_port()
    secret = f":{facts['PASSWORD']}" if facts["PASSWORD"] else ""
    database = (
        f"sqlite:///{facts['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{facts['USER']}{secret}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"
    )
    address = f"http://127.0.0.1:{port}"
    # With DEBUG the files of the page are served as they lie; what counts here is the process.
    environment = os.environ | {
        "FOOLRATE_DATA": str(data), "DATABASE_URL": database, "SITE_URL": address, "DEBUG": "1",
        "SECRET_KEY": "for-this-test-only-" * 4,
    }  # fmt: skip
    # As by its supervisor: the line that visitors stand in outlives the process.
    line = checks.listen("127.0.0.1", port)
    command = services.web_command(line.fileno())

    @contextmanager
    def running():
        log = (tmp_path / "server.log").open("ab")
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[line.fileno()],
        )
        try:
            wait_for(address, process)
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()

    running.address = address
    yield running
    line.close()


def wait_for(address: str, process: subprocess.Popen) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended by itself"
        with suppress(OSError), urllib.request.urlopen(f"{address}/", timeout=2):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def test_a_killed_server_loses_no_acknowledged_answer(browser, server, quick_study):
    context = browser.new_context(base_url=server.address, **DESK)
    page = context.new_page()
    codes, pictures = listen(page), loaded_pictures(page)
    with server():
        begin(page, quick_study)
        play(page, "keyboard", until=4)
        # What is stored is not acknowledged yet: the page hears of it a moment later.
        wait_until(page, lambda: len(pictures) == 2 * TRIALS and len(codes) >= 4)
    # Killed: kill -9 of the whole group, whatever was under way.
    said = list(codes)
    assert len(said) >= 3  # the fourth may have been on its way
    assert set(said) <= {str(code) for code in Response.objects.values_list("trial__code", flat=True)}
    while page.evaluate(WAITING) < 2:
        press_on(page, "keyboard")
        page.wait_for_timeout(60)
    with server():
        play_to_the_end(page, "keyboard")
    check_all_there_once(codes)
    assert page.evaluate(WAITING) == 0
    context.close()
