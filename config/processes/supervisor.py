"""Starts the processes of an installation, keeps them working, and stops every one of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any

WATCHDOG = Path(__file__).with_name("watchdog.py")
LOG_LIMIT = 5 * 1024**2  # bytes; a longer log becomes NAME.log.1
LOG_SECONDS = 7 * 86_400.0  # an older one too: no line of a log outlives two such times
LOGS_EVERY = 60.0  # seconds between two looks at the logs
POLL = 0.1  # seconds
LONGEST_PAUSE = 30.0  # seconds between two restarts
PATIENCE = 1.0  # seconds; a second Ctrl-C before that is the same one, sent to the group as well
STEADY = 20.0  # seconds after which a restart counts as a success

Say = Callable[[str], None]


class ServiceFailed(RuntimeError):
    """A process did not start; the message holds the end of its log."""


@dataclass(frozen=True)
class Service:
    """One process that belongs to the installation; when it ends or falls silent, it is started again."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool]
    ready_within: float = 60.0
    grace: float = 10.0  # seconds between asking it to end and killing it
    is_alive: Callable[[], bool] | None = None  # asked again and again; `is_ready` if there is none
    beat: float = 2.0  # seconds between two such questions
    patience: float = 15.0  # seconds without a sign of life after which it is killed
    environment: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], None] = lambda: None
    open_files: Sequence[int] = ()  # numbers of files that it inherits


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[Any]
    started: float
    silent_after: float  # without a sign of life until then it is taken for hung
    is_up: bool = False  # it was ready once: from then on it is started again
    is_hung: bool = False
    restarts: int = 0
    restart_at: float | None = None


class Supervisor:
    """Keeps services running until its block ends; use it as a context manager from the main thread.

    A service that ends, or gives no sign of life for its patience, is started again, ever more slowly.
    Without a folder for `logs`, they go where this process's output goes.

    Each process leads a group of its own, so that a Ctrl-C in the terminal reaches this one only and
    whatever a child starts is stopped with it. A watchdog does the same if this process is killed.
    """

    def __init__(self, logs: Path | None, say: Say) -> None:
        self.logs = logs
        self.say = say
        self._running: list[_Running] = []
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watchdog: subprocess.Popen[str] | None = None
        self._monitor = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._handlers: dict[int, Any] = {}
        self._interrupted_at: float | None = None
        self._troubles: set[str] = set()  # what failed when it was last tried, and was said

    def __enter__(self) -> Supervisor:
        if self.logs is not None:
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

    def start(self, services: Sequence[Service]) -> None:
        """Start the services together and return when every one of them is ready."""
        begun = [self._begin(service) for service in services]
        for running in begun:
            self._wait_until_ready(running)
            running.is_up = True
            running.silent_after = time.monotonic() + running.service.patience
            listener = threading.Thread(
                target=self._listen, args=[running], name=f"{running.service.name} heartbeat", daemon=True
            )
            listener.start()

    def wait(self) -> None:
        """Return when a signal ends the installation."""
        with contextlib.suppress(KeyboardInterrupt):
            while True:
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
            self._tell("Killing what is left.")
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
            process, now = self._spawn(service), time.monotonic()
            running = _Running(service, process, now, silent_after=now + service.ready_within)
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
                pass_fds=service.open_files,
                start_new_session=True,
            )
        self._tell_watchdog(f"+{process.pid}")
        return process

    @contextlib.contextmanager
    def _open_log(self, name: str) -> Iterator[IO[bytes] | None]:
        if self.logs is None:
            yield None
            return
        log: IO[bytes] | None = None
        with self._guarded(f"put the log of the {name} aside"):
            self._renew_log(name)
        with self._guarded(f"write the log of the {name}; its output comes here instead"):
            log = self.log_path(name).open("ab")
        with log or contextlib.nullcontext():
            yield log

    def log_path(self, name: str) -> Path:
        """Where the output of this service goes."""
        return (self.logs or Path()) / f"{name}.log"

    def _renew_log(self, name: str) -> None:
        """Put a log aside that is long or old; the process that writes it goes on at its new beginning."""
        path = self.log_path(name)
        begun, earlier = path.with_name(f"{path.name}.begun"), path.with_name(f"{path.name}.1")
        if not begun.exists():
            begun.touch()
        old = time.time() - begun.stat().st_mtime > LOG_SECONDS
        long = path.exists() and path.stat().st_size > LOG_LIMIT
        if old or long:
            # First: on a full disk this makes the room for the copy.
            earlier.unlink(missing_ok=True)
        if path.exists() and (old or long):
            try:
                shutil.copyfile(path, earlier)
            except OSError:
                # Half a copy helps nobody. An old log goes all the same: its time is over.
                earlier.unlink(missing_ok=True)
                if not old:
                    raise
            os.truncate(path, 0)
            begun.touch()

    def _wait_until_ready(self, running: _Running) -> None:
        service = running.service
        deadline = time.monotonic() + service.ready_within
        while not service.is_ready():
            code = running.process.poll()
            if code is not None:
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
        self._signal_group(running.process, signal.SIGKILL)
        running.process.wait()
        self._tell_watchdog(f"-{running.process.pid}")

    @staticmethod
    def _signal_group(process: subprocess.Popen[Any], what: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, what)

    # --- watching --------------------------------------------------------------------------------

    def _watch(self) -> None:
        looked = time.monotonic()
        while not self._stopping.wait(POLL):
            with self._lock:
                for running in self._running:
                    with self._guarded(f"look after the {running.service.name}"):
                        self._look_after(running)
            if self.logs is not None and time.monotonic() - looked > LOGS_EVERY:
                looked = time.monotonic()
                for running in self._running:
                    with self._guarded(f"put the log of the {running.service.name} aside"):
                        self._renew_log(running.service.name)

    @contextlib.contextmanager
    def _guarded(self, doing: str) -> Iterator[None]:
        """A fault of the moment, such as a full disk, ends no watching: it is said once, and tried again."""
        try:
            yield
        except Exception as error:
            if doing not in self._troubles:
                self._troubles.add(doing)
                self._tell(f"Could not {doing}: {error or type(error).__name__}. It is tried again.")
        else:
            self._troubles.discard(doing)

    def _tell(self, sentence: str) -> None:
        # The console may be a file on the disk that is full, or a pipe that nobody reads any more.
        with contextlib.suppress(OSError, ValueError):
            self.say(sentence)

    def _look_after(self, running: _Running) -> None:
        code = running.process.poll()
        now = time.monotonic()
        if code is None or not running.is_up:
            return
        if running.restart_at is None:
            self._plan_restart(running, code, now)
        elif now >= running.restart_at:
            with self._guarded(f"start the {running.service.name}"):
                running.process, running.started = self._spawn(running.service), now
                running.silent_after = now + running.service.ready_within
                running.restart_at, running.is_hung = None, False
            if running.restart_at is not None:
                running.restart_at = now + _next_pause(running)

    def _listen(self, running: _Running) -> None:
        """Ask for signs of life; one that is there but gives none is killed, and then started again."""
        service = running.service
        ask = service.is_alive or service.is_ready
        while not self._stopping.wait(service.beat):
            process = running.process
            heard = True  # who cannot ask has heard no silence
            with self._guarded(f"ask the {service.name} for a sign of life"):
                heard = process.poll() is None and ask()
            with self._lock:
                now = time.monotonic()
                if process is not running.process or process.poll() is not None:
                    continue
                if heard:
                    running.silent_after = now + service.patience
                elif now > running.silent_after and not self._stopping.is_set():
                    running.is_hung = True
                    self._signal_group(process, signal.SIGKILL)

    def _plan_restart(self, running: _Running, code: int, now: float) -> None:
        self._kill(running)
        if now - running.started > STEADY:
            running.restarts = 0
        pause = _next_pause(running)
        running.restart_at = now + pause
        when = "at once" if pause == 0 else f"in {pause:.0f} s"
        name = running.service.name
        ended = "did not answer any more and was killed" if running.is_hung else f"ended ({_how(code)})"
        log = f" Its log: {self.log_path(name)}" if self.logs is not None else ""
        self._tell(f"The {name} {ended}; starting it again {when}.{log}")

    def _obituary(self, service: Service, code: int) -> str:
        return f"The {service.name} ended by itself ({_how(code)}). {self._last_words(service)}"

    def _last_words(self, service: Service) -> str:
        if self.logs is None:
            return ""
        path = self.log_path(service.name)
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        except OSError as error:
            return f"Its log cannot be read: {error}"
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
            with contextlib.suppress(OSError):
                self._watchdog.stdin.write(line + "\n")
                self._watchdog.stdin.flush()

    def _dismiss_watchdog(self) -> None:
        if self._watchdog is None:
            return
        self._tell_watchdog("done")
        with contextlib.suppress(BrokenPipeError):
            self._watchdog.communicate()
        self._watchdog = None


def _next_pause(running: _Running) -> float:
    """How long to wait before the next start: longer each time."""
    pause = min(LONGEST_PAUSE, 2.0**running.restarts - 1)
    running.restarts = min(running.restarts + 1, 10)
    return pause


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
