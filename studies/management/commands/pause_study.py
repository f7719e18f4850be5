"""manage.py pause_study SLUG [--reopen]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colorizers.tools.command_line import MANAGE
from studies.management.commands.export_study import study_called
from studies.services import lifecycle


class Command(BaseCommand):
    help = "Let nobody begin a study for a while; who has begun may finish."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--reopen", action="store_true", help="end the pause")

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_called(options["slug"])
        step = lifecycle.reopen if options["reopen"] else lifecycle.pause
        try:
            step(study=study)
        except lifecycle.WrongState as error:
            raise CommandError(str(error)) from error
        if options["reopen"]:
            self.stdout.write(f"The study {study.slug!r} is live again.")
        else:
            again = f"{MANAGE} pause_study {study.slug} --reopen"
            self.stdout.write(f"The study {study.slug!r} is paused. End the pause with: {again}")
