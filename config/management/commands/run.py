"""Run the site, its worker and its embedded Redis until Ctrl-C."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colorizers.tools.command_line import MANAGE
from config.management.commands._addresses import add_address_options
from config.processes import services, site
from config.processes.redis import RedisUnavailable
from config.processes.supervisor import ServiceFailed


class Command(BaseCommand):
    help = "Runs the site, its worker and, without REDIS_URL, its embedded Redis until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_address_options(parser)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        try:
            with site.running(host=host, port=port, say=self._say) as supervisor:
                self._tell_addresses(services.site_url(host, port))
                supervisor.wait()
        except (site.NotReady, RedisUnavailable, ServiceFailed) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("")
        self._say("Stopped.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _tell_addresses(self, root: str) -> None:
        self._say(
            f"\n  Site       {root}/\n"
            f"  Workbench  {root}/admin/   (an account: {MANAGE} createsuperuser)\n\n"
            "Ctrl-C stops everything."
        )
