"""Run one more worker for an installation whose site runs elsewhere."""

from __future__ import annotations

import os
import socket
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.processes import redis, services
from config.processes.supervisor import ServiceFailed, Supervisor

GRACE = 50.0  # seconds for the pictures that it has begun


class Command(BaseCommand):
    help = "Runs a worker until Ctrl-C; it needs the REDIS_URL and DATABASE_URL of the site."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, help="tasks at a time (one for each GPU or core)")
        parser.add_argument("--queues", help="cpu, gpu or cpu,gpu (WORKER_QUEUES, else both)")

    def handle(self, *, processes: int | None, queues: str | None, **options: Any) -> None:
        if not redis.answers(settings.REDIS_URL):
            raise CommandError(
                f"No Redis answers at {redis.without_password(settings.REDIS_URL)}. Start the site "
                "(`make run` brings its own Redis and a worker), or set REDIS_URL to the site's."
            )
        if queues:
            os.environ["WORKER_QUEUES"] = queues
        try:
            served = services.worker_queues()
            number = max(1, processes or services.worker_processes(served))
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        node = f"foolrate-{os.getpid()}@{socket.gethostname()}"
        try:
            with Supervisor(None, self._say) as supervisor:
                supervisor.start([services.worker_service(served, number, node, grace=GRACE)])
                supervisor.wait()
        except ServiceFailed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
