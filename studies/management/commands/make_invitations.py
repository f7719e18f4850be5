"""manage.py make_invitations SLUG --count N [--out FILE]"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from studies.management.commands.export_payments import write
from studies.management.commands.export_study import study_called
from studies.services import invitations


class Command(BaseCommand):
    help = "Make single-use links into a study and write them as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--count", type=int, required=True, metavar="N", help="how many links")
        parser.add_argument("--out", type=Path, metavar="FILE.csv", help="the terminal if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_called(options["slug"])
        try:
            made = invitations.make(study, options["count"])
        except invitations.NotInvited as error:
            raise CommandError(str(error)) from error
        write(self, "".join(invitations.lines(made)), options["out"])
        self.stderr.write(
            f"The links lead to {settings.SITE_URL}. If people reach the site elsewhere, set SITE_URL."
        )
