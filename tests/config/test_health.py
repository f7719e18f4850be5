"""What the site says of its own state."""

import shutil
from collections import namedtuple

import pytest
from django.core.cache import cache
from django.db import OperationalError

from config import health

pytestmark = pytest.mark.django_db

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def services(monkeypatch):
    cache.clear()
    monkeypatch.setattr(health.redis, "answers", lambda url: True)
    monkeypatch.setattr(health.app.control, "ping", lambda **_: [{"worker": "pong"}])


def test_a_site_in_order_says_so(client):
    for path in ("/healthz/", "/readyz/"):
        reply = client.get(path)
        assert (reply.status_code, reply.json()["status"]) == (200, "ok")


def test_a_full_disk_is_told(client, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 10**6, 10**6))
    reply = client.get("/healthz/")
    assert reply.status_code == 503
    assert reply.json()["disk"] == "full: less than 200 MB are free"


def test_a_database_that_does_not_answer_is_told_without_details(client, monkeypatch):
    def refuse(*_):
        raise OperationalError("password of foolrate wrong")

    monkeypatch.setattr(health.connection, "cursor", refuse)
    reply = client.get("/healthz/")
    assert (reply.status_code, reply.json()["database"]) == (503, "does not answer")


def test_redis_and_workers_are_told_apart_and_answers_do_not_hang_on_them(client, monkeypatch):
    monkeypatch.setattr(health.app.control, "ping", lambda **_: [])
    reply = client.get("/readyz/").json()
    assert (reply["redis"], reply["workers"]) == ("ok", "none answers")
    cache.clear()
    monkeypatch.setattr(health.redis, "answers", lambda url: False)
    reply = client.get("/readyz/")
    assert reply.status_code == 503
    assert (reply.json()["redis"], reply.json()["workers"]) == ("does not answer", "none answers")
    assert client.get("/healthz/").status_code == 200
