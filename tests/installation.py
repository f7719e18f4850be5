"""A whole installation in processes of its own, on the test's database and files, and people who visit it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.flows.test_worker_killed import database_url

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """A running one."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """What its supervisor and processes wrote so far."""
        return "".join(path.read_text(errors="replace") for path in self.logs())

    def logs(self) -> list[Path]:
        """Every file that it logs to."""
        return [path for path in (self.data / "logs").rglob("*") if path.is_file()]

    def processes(self, word: str) -> list[psutil.Process]:
        """Its own children with this word in their command line."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # it ended meanwhile
                if word in " ".join(child.cmdline()):
                    found.append(child)
        return found


@contextmanager
def installation(data: Path, command: str = "run", **environment: str) -> Iterator[Installation]:
    """`manage.py run` (or another command) from the time at which it is up to the end of the block.

    The site may answer before the worker does: a worker that dies before it was ready is not started again.
    """
    (data / "logs").mkdir(parents=True, exist_ok=True)
    port = free_port()
    variables = os.environ | {
        "FOOLRATE_DATA": str(data), "DATABASE_URL": database_url(), "SECRET_KEY": "for-this-test-only-" * 4,
        "REDIS_URL": "", "DEBUG": "0", "LOG_LEVEL": "INFO", "WORKER_PROCESSES": "1",
    } | environment  # fmt: skip
    with (data / "logs" / "console.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", command, "--port", str(port)],
            cwd=ROOT, env=variables, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    running = Installation(data, port, process)
    try:
        until(lambda: process.poll() is not None or is_up(running, command), seconds=120, what="the site")
        assert process.poll() is None, running.said()
        yield running
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()


def is_up(running: Installation, command: str) -> bool:
    """Whether the site answers and, of `run`, everything else is ready, too."""
    return answers(running) and (command != "run" or "Ctrl-C stops everything." in running.said())


def answers(running: Installation) -> bool:
    """Whether the site answers."""
    try:
        return httpx.get(f"{running.address}/healthz/", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def until(condition: Callable[[], Any], *, seconds: float, what: str) -> None:
    """Wait for it."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


class Visitor:
    """A person's browser without a screen: comes, consents, answers as fast as it can."""

    def __init__(self, address: str, landing: str) -> None:
        self.client = httpx.Client(base_url=address, timeout=60, headers={"Origin": address})
        page = self.client.get(landing)
        fields = dict(re.findall(r'name="(csrfmiddlewaretoken|ticket|arrival)" value="([^"]*)"', page.text))
        begun = self.client.post(
            f"{landing.partition('?')[0]}begin/", data=fields | {"consent": "on", "language": "en"}
        )
        assert begun.status_code == 302, begun.text
        self.code = begun.headers["Location"].strip("/").split("/")[-1]
        self.client.get(f"/p/{self.code}/")
        self.client.headers["X-CSRFToken"] = self.client.cookies["csrftoken"]

    def trials(self) -> list[dict[str, Any]]:
        """What is still to be answered."""
        state = self.client.get(f"/p/{self.code}/state/")
        assert state.status_code == 200, state.text
        trials: list[dict[str, Any]] = state.json()["trials"]
        return trials

    def answer(self, trial: dict[str, Any], value: str = "") -> httpx.Response:
        """Answer this trial."""
        payload = {
            "answer": value or trial["answers"][0]["value"], "rt_ms": 700.0, "input": "keyboard",
            "frames": [], "refresh_ms": 16.7, "layout": "row", "events": [], "runner": "1.0.0",
            "shown_before": 0,
        }  # fmt: skip
        return self.client.post(f"/t/{trial['code']}/response/", json=payload)
