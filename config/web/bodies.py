"""What a request brings: small bodies are read before a thread is taken, uploads while one reads them."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

BODY_SECONDS = 120.0  # for a small body, however slow its line
# Bytes of each body that need no room: an ordinary answer to a trial has 1 to 2 kB. With the number of
# connections this bounds what slow bodies take; docs/decisions/0022-web-server.md has the sum.
ALWAYS = 8 * 1024
SILENT_SECONDS = 60.0  # between two pieces of an upload
LINGER_SECONDS = 10.0  # for a refused upload to hear of its refusal


class TooLarge(Exception):
    """The body is larger than what is read here."""


class Gone(OSError):
    """The other side went away before its body was complete."""


class Full(Exception):
    """Too many bodies are held already: this one has no room."""


class Room:
    """Memory for bodies of requests that are not answered yet: `most` bytes of what is large in them."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0

    @contextlib.contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """Gives a function to call with the size of a body as it grows, which raises Full."""
        mine = 0

        def grow(size: int) -> None:
            nonlocal mine
            more = max(0, size - ALWAYS) - mine
            if more > 0 and self._taken + more > self._most:
                raise Full
            mine += more
            self._taken += more

        try:
            yield grow
        finally:
            self._taken -= mine


async def whole(receive: Receive, *, most: int, grow: Callable[[int], None]) -> bytes:
    """The body, of `most` bytes at most; raises TooLarge, Full, Gone or TimeoutError."""
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(BODY_SECONDS):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone("The connection ended within the body.")
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                raise TooLarge
            grow(size)
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)


async def discard(receive: Receive) -> None:
    """Read on for a moment: a connection that closes on unread bytes loses the answer, too."""
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
    except TimeoutError:
        return


class Upload(io.RawIOBase):
    """A large body as a file for a thread: each read waits for the line, and nothing is read ahead."""

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self._receive, self._loop = receive, loop
        self._left = b""
        self.complete = False

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes; raises Gone if none come."""
        while not self._left and not self.complete:
            coming = asyncio.run_coroutine_threadsafe(self._next(), self._loop)
            self._left = coming.result()
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise Gone(f"The upload was silent for {SILENT_SECONDS:.0f} s.") from None
        if message["type"] == "http.disconnect":
            raise Gone("The connection ended within the upload.")
        self.complete = not message.get("more_body")
        return bytes(message.get("body", b""))
