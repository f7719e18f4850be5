"""From the server's event loop to the site and back: a thread is held while the site works, and no longer."""

from __future__ import annotations

import asyncio
import io
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from weakref import WeakValueDictionary
from wsgiref.types import WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.http.cookie import parse_cookie

from config.web import access_log
from config.web.bodies import Full, Gone, Message, Receive, Room, TooLarge, Upload, discard, whole

Send = Callable[[Message], Awaitable[None]]
Scope = dict[str, Any]

CHUNK = 64 * 1024
KEPT_IN_MEMORY = 1024 * 1024  # a longer response waits for its reader in a file
MOST_WAITING = 1000
UPLOAD_THREADS = 4
MOST_UPLOADS = 100  # under way and waiting; one of each user at a time
BODIES_HELD = 64 * 1024 * 1024  # bytes of bodies that are read or wait for a thread, beside small ones
BUSY = "The site is busy. Please try again in a minute."
STUCK_SECONDS = 600.0  # all threads at work and none done for so long: they will not be
ALIVE = "/alive/"  # asked by the supervisor, at a socket of its own

logger = logging.getLogger(__name__)


@dataclass
class Reply:
    """A response that is complete: it needs no thread, however slowly it is read."""

    status: int
    headers: list[tuple[str, str]]
    body: IO[bytes]
    close: Callable[[], None] = lambda: None
    log: dict[str, str] = field(default_factory=dict)


@dataclass
class FileBody:
    """A file that the site hands over to be sent as it is: `wsgi.file_wrapper`."""

    file: IO[bytes]
    block_size: int = CHUNK

    def close(self) -> None:
        """Close the file, and with it the response that it belongs to."""
        self.file.close()


class Bridge:
    """An ASGI application that answers by a WSGI site.

    A body of up to `body_max` bytes is read before the site is asked. A larger one that says its length is
    handed over unread, in a thread of a pool of its own: whether it may come in is the site's decision.
    """

    def __init__(self, site: WSGIApplication, *, threads: int, body_max: int, folder: str) -> None:
        self._site, self._body_max, self._folder = site, body_max, folder
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="site")
        self._alive_thread = ThreadPoolExecutor(1, thread_name_prefix="alive")
        self._upload_threads = ThreadPoolExecutor(UPLOAD_THREADS, thread_name_prefix="upload")
        self._uploads = 0
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._room = Room(BODIES_HELD)
        self._files = ThreadPoolExecutor(2, thread_name_prefix="file")
        self._waiting = 0
        self._thread_count, self._asked, self._done_at = threads, 0, 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began = time.monotonic()
        reply = await self._reply(scope, receive)
        if reply is None:
            return
        unread = reply.log.get("body") == "unread"
        if unread:
            reply.headers.append(("Connection", "close"))
        try:
            size = await self._send(scope, send, reply, hold=unread)
        finally:
            await self._in(self._files, reply.close)
        if scope["path"] != ALIVE:
            access_log.write(scope["method"], reply.status, size, time.monotonic() - began, reply.log)
        if unread:
            await discard(receive)
            await send({"type": "http.response.body", "body": b""})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply | None:
        if scope["path"] == ALIVE and scope["client"] is None:
            # Not by the site's threads: pages that take long, or wait for a lock, are no reason to be killed.
            await self._in(self._alive_thread, lambda: None)
            return said(503, "stuck") if self._is_stuck() else said(200, "alive")
        if self._waiting >= MOST_WAITING:
            return said(503, BUSY, unread=True)
        length = declared_length(scope)
        if length > self._body_max:
            return await self._take_upload(scope, receive, length)
        with self._room.share() as grow:
            try:
                body = await whole(receive, most=self._body_max, grow=grow)
            except TooLarge:
                return said(413, f"A request may bring {self._body_max} bytes at most here.", unread=True)
            except Full:
                return said(503, BUSY, unread=True)
            except TimeoutError:
                return said(408, "The request did not arrive in time.", unread=True)
            except Gone:
                return None
            return await self._answer(environment(scope, io.BytesIO(body), len(body)))

    async def _take_upload(self, scope: Scope, receive: Receive, length: int) -> Reply:
        """Uploads of one user wait for each other, and for nobody's pages: a slow line holds a thread."""
        if self._uploads >= MOST_UPLOADS:
            return said(503, "Many uploads are under way. Please try again in a minute.", unread=True)
        turn = self._turns.setdefault(session_of(scope), asyncio.Semaphore(1))
        self._uploads += 1
        try:
            async with turn:
                loop = asyncio.get_running_loop()
                upload = Upload(receive, loop)
                environ = environment(scope, io.BufferedReader(upload, CHUNK), length)
                reply = await loop.run_in_executor(self._upload_threads, self._ask, environ)
        finally:
            self._uploads -= 1
        if not upload.complete:
            reply.log["body"] = "unread"
        return reply

    async def _answer(self, environ: WSGIEnvironment) -> Reply:
        if not self._asked:
            self._done_at = time.monotonic()
        self._asked += 1
        try:
            reply: Reply = await self._in(self._threads, self._ask, environ)
        finally:
            self._asked -= 1
            self._done_at = time.monotonic()
        return reply

    def _is_stuck(self) -> bool:
        return self._asked >= self._thread_count and time.monotonic() - self._done_at > STUCK_SECONDS

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Any:
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
        finally:
            self._waiting -= 1

    def _ask(self, environ: WSGIEnvironment) -> Reply:
        """Ask the site, in a thread; its response is read to the end there: its database is the thread's."""
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun[:] = [int(status.split(" ", 1)[0]), headers]

        result = self._site(environ, start_response)
        log: dict[str, str] = environ.get(access_log.KEY, {})
        if isinstance(result, FileBody):
            return Reply(begun[0], begun[1], result.file, result.close, log)
        try:
            body = self._kept(result)
        finally:
            getattr(result, "close", lambda: None)()
        return Reply(begun[0], begun[1], body, body.close, log)

    def _kept(self, parts: Iterable[bytes]) -> IO[bytes]:
        body: Any = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY, dir=self._folder)  # noqa: SIM115 - the reply's
        for part in parts:
            body.write(part)
        body.seek(0)
        return body  # type: ignore[no-any-return]

    async def _send(self, scope: Scope, send: Send, reply: Reply, *, hold: bool) -> int:
        """Send the response as fast as it is read; `hold`: its end is left to the caller."""
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        size = 0
        part = await self._read(reply)
        while part and scope["method"] != "HEAD":
            size += len(part)
            following = await self._read(reply)
            await send({"type": "http.response.body", "body": part, "more_body": bool(following) or hold})
            if not following:
                return size
            part = following
        await send({"type": "http.response.body", "body": b"", "more_body": hold})
        return size

    async def _read(self, reply: Reply) -> bytes:
        if in_memory(reply.body):
            return reply.body.read(CHUNK)
        read: bytes = await self._in(self._files, reply.body.read, CHUNK)
        return read


def in_memory(body: Any) -> bool:
    """Whether reading this needs no disk."""
    return isinstance(body, io.BytesIO) or getattr(body, "_rolled", True) is False


def said(status: int, sentence: str, *, unread: bool = False) -> Reply:
    """A response of the server's own."""
    content = sentence.encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(content)))]
    return Reply(status, headers, io.BytesIO(content), log={"body": "unread"} if unread else {})


def declared_length(scope: Scope) -> int:
    """The length that the request says its body has; 0 if it says none."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def session_of(scope: Scope) -> str:
    """Whose request this says it is: who may not upload is refused at once, whatever it says."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    return parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")


def environment(scope: Scope, body: IO[bytes], length: int) -> WSGIEnvironment:
    """The request as WSGI has it. Names with an underscore could pass for others, and are left out."""
    host, port = scope.get("server") or ("localhost", None)
    client = scope.get("client")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "REMOTE_ADDR": client[0] if client else "",
        "CONTENT_LENGTH": str(length) if length else "",
        "CONTENT_TYPE": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": _Errors(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileBody,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name not in {"content-length", "transfer-encoding"} and "_" not in name:
            key = f"HTTP_{name.upper().replace('-', '_')}"
            joint = ";" if name == "cookie" else ","
            environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    return environ


class _Errors(io.TextIOBase):
    """`wsgi.errors`: into the log, where secrets are taken out."""

    def write(self, text: str) -> int:
        if text.strip():
            logger.warning("%s", text.strip())
        return len(text)
