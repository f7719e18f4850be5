"""A method is installed and registered while a worker runs, which finds it without being started again."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizers.models import Colorization, GenerationRun
from config.processes.redis import embedded_redis
from tests.builders import make_photo_set
from tests.flows.test_worker_killed import database_url, kill_group, wait_for

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
METHOD = """
import sys
import numpy as np
from colorizers.methods import Method

def build(parts):
    def predict(lightness, source):
        {body}
    return predict

METHOD = Method(name={name!r}, summary="Red.", citation="A method of this test; no paper.", build=build)
"""
RED = "return np.full((*lightness.shape, 2), 20, np.float32)"


def install(folder: Path, name: str, body: str) -> None:
    """What pip leaves behind: a module and the entry point that names it."""
    (folder / f"brought_{name}.py").write_text(METHOD.format(name=name, body=body))
    facts = folder / f"brought_{name}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: brought-{name}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[foolrate.methods]\n{name} = brought_{name}:METHOD\n")


def test_a_worker_finds_a_method_that_was_installed_after_it_started(own_media, tmp_path):
    packages, data = tmp_path / "packages", tmp_path / "data"
    for folder in (packages, data, own_media):
        folder.mkdir(parents=True, exist_ok=True)
    (data / "media").symlink_to(own_media, target_is_directory=True)
    photos = make_photo_set(2)
    with embedded_redis(data) as address:
        environment = os.environ | {
            "FOOLRATE_DATA": str(data), "DATABASE_URL": database_url(), "REDIS_URL": address,
            "PYTHONPATH": f"{packages}{os.pathsep}{ROOT}",
        }  # fmt: skip

        def manage(*arguments: str) -> str:
            return subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip

        def order(name: str) -> None:
            manage("register_colorizer", "--method", name, "--name", name)
            manage("colorize", "--set", photos.name, "--colorizer", name)
            run = GenerationRun.objects.get(colorizer__slug=name)
            wait_for(lambda: run.progress().settled == run.total, seconds=60, what=name)

        log = tmp_path / "worker.log"
        with log.open("wb") as output:
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1", "-l", "info"],
                cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        try:
            # It has looked for methods once, and holds what it found.
            order_of_grey = ["register_colorizer", "--method", "grey", "--name", "grey"]
            manage(*order_of_grey)
            manage("colorize", "--set", photos.name, "--colorizer", "grey")
            wait_for(lambda: Colorization.objects.done().count() == 2, seconds=60, what="the worker")
            time.sleep(0.05)  # The folder's time has to move on where it is coarse.
            install(packages, "red", RED)
            order("red")
            install(packages, "leaver", 'sys.exit("no licence")')
            order("leaver")
        finally:
            kill_group(worker)
    red = Colorization.objects.filter(colorizer__slug="red")
    assert [row.error for row in red] == ["", ""]
    for row in Colorization.objects.filter(colorizer__slug="leaver"):
        assert "sys.exit('no licence')" in row.error
        assert row.attempts == 1
        assert "memory" not in row.error
