"""The services of an installation on one machine, and how each one shows that it works."""

from __future__ import annotations

import contextlib
import http.client
import logging
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection
from kombu.exceptions import KombuError
from redis import RedisError

from colorizers.services import devices
from config import pulse
from config.celery import app
from config.environment import env_int, env_list
from config.processes import checks, redis
from config.processes.supervisor import Service
from config.web import access_log
from config.web.bridge import ALIVE

logger = logging.getLogger(__name__)

WEB_SIGN_SECONDS = 5.0
QUEUES = ("cpu", "gpu")


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def redis_service() -> Service | None:
    """The embedded Redis; None when REDIS_URL names another one, which must answer."""
    if not _is_embedded():
        redis.require(settings.REDIS_URL)
        return None
    data: Path = settings.FOOLRATE_DATA
    redis.stop_leftover(data)
    redis.prepare(data)
    return Service(
        name="redis",
        command=redis.command(data),
        is_ready=lambda: redis.answers(settings.REDIS_URL),
        ready_within=redis.STARTS_WITHIN,
    )


def worker_services() -> list[Service]:
    """This installation's workers: one for all queues, or, beside a worker for the GPUs, one for the rest."""
    queues = worker_queues()
    if len(queues) > 1 and worker_gpus():
        return [_worker_service([queue], name=f"worker-{queue}", alone=False) for queue in queues]
    return [_worker_service(queues, name="worker", alone=True)]


def _worker_service(queues: list[str], *, name: str, alone: bool) -> Service:
    node = f"foolrate-{name}-{os.getpid()}@{settings.FOOLRATE_DATA.name}"
    alone = alone and _is_embedded()
    return worker_service(queues, worker_processes(queues), node, name=name, alone=alone)


def worker_service(
    queues: list[str],
    processes: int,
    node: str,
    *,
    name: str = "worker",
    alone: bool = False,
    grace: float = 15,
) -> Service:
    """A Celery worker; one that starts again, if it is `alone`, gets the tasks of its predecessor at once."""
    pulses = settings.FOOLRATE_DATA / "run" / node

    def before_start() -> None:
        pulse.clear(pulses)
        if alone:
            give_back_tasks()

    def is_alive() -> bool:
        for number in pulse.kill_silent(pulses):
            logger.warning("Process %d of the %s gave no sign of life and was killed.", number, name)
        # Without Redis nobody can ask, and a worker that waits for it is as it should be.
        return not redis.answers(settings.REDIS_URL) or _worker_answers(node)

    return Service(
        name=name,
        command=worker_command(processes, node, queues),
        is_ready=lambda: _worker_answers(node),
        grace=grace,
        is_alive=is_alive,
        beat=5.0,
        patience=20.0,
        environment=_project_environment() | worker_environment(processes) | {pulse.FOLDER: str(pulses)},
        before_start=before_start,
    )


def worker_queues() -> list[str]:
    """The queues that WORKER_QUEUES names, all of them if it names none; ImproperlyConfigured for others."""
    named = env_list("WORKER_QUEUES") or list(QUEUES)
    if not set(named) <= set(QUEUES):
        raise ImproperlyConfigured(f"WORKER_QUEUES must name some of {', '.join(QUEUES)}, not {named}")
    return named


def worker_gpus() -> int:
    """How many GPUs a worker on this machine computes on, as COLORIZE_DEVICE says."""
    return devices.gpus() if settings.COLORIZE_DEVICE in {"auto", "cuda"} else 0


def worker_processes(queues: list[str]) -> int:
    """WORKER_PROCESSES, else one for each GPU where networks run on GPUs, else one for each core."""
    return env_int("WORKER_PROCESSES", (worker_gpus() if "gpu" in queues else 0) or cores(), at_least=1)


def worker_environment(processes: int) -> dict[str, str]:
    """The cores shared among the processes: libraries that each took all of them would only wait."""
    threads = str(max(1, cores() // processes))
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: os.environ.get(name, threads) for name in names}


def worker_command(concurrency: int, node: str, queues: list[str]) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "worker"),
        *("--concurrency", str(concurrency)),
        *("--hostname", node),
        *("--queues", ",".join(queues)),
        *("--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle"),
    ]


@contextlib.contextmanager
def web_services(*, host: str, port: int) -> Iterator[list[Service]]:
    """The web server: one process with threads on SQLite, a process for each core on PostgreSQL.

    The socket that visitors come to is held open here: while a process starts again, they wait in its line.
    Raises checks.NotReady if nothing can listen there.
    """
    on_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    processes = env_int("WEB_PROCESSES", 1 if on_sqlite else cores(), at_least=1)
    with contextlib.ExitStack() as held:
        public = held.enter_context(checks.listen(host, port))
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="foolrate-web-")))
        environment = {
            **_project_environment(),
            "SITE_URL": site_url(host, port),
            access_log.SALT: secrets.token_hex(16),
        }
        services = []
        for number in range(1, processes + 1):
            path = folder / str(number)
            own = held.enter_context(socket.socket(socket.AF_UNIX))
            own.bind(str(path))
            own.listen()
            numbers = (public.fileno(), own.fileno())
            services.append(
                Service(
                    name="web" if processes == 1 else f"web-{number}",
                    command=web_command(*numbers),
                    is_ready=lambda path=path: _web_answers(path),  # type: ignore[misc]
                    grace=15.0,
                    environment=environment,
                    open_files=numbers,
                )
            )
        yield services


def web_command(*listeners: int) -> list[str]:
    """The command line of one web process on these open sockets."""
    options = [part for number in listeners for part in ("--listen", str(number))]
    return [sys.executable, "-m", "config.web.server", *options]


def _web_answers(path: Path) -> bool:
    """Whether the event loop of a web process, and a thread beside it, answer at its own socket."""
    connection = http.client.HTTPConnection("localhost", timeout=WEB_SIGN_SECONDS)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(WEB_SIGN_SECONDS)
    try:
        connection.sock.connect(str(path))
        connection.request("GET", ALIVE)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds a server that listens there."""
    reachable = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def site_url(host: str, port: int) -> str:
    """The address that people use: what SITE_URL says, else the server's own."""
    return os.environ.get("SITE_URL") or address(host, port)


def give_back_tasks() -> None:
    """Queue again what a dead worker had taken; only while no other worker is connected."""
    # Kombu returns a task after `visibility_timeout` because it cannot know whether its worker lives. We do.
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "visibility_timeout": 0}
    with (
        contextlib.suppress(RedisError, KombuError, OSError),
        Connection(settings.CELERY_BROKER_URL, transport_options=options) as connection,
    ):
        channel: Any = connection.default_channel  # of the Redis transport: only that one has a `qos`
        channel.qos.restore_visible(num=10_000)


def _is_embedded() -> bool:
    return not (os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"))


def _project_environment() -> dict[str, str]:
    """What a child needs to find the project and the same data folder, wherever it is started from."""
    path = os.pathsep.join(_python_path())
    return {"PYTHONPATH": path, "FOOLRATE_DATA": str(settings.FOOLRATE_DATA), "PYTHONUNBUFFERED": "1"}


def _python_path() -> Iterator[str]:
    yield str(settings.BASE_DIR)
    if os.environ.get("PYTHONPATH"):
        yield os.environ["PYTHONPATH"]


def _worker_answers(node: str) -> bool:
    try:
        return bool(app.control.ping(destination=[node], timeout=5.0))
    except (KombuError, RedisError, OSError):
        return False
