"""The services of an installation: how they are called, and what a dead worker's tasks become."""

from pathlib import Path

import pytest
from kombu import Connection

from config.processes import healthcheck, redis, services
from tests.installation import free_port


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


def test_sqlite_gets_one_web_process(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    with services.web_services(host="127.0.0.1", port=free_port()) as (web,):
        assert web.name == "web"


def test_postgresql_gets_a_process_for_each_core_that_share_one_line_of_visitors(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    monkeypatch.setattr(services, "cores", lambda: 3)
    with services.web_services(host="127.0.0.1", port=free_port()) as found:
        assert [service.name for service in found] == ["web-1", "web-2", "web-3"]
        assert len({service.open_files[0] for service in found}) == 1
        assert len({service.open_files[1] for service in found}) == 3


def test_children_know_the_address_and_the_data_folder_of_their_installation(settings, monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    port = free_port()
    with services.web_services(host="0.0.0.0", port=port) as (web, *_):
        assert web.environment["SITE_URL"] == f"http://127.0.0.1:{port}"
        assert web.environment["FOOLRATE_DATA"] == str(settings.FOOLRATE_DATA)


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
