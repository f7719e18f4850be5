"""manage.py export_payments SLUG [--out FILE] [--forget-ids]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from studies.management.commands.export_study import study_called
from studies.services import payments, recruiting


class Command(BaseCommand):
    help = "Write whom to pay: recruiter's ids, outcome, proposal and bonus, as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--out", type=Path, metavar="FILE.csv", help="the terminal if not given")
        parser.add_argument(
            "--bulk", choices=sorted(payments.BULK),
            help="instead: the ids to approve, or id,amount of each bonus, for the recruiter's page",
        )  # fmt: skip
        parser.add_argument(
            "--forget-ids", action="store_true", help="payment is done: erase the recruiter's ids, for good"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_called(options["slug"])
        if options["forget_ids"]:
            if options["out"] is not None:
                raise CommandError("Write the list first, pay, and erase the ids in a call of its own.")
            self.stdout.write(f"The ids of {payments.forget_ids(study)} participations are erased.")
            return
        lines = payments.BULK[options["bulk"]] if options["bulk"] else payments.payment_lines
        try:
            text = "".join(lines(study))
        except recruiting.CannotOpen as error:
            raise CommandError(str(error)) from error
        write(self, text, options["out"])


def write(command: BaseCommand, text: str, path: Path | None) -> None:
    """Write a table to a file that only its owner reads, or to the terminal."""
    if path is None:
        command.stdout.write(text, ending="")
        return
    try:
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}.") from error
    command.stdout.write(f"It is in {path}.")
