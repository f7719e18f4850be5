"""The cast and the ground that all tests share."""

import gc
import io
import itertools
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Playwright's synchronous interface runs an event loop beside the test's database connection.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import kombu.utils.functional
import numpy as np
import pytest
from hypothesis import settings as hypothesis_settings
from PIL import Image

# A busy machine is no reason to fail: how long an example takes is not what the tests are about.
hypothesis_settings.register_profile("foolrate", deadline=None)
hypothesis_settings.load_profile("foolrate")

# In most tests nobody listens at the queue's address: asking again need not take its time.
kombu.utils.functional.sleep = lambda seconds: time.sleep(min(seconds, 0.01))


def pytest_unconfigure() -> None:
    from django.conf import settings

    if settings.FOOLRATE_DATA.name.startswith("foolrate-test-"):
        shutil.rmtree(settings.FOOLRATE_DATA, ignore_errors=True)


_numbers = itertools.count()
LONG = ("browser", "workers", "slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: no process ends with several of them while the others have nothing left to do."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in LONG))


def pytest_collection_finish() -> None:
    """Tasks are known by name, as to a worker; no search for garbage goes through what is imported."""
    from celery import current_app

    current_app.loader.import_default_modules()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
    """SQLite in a file, as in use: servers and threads get connections of their own to it."""
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        file = settings.FOOLRATE_DATA / "test.sqlite3"
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(file)


@pytest.fixture(autouse=True)
def own_media(settings) -> Path:
    """Files that a test stores are its own; the folder comes with the first of them.

    It goes with the last test: methods that were loaded for one test may read their reference photos later.
    """
    settings.MEDIA_ROOT = settings.FOOLRATE_DATA / "media-of-tests" / str(next(_numbers))
    return settings.MEDIA_ROOT


@pytest.fixture(scope="session")
def built_once(django_db_setup, django_db_blocker, tmp_path_factory) -> Callable[[Callable[[], Any]], Any]:
    """Builds what many tests only look at: gives what was made, and leaves no row behind.

    For fixtures of modules and sessions.
    """

    def build(make: Callable[[], Any]) -> Any:
        from django.db import transaction
        from django.test import override_settings

        own_files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
        with django_db_blocker.unblock(), own_files, transaction.atomic():
            made = make()
            transaction.set_rollback(True)
        return made

    return build


@pytest.fixture
def idle_queue(monkeypatch) -> None:
    """Orders to workers are taken and lie there: no test waits for a broker that it does not need."""
    monkeypatch.setattr("celery.Celery.send_task", lambda *args, **options: None)


@pytest.fixture
def every_design(monkeypatch) -> None:
    """Studies may have designs, too, of which nobody concludes anything."""
    monkeypatch.setattr("studies.designs._concluded", [])


@pytest.fixture
def ada(django_user_model):
    """A researcher: she runs the open study."""
    return django_user_model.objects.create_user("ada", password="engine-no-1", is_staff=True)


@pytest.fixture
def ben(django_user_model):
    """A researcher who has no part in it."""
    return django_user_model.objects.create_user("ben", password="engine-no-2", is_staff=True)


@pytest.fixture
def root(django_user_model):
    """The administrator of the installation."""
    return django_user_model.objects.create_superuser("root", password="engine-no-0")


def colourful_pixels(seed: int, *, width: int = 96, height: int = 80) -> np.ndarray:
    """A smooth colourful picture (H, W, 3) uint8, different for each seed."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def png_bytes(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """A folder of 30 colourful pictures of 96 x 80 pixels."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(30):
        (folder / f"photo-{seed:02d}.png").write_bytes(png_bytes(colourful_pixels(seed)))
    return folder
