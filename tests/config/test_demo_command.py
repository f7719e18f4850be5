"""The whole demonstration as a person starts it: on a folder of pictures, twice, ended by Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest

from config.demo.arms import missing_weights
from tests.conftest import colourful_pixels, png_bytes

pytestmark = [pytest.mark.workers, pytest.mark.timeout(420)]
ROOT = Path(__file__).parents[2]
END = "Ctrl-C stops everything."
# That they are there is a test of its own, in test_demo_plan.py.
needs_weights = pytest.mark.skipif(bool(missing_weights()), reason="trained networks are missing")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "My pictures"
    folder.mkdir()
    for seed in range(12):
        pixels = colourful_pixels(seed, width=340, height=300)
        (folder / f"picture {seed}.png").write_bytes(png_bytes(pixels))
    (folder / "photos.csv").write_text("file,licence,author\npicture 3.png,CC0,Ada\n")
    return folder


@pytest.fixture
def old_pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "Attic"
    folder.mkdir()
    grey = np.repeat(colourful_pixels(40, width=340, height=300)[..., :1], 3, axis=-1)
    (folder / "mill.png").write_bytes(png_bytes(grey))
    return folder


@pytest.fixture
def port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


class Started:
    """A demonstration that runs, with what it said so far and the processes that it started."""

    def __init__(self, data: Path, port: int, *options: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("REDIS_")}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=inherited
            | {"FOOLRATE_DATA": str(data), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "config.settings"},
        )
        self.lines: list[str] = []
        watchdog = threading.Timer(400, self.process.kill)
        watchdog.start()
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if END in line:
                break
        watchdog.cancel()
        self.children = psutil.Process(self.process.pid).children(recursive=True) if self.runs else []

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def address(self, name: str) -> str:
        line = next(line for line in self.lines if line.strip().startswith(name))
        return next(word for word in line.split() if word.startswith("http"))

    def press_ctrl_c(self) -> int:
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=60)
        self.lines += output.splitlines()
        return self.process.returncode


@pytest.fixture
def demonstrate(tmp_path: Path, port: int):
    started: list[Started] = []

    def start(*options: str) -> Started:
        started.append(Started(tmp_path / "data", port, *options))
        return started[-1]

    yield start
    for demo in started:
        if demo.runs:
            demo.process.kill()
            demo.process.wait()


def log_in(root: str, password: str) -> httpx.Client:
    client = httpx.Client(base_url=root, follow_redirects=True)
    client.get("/admin/login/")
    form = {
        "username": "admin",
        "password": password,
        "next": "/admin/",
        "csrfmiddlewaretoken": client.cookies["csrftoken"],
    }
    reply = client.post("/admin/login/", data=form, headers={"Referer": f"{root}/admin/login/"})
    assert reply.status_code == 200
    assert reply.url.path == "/admin/"
    return client


@needs_weights
def test_a_study_stands_at_the_end_and_the_second_time_nothing_is_made_again(
    demonstrate, pictures, old_pictures, port
):
    options = ("--photos", str(pictures), "--history", str(old_pictures), "--participants", "4")
    first = demonstrate(*options)
    assert first.runs, first.said
    assert "12 photographs are in the set my-pictures-" in first.said
    assert "4 simulated participations finished" in first.said

    assert httpx.get(first.address("Take the test")).status_code == 200
    password = first.said.partition("password ")[2].split(")")[0]
    admin = log_in(f"http://127.0.0.1:{port}", password)
    report = admin.get(first.address("Report"))
    assert report.status_code == 200
    assert "simulated" in report.text
    gallery = admin.get(first.address("History"))
    assert "Nobody knows their true colours" in gallery.text
    assert gallery.text.count("coloured by") >= 3

    assert first.press_ctrl_c() == 0
    assert first.lines[-1].startswith("Stopped.")
    assert not psutil.wait_procs(first.children, timeout=10)[1]

    second = demonstrate(*options)
    assert second.runs, second.said
    assert second.address("Report") == first.address("Report")
    assert f"password {password})" in second.said
    for work in ("photographs are in the set", "in the catalogue", "is live", "simulated participations"):
        assert work not in second.said
    assert second.press_ctrl_c() == 0


@needs_weights
def test_a_port_in_use_ends_it_with_one_sentence(demonstrate, port):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen(1)
        demo = demonstrate()
        assert demo.process.wait(timeout=30) == 1
    assert f"Port {port} is in use by another program. Choose another one: make demo PORT=" in demo.lines[-1]
    assert "Traceback" not in demo.said


def test_a_folder_of_old_photographs_that_is_not_there_ends_it_with_one_sentence(demonstrate, tmp_path: Path):
    demo = demonstrate("--history", str(tmp_path / "nowhere"))
    assert demo.process.wait(timeout=60) == 1
    assert "There is no folder" in demo.said
    assert "HISTORY=" in demo.said
    assert "Traceback" not in demo.said


def test_a_folder_with_too_few_pictures_ends_it_with_one_sentence(demonstrate, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    demo = demonstrate("--photos", str(tmp_path / "empty"))
    assert demo.process.wait(timeout=60) == 1
    assert "holds 0 pictures; at least 10 colour photographs are needed" in demo.said
    assert "Traceback" not in demo.said
