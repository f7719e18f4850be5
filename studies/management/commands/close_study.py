"""manage.py close_study SLUG"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from studies.management.commands.export_study import study_called
from studies.services import lifecycle


class Command(BaseCommand):
    help = "End a study for good: nobody begins and nobody goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_called(options["slug"])
        try:
            lifecycle.close(study=study)
        except lifecycle.WrongState as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The study {study.slug!r} is closed.")
