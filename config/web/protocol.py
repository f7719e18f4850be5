"""One connection: what it may send before its request is complete, and how long it may be silent."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0  # for a whole head, and for a new connection to send its first byte
HEAD_BYTES = 32 * 1024
STALLED_SECONDS = 60.0  # without a byte taken of a response that waits


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with limits on heads and on readers that stopped reading."""

    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0  # as received, with what else came in the same pieces
    _head_text = 0  # of its lines
    _waiting = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the new connection some time for its first head."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop("_head_timer")
        self._stop("_stall_timer")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head that is not complete yet."""
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()
        if self._head_timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_bytes > HEAD_BYTES:
            self._refuse("Request head too large.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One more line of the head; the parser turns the error into a 400."""
        self._head_text += len(name) + len(value)
        if self._head_text > HEAD_BYTES:
            raise ValueError("The head is too large.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there: its clock stops."""
        self._stop("_head_timer")
        self._head_bytes = self._head_text = 0
        # The parser gives trailers after the body as headers too: none may pass for one of the head.
        self.scope["headers"] = list(self.headers)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """The other side reads slowly: look after a while whether it reads at all."""
        super().pause_writing()
        self._waiting = self.transport.get_write_buffer_size()
        self._stop("_stall_timer")
        self._stall_timer = self.loop.call_later(STALLED_SECONDS, self._look_at_reader)

    def resume_writing(self) -> None:
        """It reads."""
        self._stop("_stall_timer")
        super().resume_writing()

    def _look_at_reader(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting >= self._waiting:
            self.transport.abort()
            return
        self._waiting = waiting
        self._stall_timer = self.loop.call_later(STALLED_SECONDS, self._look_at_reader)

    def _expect_head(self) -> None:
        self._head_bytes = self._head_text = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, sentence: str) -> None:
        self._stop("_head_timer")
        if not self.transport.is_closing():
            self.send_400_response(sentence)

    def _stop(self, name: str) -> None:
        timer: Any = getattr(self, name)
        if timer is not None:
            timer.cancel()
            setattr(self, name, None)
