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
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import connection

from colorizers import services, tasks
from colorizers.models import Colorization, WorkState
from config.processes.redis import embedded_redis
from tests.builders import make_colorizer, make_photo_set

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True)]

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
def broker(tmp_path, settings):
    """A real embedded Redis that this process sends its orders to."""
    app = tasks.colorize_chunk.app
    with embedded_redis(tmp_path) as url:
        address = url.replace("unix://", "redis+socket://", 1)
        before = app.conf.broker_url
        app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = address
        app.pool.force_close_all()
        app.amqp.producer_pool.force_close_all()
        app._pool = app.amqp._producer_pool = None
        yield url
        app.pool.force_close_all()
        app._pool = app.amqp._producer_pool = None
        app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = before


@pytest.fixture
def worker(broker, own_media, tmp_path):
    """Starts real workers, two processes each, in a process group of their own."""
    log = tmp_path / "brush.log"
    log.touch()
    data = tmp_path / "data"
    data.mkdir()
    environment = os.environ | {
        "FOOLRATE_DATA": str(data),
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker,
        "TASK_VISIBILITY_SECONDS": str(VISIBILITY_SECONDS),
        "COLORIZE_CHUNK": str(django_settings.COLORIZE_CHUNK),
        "SLOW_BRUSH_LOG": str(log),
        "PYTHONPATH": str(ROOT),
    }
    # Workers store where this test looks.
    (data / "media").symlink_to(own_media, target_is_directory=True)
    own_media.mkdir(parents=True, exist_ok=True)

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
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        try:
            yield process
        finally:
            kill_group(process)

    start.log = log
    return start


def kill_group(process: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def lines(log: Path, word: str) -> Counter:
    """How often each photo is spoken of with this word."""
    found = (line.split() for line in log.read_text().splitlines())
    return Counter(parts[1] for parts in found if parts and parts[0] == word)


def wait_for(condition, *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def done() -> int:
    return Colorization.objects.done().count()


def test_a_killed_workers_run_is_finished_by_the_next_one_each_picture_once(worker):
    photo_set, colorizer = make_photo_set(PHOTOS), make_colorizer()
    run = services.order_generation(photo_set=photo_set, colorizer=colorizer)
    run.refresh_from_db()
    assert run.error == ""

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
        wait_for(lambda: not type(run).objects.get(pk=run.pk).is_active, seconds=10, what="the run's end")
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
    begun, ended, announced = (lines(worker.log, word) for word in ("begin", "end", "announced"))
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


def test_two_workers_and_a_queue_that_delivers_too_early_paint_nothing_twice(worker, settings):
    """Chunks take longer than the queue's patience: each is delivered again while its worker lives."""
    settings.COLORIZE_CHUNK = PHOTOS // 2
    photo_set, colorizer = make_photo_set(PHOTOS), make_colorizer()
    os.environ["SLOW_BRUSH_SECONDS"] = "0.5"
    run = services.order_generation(photo_set=photo_set, colorizer=colorizer)
    with worker("left"), worker("right"):
        wait_for(lambda: done() == PHOTOS, seconds=100, what="all pictures")
        wait_for(lambda: not type(run).objects.get(pk=run.pk).is_active, seconds=10, what="the run's end")
        time.sleep(VISIBILITY_SECONDS)
    assert set(Colorization.objects.values_list("attempts", flat=True)) == {1}
    for word in ("begin", "end", "announced"):
        counts = lines(worker.log, word)
        assert len(counts) == PHOTOS
        assert set(counts.values()) == {1}
