"""Run one more worker for an installation whose site runs elsewhere."""

from __future__ import annotations

import os
import socket
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.processes import redis, services


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
        command = services.worker_command(number, node, served)
        environment = os.environ | services.worker_environment(number)
        os.execve(command[0], command, environment)  # noqa: S606 - becomes the worker, so that signals reach it
