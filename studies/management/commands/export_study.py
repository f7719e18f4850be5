"""manage.py export_study SLUG [--out FILE]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colorizers.tools import declared
from colorizers.tools.command_line import MANAGE
from studies.models import Study
from studies.services import study_files


class Command(BaseCommand):
    help = "Write the study file that makes the same study again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--out", type=Path, metavar="FILE", help="the terminal if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_called(options["slug"])
        text = study_files.export_study(study)
        if options["out"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["out"].write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error}.") from error
        self.stdout.write(f"The study {study.slug!r} is in {options['out']}.")


def study_called(slug: str) -> Study:
    """The study of that slug; CommandError names the nearest one."""
    found = Study.objects.filter(slug=slug).first()
    if found is None:
        known = list(Study.objects.values_list("slug", flat=True))
        if not known:
            raise CommandError(f"There is no study yet. Make one with: {MANAGE} create_study FILE.toml")
        raise CommandError(f"Study: {declared.unknown(slug, known)}")
    return found
