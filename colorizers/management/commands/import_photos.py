"""manage.py import_photos FOLDER_OR_ZIP --set NAME"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from colorizers.models import Fixed, ImportedFile, ImportOutcome, PhotoImport, PhotoSet
from colorizers.pictures.photo_files import MIN_SIDE
from colorizers.services import (
    importing,
    photo_sources,
)
from colorizers.services.importing import SYSTEMS_OWN


class Command(BaseCommand):
    help = (
        "Import a folder or zip archive of photographs into a photo set. A file photos.csv beside them "
        "(columns file, licence, author, year, source, title) says what is known of each. "
        "What cannot serve is refused by name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FOLDER_OR_ZIP")
        parser.add_argument(
            "--set", required=True, dest="set_name", metavar="NAME", help="made if there is none"
        )
        parser.add_argument("--title", default="", help="title of a set that is made")
        parser.add_argument(
            "--without-colour",
            action="store_true",
            help="make a set of black-and-white photographs, whose true colours nobody knows",
        )
        parser.add_argument("--licence", default="", help="of all photos that are not listed in photos.csv")
        parser.add_argument("--author", default="")
        parser.add_argument("--source", default="", help="where the photos come from")
        parser.add_argument(
            "--max-side", type=int, default=2048, help="larger photos are scaled down (pixels)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["max_side"] < MIN_SIDE:
            raise CommandError(f"--max-side must be at least {MIN_SIDE} pixels, not {options['max_side']}.")
        photo_set = self._photo_set(options["set_name"], options["title"], options["without_colour"])
        try:
            photo_import = importing.import_photos(
                options["path"],
                photo_set=photo_set,
                licence=options["licence"],
                author=options["author"],
                source=options["source"],
                max_side=options["max_side"],
                watcher=self._report,
            )
        except (photo_sources.ImportRefused, Fixed) as error:
            raise CommandError(str(error)) from error
        counts = photo_import.counts()
        summary = ", ".join(
            f"{counts[outcome]} {outcome.label}" for outcome in ImportOutcome if counts[outcome]
        )
        photos = photo_set.photos.count()
        self.stdout.write(f"{summary or 'no files'}; the set {photo_set.name} now holds {photos} photos.")
        if not photo_import.brought_photos:
            raise CommandError(self._why_nothing(options["path"], counts, photo_import.total))

    def _why_nothing(self, path: Path, counts: dict[str, int], total: int) -> str:
        if not total:
            return f"There are no files in {path}."
        if counts[ImportOutcome.IGNORED] == total:
            return f"There are no photos in {path}, only {total} files that systems and programs keep there."
        return f"Nothing of {path} could be imported; the reasons are listed above."

    def _photo_set(self, name: str, title: str, without_colour: bool) -> PhotoSet:
        """The set of that name, or a valid new one, which the import saves once its source has opened."""
        photo_set = PhotoSet.objects.filter(name=name).first()
        if photo_set is None:
            photo_set = PhotoSet(name=name, title=title, is_monochrome=without_colour)
        elif without_colour and not photo_set.is_monochrome:
            raise CommandError(
                f"The set {name!r} holds colour photographs. Import those without colour into another set."
            )
        if photo_set.pk is None:
            try:
                photo_set.full_clean()
            except ValidationError as error:
                raise CommandError(f"--set {name}: {'; '.join(error.messages)}") from error
        return photo_set

    def _report(self, photo_import: PhotoImport, file: ImportedFile) -> None:
        if file.reason == SYSTEMS_OWN:
            return
        style = self.style.ERROR if file.outcome == ImportOutcome.REFUSED else str
        reason = f": {file.reason}" if file.reason else ""
        self.stdout.write(style(f"{file.outcome:9}  {file.name}{reason}"))
