"""`manage.py export_data SLUG --out FILE.zip`: the data of a study as files, made here and now."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.models import Population
from evaluation.services.exports import Format, export, working_folder
from studies.models import Study


class Command(BaseCommand):
    help = "Write the data of a study to a zip file: a Psych-DS folder with everything, or the tables alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("slug", help="the study")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="where to write")
        parser.add_argument("--format", choices=Format.values, default=Format.PSYCH_DS.value)
        parser.add_argument(
            "--population",
            choices=Population.values,
            default=Population.PEOPLE.value,
            help="whose answers (default: people; simulated participants only when asked)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the export and say where it is."""
        study = Study.objects.filter(slug=options["slug"]).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no study “{options['slug']}”. There are: {known}.")
        out: Path = options["out"]
        try:
            # Opened first: a file that cannot be written is no news after the work.
            out.touch()
            with working_folder(f"{study.slug}-command") as folder:
                export(
                    study,
                    Population(options["population"]),
                    Format(options["format"]),
                    folder,
                    out,
                    self._say,
                )
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror or error}") from error
        self.stdout.write(f"Wrote {out} ({out.stat().st_size:,} bytes).")

    def _say(self, stage: str, done: int = 0, total: int = 0) -> None:
        if stage != getattr(self, "_stage", ""):
            self._stage = stage
            self.stderr.write(f"{stage}{f' ({total:,})' if total else ''} ...")
