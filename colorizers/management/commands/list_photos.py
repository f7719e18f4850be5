"""manage.py list_photos --set NAME"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from colorizers.management.commands.register_colorizer import photo_set_called
from colorizers.tools.csv_files import CsvFile


class Command(BaseCommand):
    help = (
        "List the photos of a set as CSV, digest and name: a method knows a photo by its digest, so this is "
        "how colours that were made elsewhere, under the photos' names, are found again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--set", required=True, dest="set_name", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        photos = photo_set_called(options["set_name"]).photos.order_by("name", "digest")
        rows = CsvFile(self.stdout)
        rows.write(["digest", "name"])
        rows.write_all(photos.values_list("digest", "name").iterator())
