"""kill -9 of a real worker in the middle of a run: nothing is lost, and nothing is done twice."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from colorizers.models import Colorization, GenerationRun, WorkState
from config.processes.redis import embedded_redis
from tests.builders import make_colorizer, make_photo_set

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True), pytest.mark.database]

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = 24
VISIBILITY_SECONDS = 4


def database_url() -> str:
    """The address of the test's own database, for processes outside of the test."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    port = f":{facts['PORT']}" if facts["PORT"] else ""
    secret = f":{facts['PASSWORD']}" if facts["PASSWORD"] else ""
    return f"postgres://{facts['USER']}{secret}@{facts['HOST']}{port}/{facts['NAME']}"


@pytest.fixture
def installation(own_media, tmp_path):
    """The environment of a real installation: this test's database and files, and a Redis of its own."""
    data = tmp_path / "data"
    data.mkdir()
    own_media.mkdir(parents=True, exist_ok=True)
    (data / "media").symlink_to(own_media, target_is_directory=True)
    log = tmp_path / "brush.log"
    log.touch()
    with embedded_redis(data) as address:
        yield os.environ | {
            "FOOLRATE_DATA": str(data),
            "DATABASE_URL": database_url(),
            "REDIS_URL": address,
            "TASK_VISIBILITY_SECONDS": str(VISIBILITY_SECONDS),
            "SLOW_BRUSH_LOG": str(log),
        }


@pytest.fixture
def order(installation):
    """Orders the pictures of a new set by the real command; gives the run."""

    def place(*, chunk: int) -> GenerationRun:
        photo_set, colorizer = make_photo_set(PHOTOS), make_colorizer()
        command = [sys.executable, "manage.py", "colorize"]
        command += ["--set", photo_set.name, "--colorizer", colorizer.slug]
        environment = installation | {"COLORIZE_CHUNK": str(chunk)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        run = GenerationRun.objects.get()
        assert (run.total, run.error) == (PHOTOS, "")
        return run

    return place


@pytest.fixture
def worker(installation, tmp_path):
    """Starts real workers, two processes each, in a process group of their own."""

    @contextmanager
    def start(name: str):
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "-c",
            "2",
            "-l",
            "info",
            "-n",
            name,
        ]
        command += ["-I", "tests.flows.slow_brush"]
        with (tmp_path / f"{name}.log").open("wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=installation, stdout=output, stderr=output, start_new_session=True
            )
        try:
            yield process
        finally:
            kill_group(process)

    return start


def kill_group(process: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def lines(installation: dict[str, str], word: str) -> Counter:
    """How often the workers spoke of each photo with this word."""
    log = Path(installation["SLOW_BRUSH_LOG"]).read_text()
    found = (line.split() for line in log.splitlines())
    return Counter(parts[1] for parts in found if parts and parts[0] == word)


def wait_for(condition, *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def is_over(run: GenerationRun) -> bool:
    return not GenerationRun.objects.get(pk=run.pk).is_active


def done() -> int:
    return Colorization.objects.done().count()


def test_a_killed_workers_run_is_finished_by_the_next_one_each_picture_once(order, worker, installation):
    run = order(chunk=4)

    with worker("first") as first:
        wait_for(lambda: done() >= 5, seconds=60, what="the first pictures")
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    before = set(Colorization.objects.done().values_list("pk", "digest", "attempts", "finished_at"))
    assert 5 <= len(before) < PHOTOS
    interrupted = set(
        Colorization.objects.filter(state=WorkState.RUNNING).values_list("photo__digest", flat=True)
    )

    with worker("second"):
        wait_for(lambda: done() == PHOTOS, seconds=90, what="the rest")
        wait_for(lambda: is_over(run), seconds=10, what="the run's end")
        time.sleep(2 * VISIBILITY_SECONDS)  # Whatever else the queue wants to deliver, let it come.

    run.refresh_from_db()
    assert (run.state, run.error) == (WorkState.DONE, "")
    rows = list(Colorization.objects.select_related("photo"))
    assert before <= {(row.pk, row.digest, row.attempts, row.finished_at) for row in rows}
    for row in rows:
        assert row.attempts == (2 if row.photo.digest in interrupted else 1), row
        with default_storage.open(row.file.name) as file:
            assert hashlib.sha256(file.read()).hexdigest() == row.digest
        assert row.provenance["photo"] == row.photo.digest
    begun, ended, announced = (lines(installation, word) for word in ("begin", "end", "announced"))
    everybody = {row.photo.digest for row in rows}
    assert begun.keys() == ended.keys() == everybody
    for count in (begun, ended):
        assert all(times <= (2 if digest in interrupted else 1) for digest, times in count.items())
    assert announced.keys() <= everybody
    assert max(announced.values()) == 1
    # Only a worker killed between its commit and its next breath could leave a picture unannounced.
    assert len(announced) >= PHOTOS - 2
    files = list(Path(default_storage.path("catalogue")).rglob("*.png"))
    assert {path.stem for path in files} == {row.digest for row in rows}


def test_two_workers_and_a_queue_that_delivers_too_early_paint_nothing_twice(
    order, worker, installation, tmp_path
):
    """Chunks take longer than the queue's patience: each is delivered again while its worker lives."""
    run = order(chunk=PHOTOS // 2)
    with worker("left"), worker("right"):
        wait_for(lambda: done() == PHOTOS, seconds=100, what="all pictures")
        wait_for(lambda: is_over(run), seconds=10, what="the run's end")
        time.sleep(VISIBILITY_SECONDS)
    assert set(Colorization.objects.values_list("attempts", flat=True)) == {1}
    for word in ("begin", "end", "announced"):
        counts = lines(installation, word)
        assert len(counts) == PHOTOS
        assert set(counts.values()) == {1}
    logs = "".join((tmp_path / f"{name}.log").read_text() for name in ("left", "right"))
    deliveries = [
        line for line in logs.splitlines() if "colorize_chunk" in line and line.endswith("received")
    ]
    assert len(deliveries) > 2, "the queue was patient after all: this test has tested nothing"


def test_a_photo_that_kills_every_worker_takes_no_other_photo_down(order, worker, installation):
    """It dies with a chunk in flight; from then on it is alone with its deaths, and is given up."""
    run = order(chunk=8)
    deadly = Colorization.objects.select_related("photo").order_by("pk")[3].photo.digest
    installation |= {"SLOW_BRUSH_DEADLY": deadly, "SLOW_BRUSH_SECONDS": "0.05"}
    with worker("mortal"):
        wait_for(lambda: is_over(run), seconds=150, what="the run's end")
    run.refresh_from_db()
    assert (run.state, run.error) == (WorkState.DONE, f"1 of {PHOTOS} photos could not be coloured.")
    failed = Colorization.objects.select_related("photo").get(state=WorkState.FAILED)
    assert failed.photo.digest == deadly
    assert "died 3 times" in failed.error
    assert lines(installation, "begin")[deadly] == 3
    assert done() == PHOTOS - 1
    assert set(Colorization.objects.done().values_list("attempts", flat=True)) <= {1, 2}
