"""Run the web server alone, for an installation whose database, Redis and workers run elsewhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.management.commands._addresses import add_address_options
from config.processes import services
from config.processes.checks import NotReady
from config.processes.supervisor import ServiceFailed, Supervisor


class Command(BaseCommand):
    help = "Runs the web server until Ctrl-C; database, static files, Redis and workers are others' affair."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_address_options(parser)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        try:
            with (
                services.web_services(host=host, port=port) as web,
                Supervisor(None, self._say) as supervisor,
            ):
                supervisor.start(web)
                self._say(f"The web server answers at {services.address(host, port)}")
                supervisor.wait()
        except (NotReady, ServiceFailed) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
