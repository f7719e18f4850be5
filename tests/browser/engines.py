"""Firefox and WebKitGTK by the protocols that they bring along: nothing to install but the browsers."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
START_SECONDS = 60


class Missing(Exception):
    """A browser or its driver is not installed; the message says which Debian package brings it."""


class Engine:
    """One window of a browser, by the commands of WebDriver (W3C)."""

    def __init__(self, send: Callable[[str, dict[str, Any]], Any]) -> None:
        self._send = send

    def go(self, url: str) -> None:
        self._send("navigate", {"url": url})

    def resize(self, width: int, height: int) -> None:
        self._send("resize", {"width": width, "height": height})

    def run(self, script: str, *args: Any) -> Any:
        return self._send("run", {"script": script, "args": list(args)})

    def click(self, css: str) -> bool:
        """A real click on the first element of that kind; False if there is none to click on."""
        found = self._send("find", {"using": "css selector", "value": css})
        if not found:
            return False
        # A person scrolls it out from under the bar at the foot; a driver is content with its edge in view.
        # It may be gone by now: the page goes on by itself.
        with suppress(DriverError):
            self.run('document.querySelector(arguments[0])?.scrollIntoView({block: "center"})', css)
            self._send("click", {"id": found[0][ELEMENT]})
        return True


class DriverError(Exception):
    """The browser refused a command; its words."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(connects: Callable[[], Any]) -> Any:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return connects()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@contextmanager
def firefox() -> Iterator[Engine]:
    """Debian's Firefox, by Marionette, which is in every Firefox (geckodriver is not in Debian)."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        raise Missing("Firefox is not installed (firefox-esr).")
    with tempfile.TemporaryDirectory() as profile:
        port = free_port()
        Path(profile, "user.js").write_text(f'user_pref("marionette.port", {port});\n')
        command = [program, "--headless", "--marionette", "--no-remote", "--profile", profile]
        with _running(command):
            line = _until(lambda: socket.create_connection(("127.0.0.1", port), timeout=60)).makefile("rwb")
            yield Engine(_marionette(line))
            line.close()


def _marionette(line: Any) -> Callable[[str, dict[str, Any]], Any]:
    names = {
        "navigate": "Navigate", "resize": "SetWindowRect", "run": "ExecuteScript", "find": "FindElements",
        "click": "ElementClick", "new": "NewSession",
    }  # fmt: skip

    def read() -> Any:
        length = b""
        while not length.endswith(b":"):
            length += line.read(1)
        return json.loads(line.read(int(length[:-1])))

    def send(name: str, parameters: dict[str, Any]) -> Any:
        message = json.dumps([0, 1, f"WebDriver:{names[name]}", parameters]).encode()
        line.write(str(len(message)).encode() + b":" + message)
        line.flush()
        _, _, error, value = read()
        if error:
            raise DriverError(error["message"])
        return value["value"] if isinstance(value, dict) and value.keys() == {"value"} else value

    read()  # its greeting
    send("new", {})
    return send


@contextmanager
def webkit() -> Iterator[Engine]:
    """WebKitGTK's MiniBrowser by its own driver, on a screen of its own where there is none."""
    driver = shutil.which("WebKitWebDriver")
    browsers = sorted(Path("/usr").glob("lib/*/webkit2gtk-4.*/MiniBrowser"))
    if driver is None or not browsers:
        raise Missing("WebKitGTK is not installed (webkit2gtk-driver).")
    with _screen() as display:
        port = free_port()
        with _running([driver, f"--port={port}"], {"DISPLAY": display}):
            send = _webdriver(f"http://127.0.0.1:{port}", str(browsers[-1]))
            yield Engine(send)
            send("end", {})


@contextmanager
def _screen() -> Iterator[str]:
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    program = shutil.which("Xvfb")
    if program is None:
        raise Missing("WebKitGTK needs a screen (xvfb).")
    # Tests that run side by side must not meet on one screen.
    first = 100 + os.getpid() % 800
    number = next(n for n in range(first, first + 50) if not Path(f"/tmp/.X11-unix/X{n}").exists())
    with _running([program, f":{number}", "-screen", "0", "1600x1200x24"]):
        for _ in range(START_SECONDS * 5):
            if Path(f"/tmp/.X11-unix/X{number}").exists():
                break
            time.sleep(0.2)
        yield f":{number}"


def _webdriver(address: str, browser: str) -> Callable[[str, dict[str, Any]], Any]:
    def ask(method: str, path: str, body: dict[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            address + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise DriverError(error.read().decode()) from error

    options = {"binary": browser, "args": ["--automation"]}
    wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
    session = f"/session/{_until(lambda: ask('POST', '/session', wanted))['sessionId']}"
    paths = {"navigate": "/url", "resize": "/window/rect", "run": "/execute/sync", "find": "/elements"}

    def send(name: str, parameters: dict[str, Any]) -> Any:
        if name == "end":
            return ask("DELETE", session, None)
        if name == "click":
            return ask("POST", f"{session}/element/{parameters['id']}/click", {})
        return ask("POST", session + paths[name], parameters)

    return send
