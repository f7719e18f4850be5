"""The real web server: what it refuses before it reads, and whom slow connections hold up (nobody)."""

import asyncio
import re
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from config.web import bridge
from config.web.bridge import ALIVE, Bridge
from tests.builders import make_photo_set
from tests.installation import installation

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True)]

MEGABYTE = 2**20


def run_alone(work):
    """What a coroutine returns, run in its own thread: a browser test may have left a loop in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


SOMEWHERE = "/t/00000000-0000-4000-8000-000000000000/response/"
IMPORT = "/admin/colorizers/photoset/{}/import/"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installation")
    # The styles of no page are looked at: the manifest of static files is not needed with DEBUG.
    (folder / "static").mkdir()
    return folder


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, data):
    with (
        django_db_blocker.unblock(),
        installation(
            data, "web", UPLOAD_MAX_MB="4", DEBUG="1", WEB_PROCESSES="1", SECRET_KEY=settings.SECRET_KEY
        ) as running,
    ):
        yield running


@pytest.fixture
def connect(site):
    """Opens raw connections to the site."""
    opened = []

    def make() -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", site.port), timeout=20))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def head(method: str, path: str, **headers: object) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def reply(connection: socket.socket) -> str:
    """The status line and what follows, as far as it has come when the other side pauses."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65536)
        if not part:
            break
        got += part
    return got.decode("latin-1")


def test_a_large_body_is_refused_unread_wherever_it_goes(connect):
    for path in (SOMEWHERE, "/s/meadow/begin/", "/admin/login/", "/nowhere/", "/admin/studies/study/add/"):
        connection = connect()
        began = time.monotonic()
        connection.sendall(head("POST", path, Content_Length=900 * MEGABYTE) + b"x" * 100)
        assert reply(connection).startswith("HTTP/1.1 413"), path
        assert time.monotonic() - began < 5


def test_who_may_not_upload_is_refused_unread(connect, ada, root, site):
    photo_set = make_photo_set(1)
    path = IMPORT.format(photo_set.pk)
    for user, size, status in ((None, 3, 302), (ada, 3, 403), (root, 3, 403), (root, 900, 413)):
        client = Client()
        if user:
            client.force_login(user)
        connection = connect()
        form = {"Content_Type": "multipart/form-data; boundary=b", "Content_Length": size * MEGABYTE}
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        connection.sendall(head("POST", path, Cookie=cookie, **form) + b"x" * 100)
        if (user, size) == (root, 3):
            # She may upload: her token is looked for, in a body that is read to its end.
            connection.sendall(b"x" * (3 * MEGABYTE - 100))
        assert reply(connection).startswith(f"HTTP/1.1 {status}"), (user, size)
    assert not list((site.data / "uploads").iterdir())


def chunked(parts: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def test_a_head_and_a_large_body_may_come_in_one_piece(connect):
    """A browser on the same machine sends both at once: the body is no part of the head."""
    connection = connect()
    body = b"x" * (MEGABYTE // 2)
    connection.sendall(head("POST", SOMEWHERE, Content_Length=len(body), Content_Type="text/plain") + body)
    assert b"Invalid HTTP request" not in (reply := connection.recv(65536))
    assert reply.startswith((b"HTTP/1.1 403", b"HTTP/1.1 404", b"HTTP/1.1 413"))


def test_a_chunked_body_is_read_up_to_the_limit_and_no_further(connect):
    json = {"Content_Type": "application/json", "Transfer_Encoding": "chunked"}
    small = connect()
    small.sendall(head("POST", SOMEWHERE, **json) + chunked([b"{}", b" " * 100, b""]))
    assert reply(small).startswith(("HTTP/1.1 403", "HTTP/1.1 404"))
    large = connect()
    large.sendall(head("POST", SOMEWHERE, **json))
    try:
        for _ in range(40):
            large.sendall(chunked([b" " * 65536]))
    except OSError:
        pass
    assert reply(large).startswith("HTTP/1.1 413")


def test_a_header_after_the_body_is_none_of_the_request(connect):
    connection = connect()
    form = {"Content_Type": "application/json", "Transfer_Encoding": "chunked"}
    connection.sendall(head("POST", SOMEWHERE, **form) + b"2\r\n{}\r\n0\r\nHost: evil.example\r\n\r\n")
    assert not reply(connection).startswith("HTTP/1.1 400"), "the trailer passed for a host"


class Alone:
    """A bridge with one thread; its pages wait for `go`, or for the body that comes then."""

    def __init__(self, folder: Path) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.bridge = Bridge(self.page, threads=1, body_max=2 * MEGABYTE, folder=str(folder))

    def page(self, environ, start_response):
        self.begun.set()
        if environ["PATH_INFO"] == "/slow/":
            self.go.wait(20)
        environ["wsgi.input"].read()
        start_response("200 OK", [])
        return [b"done"]

    async def ask(self, path: str, client=("127.0.0.1", 1), *, size=0, slow=False, user="") -> int:
        """The status of its answer; a `slow` body ends when the server may go."""
        scope = {
            "type": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "method": "POST",
            "headers": [(b"content-length", b"%d" % size), (b"cookie", b"a=b; sessionid=" + user.encode())],
            "http_version": "1.1", "client": client,
        }  # fmt: skip
        sent: list = []
        parts = [b"x" * size, b""]

        async def receive():
            part = parts.pop(0) if parts else b""
            while slow and not parts and not self.go.is_set():
                await asyncio.sleep(0.01)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message):
            sent.append(message)

        await self.bridge(scope, receive, send)
        return sent[0]["status"]

    def play(self, scenario) -> None:
        """Run a scenario for five seconds at most."""

        async def within() -> None:
            try:
                async with asyncio.timeout(5):
                    await scenario
            finally:
                self.go.set()

        run_alone(within())


def test_slow_uploads_of_one_user_hold_up_nobody_else(tmp_path, monkeypatch):
    monkeypatch.setattr(bridge, "MOST_UPLOADS", 5)
    server = Alone(tmp_path)

    async def scenario() -> None:
        hers = [
            asyncio.create_task(server.ask("/import/", size=3 * MEGABYTE, slow=True, user="ada"))
            for _ in range(4)
        ]
        await asyncio.to_thread(server.begun.wait, 5)
        assert await server.ask("/import/", size=3 * MEGABYTE, user="root") == 200
        assert await server.ask("/page/") == 200
        hers.append(asyncio.create_task(server.ask("/import/", size=3 * MEGABYTE, slow=True, user="ada")))
        await asyncio.sleep(0)
        assert await server.ask("/import/", size=3 * MEGABYTE, user="root") == 503, "too many wait"
        assert await server.ask("/page/") == 200
        server.go.set()
        assert await asyncio.gather(*hers) == [200] * 5

    server.play(scenario())


def test_bodies_that_are_held_have_a_limit_and_small_ones_always_fit(tmp_path, monkeypatch):
    monkeypatch.setattr(bridge, "BODIES_HELD", MEGABYTE)
    server = Alone(tmp_path)

    async def scenario() -> None:
        held = asyncio.create_task(server.ask("/page/", size=MEGABYTE, slow=True))
        await asyncio.sleep(0.05)
        assert await server.ask("/page/", size=MEGABYTE) == 503
        assert await server.ask("/page/", size=60_000) == 503, "a thousand of them would be 60 MB"
        assert await server.ask("/page/", size=8_000) == 200
        server.go.set()
        assert await held == 200
        assert await server.ask("/page/", size=MEGABYTE) == 200

    server.play(scenario())


def test_a_server_whose_threads_are_all_at_work_is_alive(tmp_path, monkeypatch):
    server = Alone(tmp_path)

    async def scenario() -> None:
        page = asyncio.create_task(server.ask("/slow/"))
        await asyncio.to_thread(server.begun.wait, 5)
        assert await server.ask(ALIVE, None) == 200
        monkeypatch.setattr(bridge, "STUCK_SECONDS", 0.0)
        assert await server.ask(ALIVE, None) == 503, "none is done for too long"
        server.go.set()
        assert await page == 200
        assert await server.ask(ALIVE, None) == 200

    server.play(scenario())


@pytest.mark.parametrize(
    "request_",
    [
        head("POST", SOMEWHERE, Content_Length="12, 13"),
        head("POST", SOMEWHERE, Content_Length="-1"),
        head("POST", SOMEWHERE, Content_Length=5, Transfer_Encoding="chunked") + b"0\r\n\r\n",
        head("POST", SOMEWHERE, Transfer_Encoding="chunked") + b"zz\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
        b"\x16\x03\x01 this is TLS",
    ],
)
def test_what_is_no_request_gets_a_400_and_no_more(connect, request_):
    connection = connect()
    connection.sendall(request_)
    assert reply(connection).startswith("HTTP/1.1 400")


def test_a_body_that_is_shorter_than_it_says_reaches_no_page(connect, site):
    before = site.said().count("POST")
    connection = connect()
    connection.sendall(head("POST", SOMEWHERE, Content_Length=50) + b"{}")
    connection.close()
    time.sleep(0.5)
    assert site.said().count("POST") == before


def test_a_multipart_bomb_and_a_compressed_body_are_refused_in_words(connect):
    field = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n'
    bomb = field * 10_000 + b"--b--\r\n"
    connection = connect()
    connection.sendall(
        head(
            "POST",
            "/admin/login/",
            Content_Type="multipart/form-data; boundary=b",
            Content_Length=len(bomb),
            Cookie=f"csrftoken={'a' * 32}",
        )
        + bomb
    )
    assert reply(connection).startswith("HTTP/1.1 400")
    connection = connect()
    packed = b"\x1f\x8b" + b"0" * 100
    connection.sendall(
        head("POST", SOMEWHERE, Content_Encoding="gzip", Content_Type="application/json", Content_Length=102)
        + packed
    )
    assert re.match(r"HTTP/1.1 (400|403|404) ", reply(connection))


def test_a_request_that_is_under_way_is_answered_when_the_server_is_asked_to_end(
    django_db_setup, django_db_blocker, data, tmp_path
):
    """Its body comes in slowly; SIGTERM arrives before the end of it."""
    with (
        django_db_blocker.unblock(),
        installation(data, "web", DEBUG="1", WEB_PROCESSES="1", SECRET_KEY=settings.SECRET_KEY) as stopping,
    ):
        idle = socket.create_connection(("127.0.0.1", stopping.port), timeout=20)
        busy = socket.create_connection(("127.0.0.1", stopping.port), timeout=20)
        form = b"next=/admin/&username=nobody&password=nothing"
        busy.sendall(
            head(
                "POST", "/admin/login/", Content_Length=len(form),
                Content_Type="application/x-www-form-urlencoded", Expect="100-continue",
            )
        )  # fmt: skip
        assert reply(busy).startswith("HTTP/1.1 100"), "the request has reached the server"
        busy.sendall(form[:10])
        stopping.process.send_signal(signal.SIGTERM)
        assert idle.recv(1) == b"", "connections without a request are closed at once"
        busy.sendall(form[10:])
        answer = reply(busy)
        while part := busy.recv(65536):
            answer += part.decode("latin-1")
        # No cookie came along: the page says so, down to its last line.
        assert answer.startswith("HTTP/1.1 403")
        assert answer.rstrip().endswith("</html>")
        assert stopping.process.wait(30) == 0


def test_slow_and_idle_connections_hold_up_nobody(site):
    async def crowd() -> list[float]:
        opened = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(200)]
        for _, writer in opened[:100]:
            writer.write(head("POST", SOMEWHERE, Content_Length=1000, Content_Type="application/json") + b"{")
        for _, writer in opened[100:150]:
            writer.write(head("GET", "/static/vendor/jspsych/index.browser.js.map") * 40)
        took = []
        for _ in range(20):
            began = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write(head("GET", "/healthz/", Connection="close"))
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            took.append(time.monotonic() - began)
        for _, writer in opened:
            writer.close()
        return took

    took = run_alone(crowd())
    assert sorted(took)[15] < 1.0
