"""manage.py import_colorizations FOLDER_OR_ZIP --set NAME --name SLUG"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from colorizers.management.commands.register_colorizer import photo_set_called
from colorizers.models import DeliveredPicture, DeliveryOutcome, PhotoSet, PictureImport, WorkState
from colorizers.pictures.delivered import AS_DELIVERED, RULES, TREATMENTS
from colorizers.services import deliveries, delivering
from colorizers.services.photo_sources import ImportRefused
from colorizers.services.registering import ColorizerRefused

SETTINGS = ("model_version", "command", "treatment", "resample", "stretch")


class Command(BaseCommand):
    help = (
        "Import finished pictures that a model made of a set's photos, from a folder or zip archive, as a "
        "colorizer's. They are matched by their names (cat.png is of cat.jpg), by a table, or by digests; "
        "nothing is kept unless every photo has its picture, or you say --partial. The same command "
        "continues an interrupted import."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FOLDER_OR_ZIP")
        parser.add_argument("--set", required=True, dest="set_name", metavar="NAME", help="of the photos")
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--name", metavar="SLUG", help="of the colorizer: the model that made the pictures")
        who.add_argument(
            "--each-folder",
            action="store_true",
            help="each folder in it has a model's pictures, and its name",
        )
        parser.add_argument("--title", default="", help="as reports show it")
        parser.add_argument("--licence", default="", help="of the pictures")
        parser.add_argument("--origin", default="", metavar="URL", help="where the model comes from")
        parser.add_argument("--model-version", default="", metavar="TEXT", help="such as a commit")
        parser.add_argument("--command", default="", metavar="TEXT", help="by which the pictures were made")
        parser.add_argument(
            "--table",
            type=Path,
            metavar="CSV",
            help="columns photo, file and perhaps sample: what each file is",
        )
        parser.add_argument(
            "--treatment", choices=TREATMENTS, default=AS_DELIVERED,
            help="replace_lightness: the photo's own L*, with a* and b* of the file",
        )  # fmt: skip
        parser.add_argument(
            "--resample", choices=RULES, default="", help="for pictures of another size than their photo"
        )
        parser.add_argument(
            "--stretch", action="store_true", help="also pictures of another shape, such as squeezed squares"
        )
        parser.add_argument("--partial", action="store_true", help="keep what fits, and leave out the rest")

    def handle(self, *args: Any, **options: Any) -> None:
        photo_set = photo_set_called(options["set_name"])
        if not photo_set.photos.exists():
            raise CommandError(f"The photo set {photo_set.name!r} is empty: import photos into it first.")
        try:
            looked_at = [
                self._looked_at(photo_set, slug, within, options) for slug, within in self._models(options)
            ]
            # All of them, or none.
            with transaction.atomic():
                kept = [(one, deliveries.keep(one, partial=options["partial"])) for one in looked_at]
        except (ImportRefused, ColorizerRefused) as error:
            raise CommandError(str(error)) from error
        except deliveries.NotKept as error:
            raise CommandError(
                f"{error} Put right what is listed and run the same command again, or keep what fits with "
                "--partial."
            ) from error
        for picture_import, pictures in kept:
            self._say_what_was_kept(picture_import, pictures)

    def _models(self, options: dict[str, Any]) -> list[tuple[str, str]]:
        """The short name of each model, and the folder of the source in which its pictures lie."""
        if not options["each_folder"]:
            return [(options["name"], "")]
        folders = delivering.folders_of(options["path"])
        if not folders:
            raise CommandError(f"There are no folders in {options['path']}: leave out --each-folder.")
        return [(slugify(folder), folder) for folder in folders]

    def _looked_at(
        self, photo_set: PhotoSet, slug: str, within: str, options: dict[str, Any]
    ) -> PictureImport:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[wrong]}", style="red"),
            TimeElapsedColumn(),
        )
        wrong = 0
        with Progress(*columns, console=Console(file=sys.stderr)) as display:
            bar = display.add_task(slug, total=None, wrong="")

            def watch(picture_import: PictureImport, rows: list[DeliveredPicture]) -> None:
                nonlocal wrong
                wrong += sum(row.outcome in DeliveryOutcome.problems() for row in rows)
                said = f"{wrong} do not fit" if wrong else ""
                display.update(bar, total=picture_import.total, advance=len(rows), wrong=said)

            made = delivering.import_colorizations(
                options["path"],
                photo_set=photo_set,
                slug=slug,
                within=within,
                settings={name: options[name] for name in SETTINGS},
                table=self._table(options["table"]),
                watcher=watch,
                **{name: options[name] for name in ("title", "origin", "licence")},
            )
        if made.state != WorkState.DONE:
            raise CommandError(made.error or "The import was cancelled.")
        self._say_what_stands_against_it(made)
        return made

    def _table(self, path: Path | None) -> bytes | None:
        try:
            return None if path is None else path.read_bytes()
        except OSError as error:
            raise CommandError(f"--table {path}: {error.strerror or error}.") from error

    def _say_what_stands_against_it(self, picture_import: PictureImport) -> None:
        for row in picture_import.problems():
            self.stderr.write(self.style.ERROR(f"{row.get_outcome_display()}: {row.name}: {row.reason}"))
        for row in picture_import.files.filter(outcome=DeliveryOutcome.FITS).exclude(reason=""):
            self.stdout.write(f"{row.name}: {row.reason}")

    def _say_what_was_kept(self, picture_import: PictureImport, kept: int) -> None:
        counts = picture_import.counts()
        there = counts[DeliveryOutcome.KNOWN]
        known = f"; {there} were there already" if there else ""
        left = sum(counts[outcome] for outcome in DeliveryOutcome.problems())
        without = f"; {left} files or photos are left out" if left else ""
        self.stdout.write(
            f"{kept} pictures by {picture_import.colorizer} are in the catalogue of "
            f"{picture_import.photo_set.name}{known}{without}."
        )
