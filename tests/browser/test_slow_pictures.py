"""Pictures over bad lines: what hangs is asked for again, and a slow line is enough."""

import gzip
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from studies.models import Response
from tests.browser.playing import DESK, begin, play_to_the_end, press_on

pytestmark = pytest.mark.browser

PICTURE = re.compile(r"/i/[0-9a-f-]{36}/$")
# What browsers call slow 3G: 400 kbit/s each way, 400 ms until an answer begins.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
# A picture of 256 pixels of a rich photograph, all of whose arms weigh the same.
RICH = 96 * 1024
OF_THE_HOP = {"connection", "keep-alive", "transfer-encoding"}


class BadLine(ThreadingHTTPServer):
    """Hands every request on to a site, but for the troubles that its pictures have, one after the other."""

    daemon_threads = True

    def __init__(self, site: str) -> None:
        super().__init__(("127.0.0.1", 0), _Hop)
        self.site = urlsplit(site)
        self.troubles: list[str] = []
        self.asked: list[str] = []
        self.over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address) -> None:
        """Browsers hang up on what hangs: that is what is tried here."""


class _Hop(BaseHTTPRequestHandler):
    server: BadLine

    def do_GET(self) -> None:
        trouble = ""
        if PICTURE.search(self.path):
            self.server.asked.append(self.path)
            trouble = self.server.troubles.pop(0) if self.server.troubles else ""
        if trouble == "hangs":
            self.server.over.wait()
            return
        if trouble == "503":
            self.send_error(503)
            return
        status, headers, body = self._ask()
        self.send_response(status)
        if "/static/" in self.path:  # as the site itself sends them where they were collected
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            if name.lower() not in OF_THE_HOP and not ("/static/" in self.path and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        if trouble == "stops":
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.server.over.wait()
        elif trouble == "breaks off":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name is http.server's

    def _ask(self) -> tuple[int, list[tuple[str, str]], bytes]:
        site = self.server.site
        headers = dict(self.headers.items()) | {"Host": site.netloc}
        for name in ("Origin", "Referer"):
            if name in headers:
                headers[name] = headers[name].replace(self.server.address, site.geturl())
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with closing(HTTPConnection(site.hostname, site.port, timeout=20)) as line:
            line.request(self.command, self.path, body, headers)
            reply = line.getresponse()
            return reply.status, reply.getheaders(), reply.read()

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def bad_line(live_server) -> Iterator[BadLine]:
    server = BadLine(live_server.url)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser, bad_line) -> Iterator[Page]:
    """A page at the far end of the bad line, whose complaints about it are expected."""
    context = browser.new_context(base_url=bad_line.address, **DESK)
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def to_the_first_photos(page: Page) -> None:
    """Through the instructions, up to where the first photos are shown or waited for."""
    while not page.locator(".runner-stage").count():
        press_on(page, "keyboard")
        page.wait_for_timeout(50)


def test_pictures_that_fail_in_any_way_come_in_the_end(page, bad_line, quick_study):
    bad_line.troubles = ["stops", "breaks off", "503", "breaks off", "503"]
    begin(page, quick_study)
    to_the_first_photos(page)
    expect(page.locator(".runner-toast")).not_to_be_empty()
    play_to_the_end(page, "keyboard")
    assert len(bad_line.asked) == len(set(bad_line.asked)) + 5


def test_who_waits_long_for_a_picture_can_ask_anew(page, bad_line, quick_study):
    """The first request hangs; so does the second, which the page would only give up after 16 s."""
    bad_line.troubles = ["hangs"] * 4
    begin(page, quick_study)
    to_the_first_photos(page)
    button = page.get_by_role("button", name="Try again")
    expect(page.get_by_role("alertdialog", name="A photo could not be loaded")).to_be_visible(timeout=30_000)
    assert not Response.objects.exists()
    button.click()
    page.locator(".runner-choice:enabled").first.wait_for(timeout=6000)
    expect(button).to_be_hidden()
    play_to_the_end(page, "keyboard")


def test_the_first_photos_come_over_slow_3g_in_twelve_seconds(page, quick_study, monkeypatch):
    monkeypatch.setattr("studies.services.trial_rows.sent_bytes", lambda largest: RICH)
    page.goto(f"/s/{quick_study.slug}/")
    page.get_by_role("checkbox").check()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    came: list[float] = []
    page.on("requestfinished", lambda request: PICTURE.search(request.url) and came.append(time.monotonic()))
    began = time.monotonic()
    page.get_by_role("button", name="Begin").click()
    while len(came) < 2:
        page.wait_for_timeout(50)
        assert time.monotonic() - began < 40
    assert came[1] - began < 12
    # What is announced in the page's head is what the runner then imports.
    modules = [url for url in asked if url.endswith(".js")]
    assert len(modules) == len(set(modules))
