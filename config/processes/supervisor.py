"""Starts the processes of an installation, waits until they work, and stops every one of them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any

WATCHDOG = Path(__file__).with_name("watchdog.py")
LOG_LIMIT = 5 * 1024**2  # bytes; a longer log of earlier runs becomes NAME.log.1
POLL = 0.1  # seconds
LONGEST_PAUSE = 30.0  # seconds between two restarts
PATIENCE = 1.0  # seconds; a second Ctrl-C before that is the same one, sent to the group as well
STEADY = 60.0  # seconds after which a restart counts as a success

Say = Callable[[str], None]


class ServiceFailed(RuntimeError):
    """A process did not start, or ended by itself; the message holds the end of its log."""


@dataclass(frozen=True)
class Service:
    """One process that belongs to the installation."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool]
    ready_within: float = 60.0
    grace: float = 10.0  # seconds between asking it to end and killing it
    restart: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], None] = lambda: None


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[Any]
    started: float
    restarts: int = 0
    restart_at: float | None = None


class Supervisor:
    """Holds services that live and die together; use it as a context manager from the main thread.

    Each process leads a group of its own, so that a Ctrl-C in the terminal reaches this one only and
    whatever a child starts is stopped with it. A watchdog does the same if this process is killed.
    """

    def __init__(self, logs: Path, say: Say) -> None:
        self.logs = logs
        self.say = say
        self.failure: str | None = None
        self._running: list[_Running] = []
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watchdog: subprocess.Popen[str] | None = None
        self._monitor = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._handlers: dict[int, Any] = {}
        self._interrupted_at: float | None = None

    def __enter__(self) -> Supervisor:
        self.logs.mkdir(parents=True, exist_ok=True)
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", str(WATCHDOG)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[name] = signal.signal(name, self._interrupt)
        self._monitor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        for name, handler in self._handlers.items():
            signal.signal(name, handler)
        if self.failure and kind is not ServiceFailed:
            raise ServiceFailed(self.failure) from None

    def start(self, services: Sequence[Service]) -> None:
        """Start the services together and return when every one of them is ready."""
        begun = [self._begin(service) for service in services]
        for running in begun:
            self._wait_until_ready(running)

    def wait(self) -> None:
        """Return when a signal or the end of a service ends the installation."""
        with contextlib.suppress(KeyboardInterrupt):
            while not self.failure:
                time.sleep(POLL)

    def stop(self) -> None:
        """End every service in the reverse order of starting; a second Ctrl-C kills at once."""
        self._stopping.set()
        try:
            if self._monitor.is_alive():
                self._monitor.join()
            for running in reversed(self._running):
                self._end(running)
        except KeyboardInterrupt:
            self.say("Killing what is left.")
        finally:
            for running in self._running:
                self._kill(running)
            self._running.clear()
            self._dismiss_watchdog()

    def process_ids(self) -> dict[str, int]:
        """The process of each service."""
        return {running.service.name: running.process.pid for running in self._running}

    # --- one service -----------------------------------------------------------------------------

    def _begin(self, service: Service) -> _Running:
        with self._lock:
            running = _Running(service, self._spawn(service), time.monotonic())
            self._running.append(running)
        return running

    def _spawn(self, service: Service) -> subprocess.Popen[Any]:
        service.before_start()
        with self._open_log(service.name) as log:
            process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **service.environment},
                start_new_session=True,
            )
        self._tell_watchdog(f"+{process.pid}")
        return process

    def _open_log(self, name: str) -> IO[bytes]:
        path = self.log_path(name)
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_name(path.name + ".1"))
        return path.open("ab")

    def log_path(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _wait_until_ready(self, running: _Running) -> None:
        service = running.service
        deadline = time.monotonic() + service.ready_within
        while not service.is_ready():
            code = running.process.poll()
            if code is not None and not service.restart:
                raise ServiceFailed(self._obituary(service, code))
            if time.monotonic() > deadline:
                raise ServiceFailed(
                    f"The {service.name} did not answer within {service.ready_within:.0f} seconds. "
                    + self._last_words(service)
                )
            time.sleep(POLL)

    def _end(self, running: _Running) -> None:
        process, service = running.process, running.service
        if process.poll() is not None:
            return
        # Only the leader is asked: it knows in which order its own children end.
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(service.grace)

    def _kill(self, running: _Running) -> None:
        """Kill whatever is left of the service's group, its leader included."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
        self._tell_watchdog(f"-{running.process.pid}")

    # --- watching --------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._stopping.wait(POLL):
            with self._lock:
                for running in self._running:
                    self._look_after(running)
            if self.failure:
                # The main thread may be anywhere in its work; it leaves it as for a Ctrl-C.
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _look_after(self, running: _Running) -> None:
        code = running.process.poll()
        now = time.monotonic()
        if code is None:
            return
        if not running.service.restart:
            self.failure = self.failure or self._obituary(running.service, code)
        elif running.restart_at is None:
            self._plan_restart(running, code, now)
        elif now >= running.restart_at:
            running.process, running.started = self._spawn(running.service), now
            running.restart_at = None

    def _plan_restart(self, running: _Running, code: int, now: float) -> None:
        self._kill(running)
        if now - running.started > STEADY:
            running.restarts = 0
        pause = min(LONGEST_PAUSE, 2.0**running.restarts - 1)
        running.restarts += 1
        running.restart_at = now + pause
        when = "at once" if pause == 0 else f"in {pause:.0f} s"
        self.say(
            f"The {running.service.name} ended ({_how(code)}); starting it again {when}. "
            f"Its log: {self.log_path(running.service.name)}"
        )

    def _obituary(self, service: Service, code: int) -> str:
        return f"The {service.name} ended by itself ({_how(code)}). {self._last_words(service)}"

    def _last_words(self, service: Service) -> str:
        path = self.log_path(service.name)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        return f"The end of its log, {path}:\n" + "\n".join(f"    {line}" for line in lines)

    # --- signals and the watchdog ----------------------------------------------------------------

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._interrupted_at is None:
            self._interrupted_at = now
            if not self._stopping.is_set():
                raise KeyboardInterrupt
        elif number == signal.SIGINT and now - self._interrupted_at > PATIENCE:
            raise KeyboardInterrupt

    def _tell_watchdog(self, line: str) -> None:
        if self._watchdog and self._watchdog.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.write(line + "\n")
                self._watchdog.stdin.flush()

    def _dismiss_watchdog(self) -> None:
        if self._watchdog is None:
            return
        self._tell_watchdog("done")
        with contextlib.suppress(BrokenPipeError):
            self._watchdog.communicate()
        self._watchdog = None


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
