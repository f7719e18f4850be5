"""kill -9 of commands in the middle of their work: what they left is settled by the next sweep."""

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from colorizers.models import (
    Colorization,
    DeliveredPicture,
    GenerationRun,
    PhotoImport,
    PhotoSet,
    PictureImport,
    WorkState,
)
from config import tasks
from studies.models import Study, StudyState
from studies.services import lifecycle
from tests import builders
from tests.builders import make_photo_set, make_study
from tests.conftest import colourful_pixels, png_bytes
from tests.flows.test_worker_killed import database_url
from tests.installation import until

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True), pytest.mark.database]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def command(own_media, tmp_path):
    """Starts a real command on this test's database and files; gives its process."""
    data = tmp_path / "data"
    data.mkdir()
    own_media.mkdir(parents=True, exist_ok=True)
    (data / "media").symlink_to(own_media, target_is_directory=True)

    def start(*arguments: str) -> subprocess.Popen:
        environment = os.environ | {"FOOLRATE_DATA": str(data), "DATABASE_URL": database_url()}
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )

    return start


@pytest.fixture
def lapsed(settings, monkeypatch):
    """Claims lapse at once, and the queue is there and empty."""
    monkeypatch.setattr(tasks, "empty_queues", lambda: ["cpu", "gpu"])

    def lapse() -> None:
        settings.CLAIM_SECONDS = 0

    return lapse


def kill(process: subprocess.Popen) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_import_of_a_folder_is_settled_and_goes_on_when_it_is_called_again(
    command, tmp_path, lapsed
):
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(40):
        (folder / f"{seed:02d}.png").write_bytes(png_bytes(colourful_pixels(seed, width=700, height=500)))
    importing = ["import_photos", str(folder), "--set", "lake"]
    first = command(*importing)
    until(lambda: PhotoImport.objects.filter(files__position=2).exists(), seconds=60, what="three files")
    kill(first)
    left = PhotoImport.objects.get()
    tasks.sweep()
    left.refresh_from_db()
    assert left.state == WorkState.RUNNING  # its claim is fresh: it might live
    lapsed()
    tasks.sweep()
    left.refresh_from_db()
    assert left.state == WorkState.FAILED
    assert f"was interrupted; {left.files.count()} of 40 files had been looked at" in left.error
    assert command(*importing).wait() == 0
    assert PhotoSet.objects.get(name="lake").photos.count() == 40


def test_a_killed_import_of_pictures_keeps_nothing_and_goes_on_when_it_is_called_again(
    command, tmp_path, lapsed
):
    photo_set = make_photo_set(40, width=640, height=480)
    folder = tmp_path / "results"
    folder.mkdir()
    for photo in photo_set.photos.all():
        turned = np.ascontiguousarray(photo.read_rgb()[..., ::-1])
        (folder / photo.name).write_bytes(png_bytes(turned))
    importing = ["import_colorizations", str(folder), "--set", photo_set.name, "--name", "ours"]
    first = command(*importing)
    until(lambda: DeliveredPicture.objects.count() > 2, seconds=60, what="three pictures")
    kill(first)
    left = PictureImport.objects.get()
    looked_at = left.files.count()
    assert looked_at < 40
    assert not Colorization.objects.exists()
    lapsed()
    tasks.sweep()
    left.refresh_from_db()
    assert left.state == WorkState.FAILED
    assert f"was interrupted; {looked_at} of 40 files had been looked at" in left.error
    assert "run the same command again" in left.error
    assert command(*importing).wait() == 0
    assert Colorization.objects.done().count() == 40
    assert command(*importing).wait() == 0
    assert Colorization.objects.count() == 40
    assert PictureImport.objects.exclude(pk=left.pk).count() == PictureImport.objects.count()


def test_a_killed_launch_is_finished_by_a_worker(command, monkeypatch, lapsed, idle_queue):
    study = make_study(photos=30)
    launching = command("launch_study", study.slug)
    until(lambda: Study.objects.get().preparation.get("claim"), seconds=60, what="the preparation")
    kill(launching)
    assert Study.objects.get().state == StudyState.PREPARING
    monkeypatch.setattr(lifecycle, "send", builders.run_now)
    tasks.sweep()
    assert Study.objects.get().state == StudyState.PREPARING
    lapsed()
    tasks.sweep()
    assert Study.objects.get().state == StudyState.LIVE


def test_open_work_is_listed_and_can_be_cancelled(idle_queue):
    study = make_study()
    lifecycle.begin(study=study, goal=lifecycle.LAUNCH)
    imported = PhotoImport.objects.create(photo_set=study.photo_set, state=WorkState.RUNNING, total=9)
    pictures = PictureImport.objects.create(photo_set=study.photo_set, slug="ours", total=9)
    run = GenerationRun.objects.order_by("pk").first()
    GenerationRun.objects.filter(pk=run.pk).update(state=WorkState.RUNNING)
    out = StringIO()
    call_command("jobs", stdout=out)
    names = [line.split()[0] for line in out.getvalue().splitlines()]
    assert names == [f"run-{run.pk}", f"import-{imported.pk}", f"pictures-{pictures.pk}", f"study-{study.pk}"]
    for name in names:
        call_command("jobs", cancel=name, stdout=out)
    for job in (study, imported, pictures):
        job.refresh_from_db()
    assert (study.is_draft, imported.state, pictures.state) == (
        True,
        WorkState.CANCELLED,
        WorkState.CANCELLED,
    )
    with pytest.raises(CommandError, match="there is: none"):
        call_command("jobs", cancel="run-999", stdout=out)
