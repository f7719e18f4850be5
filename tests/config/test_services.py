"""The services of an installation: how they are called, and what a dead worker's tasks become."""

from pathlib import Path

import pytest
from kombu import Connection

from config.processes import healthcheck, redis, services


@pytest.mark.workers
def test_what_a_dead_worker_had_taken_is_queued_again_at_once(tmp_path: Path, settings):
    with redis.embedded_redis(tmp_path) as url:
        settings.CELERY_BROKER_URL = url.replace("unix://", "redis+socket://")
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        prefix = options["global_keyprefix"]
        with Connection(settings.CELERY_BROKER_URL, transport_options=options) as taker:
            queue = taker.SimpleQueue("celery")
            queue.put({"task": "paint"})
            queue.get(timeout=5)  # taken and never acknowledged, as by a worker that was killed
            assert redis.client(url).llen(f"{prefix}celery") == 0
            services.give_back_tasks()
            assert redis.client(url).llen(f"{prefix}celery") == 1


def test_sqlite_gets_one_web_process_with_threads(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    command = services.web_service(host="127.0.0.1", port=8000).command
    assert command[command.index("--workers") + 1] == "1"
    assert command[command.index("--worker-class") + 1] == "gthread"


def test_postgresql_gets_a_process_for_each_core(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    monkeypatch.setattr(services, "cores", lambda: 6)
    command = services.web_service(host="::1", port=8000).command
    assert command[command.index("--workers") + 1] == "6"
    assert command[command.index("--bind") + 1] == "[::1]:8000"


def test_children_know_the_address_and_the_data_folder_of_their_installation(settings, monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    environment = services.web_service(host="0.0.0.0", port=8123).environment
    assert environment["SITE_URL"] == "http://127.0.0.1:8123"
    assert environment["FOOLRATE_DATA"] == str(settings.FOOLRATE_DATA)


@pytest.mark.parametrize(
    ("allowed", "name"),
    [
        ("", "127.0.0.1"),
        ("*", "127.0.0.1"),
        (".example.org", "example.org"),
        ("study.example.org,localhost", "study.example.org"),
    ],
)
def test_the_health_check_asks_by_a_name_that_the_site_answers_to(monkeypatch, allowed, name):
    monkeypatch.setenv("ALLOWED_HOSTS", allowed)
    assert healthcheck.host_header() == name


def test_a_site_that_is_not_there_is_not_healthy():
    assert not healthcheck.answers("http://127.0.0.1:1")
