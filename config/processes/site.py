"""A whole installation on this machine: checked, prepared, and running until it is stopped."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config.processes import checks, redis, services
from config.processes.checks import NotReady
from config.processes.supervisor import Say, Supervisor

__all__ = ["NotReady", "prepare", "running"]


@contextlib.contextmanager
def running(*, host: str, port: int, say: Say) -> Iterator[Supervisor]:
    """Redis, worker and web of this installation for the time of the block; raises NotReady.

    The web answers when the block begins.
    """
    data: Path = settings.FOOLRATE_DATA
    checks.check_writable(data)
    checks.check_disk(data)
    with checks.sole_use(data, address=services.address(host, port)):
        with services.web_services(host=host, port=port) as web:
            prepare(say)
            broker = services.redis_service()
            with Supervisor(data / "logs", say) as supervisor:
                say("Starting Redis, worker and web")
                if broker is not None:
                    supervisor.start([broker])
                supervisor.start([*web, *services.worker_services()])
                try:
                    yield supervisor
                finally:
                    say("Stopping worker, web and Redis")
        redis.remove_socket_folder(data)


def prepare(say: Say) -> None:
    """Bring the database and the static files up to date; does nothing where they are."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            say("Preparing the database")
            call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise NotReady(f"The database does not answer: {str(error).strip()} (DATABASE_URL)") from error
    finally:
        # The children open connections of their own.
        connection.close()
    collect_static_files(say)


def collect_static_files(say: Say) -> None:
    """Gather the static files where the web server looks for them, if one of them changed."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    found = _fingerprint_of_static_files()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == found:
        return
    say("Gathering the static files")
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(found, encoding="utf-8")


def _fingerprint_of_static_files() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
