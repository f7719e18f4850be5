"""Run one more worker for an installation whose site runs elsewhere."""

from __future__ import annotations

import os
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.processes import redis, services


class Command(BaseCommand):
    help = "Runs a worker until Ctrl-C; it needs the REDIS_URL and DATABASE_URL of the site."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=services.cores(), help="tasks at a time")

    def handle(self, *, processes: int, **options: Any) -> None:
        if not redis.answers(settings.REDIS_URL):
            raise CommandError(
                f"No Redis answers at {redis.without_password(settings.REDIS_URL)}. Start the site "
                "(`make run` brings its own Redis and a worker), or set REDIS_URL to the site's."
            )
        command = services.worker_command(max(1, processes), f"foolrate-{os.getpid()}@{socket.gethostname()}")
        os.execv(command[0], command)  # noqa: S606 - becomes the worker, so that signals reach it
