"""The three services of an installation on one machine, and how each one shows that it works."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection
from kombu.exceptions import KombuError
from redis import RedisError

from colorizers import devices
from config.celery import app
from config.environment import env_int, env_list
from config.processes import healthcheck, redis
from config.processes.supervisor import Service

WEB_THREADS = 8
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
    """A Celery worker; a dead one is started again and, if it is `alone`, gets its tasks back at once."""
    node = f"foolrate-{name}-{os.getpid()}@{settings.FOOLRATE_DATA.name}"
    processes = worker_processes(queues)
    return Service(
        name=name,
        command=worker_command(processes, node, queues),
        is_ready=lambda: _worker_answers(node),
        grace=15.0,
        restart=True,
        environment=_project_environment() | worker_environment(processes),
        before_start=give_back_tasks if _is_embedded() and alone else (lambda: None),
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


def web_service(*, host: str, port: int) -> Service:
    """The web server: one process with threads on SQLite, a process for each core on PostgreSQL."""
    on_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    processes = env_int("WEB_PROCESSES", 1 if on_sqlite else cores(), at_least=1)
    return Service(
        name="web",
        command=[
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
            *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"),
            *("--worker-class", "gthread", "--workers", str(processes), "--threads", str(WEB_THREADS)),
            *("--graceful-timeout", "5", "--timeout", "120", "--no-control-socket"),
            *("--access-logfile", "-"),
        ],
        is_ready=lambda: healthcheck.answers(address(host, port)),
        environment={**_project_environment(), "SITE_URL": site_url(host, port)},
    )


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
        return bool(app.control.ping(destination=[node], timeout=1.0))
    except (KombuError, RedisError, OSError):
        return False
