"""`manage.py measure_images REAL FAKE`: the image metrics of any two folders."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation import metrics
from evaluation.measuring import FoldersDiffer, measure_folders


class Command(BaseCommand):
    """Compare pictures of equal names in two folders."""

    help = "Compare the pictures of equal names in two folders by every image metric."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two folders, and where the numbers go."""
        parser.add_argument("real_folder", type=Path, help="the photographs")
        parser.add_argument("fake_folder", type=Path, help="their recoloured versions, under the same names")
        parser.add_argument("--json", type=Path, metavar="OUT", help="write all numbers to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, write the file, show the means."""
        try:
            result = measure_folders(options["real_folder"], options["fake_folder"], self._progress(options))
        except FoldersDiffer as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"A picture cannot be opened: {error}") from error
        if options["json"]:
            self._write(options["json"], result)
        self._show(result)

    def _progress(self, options: dict[str, Any]) -> Any:
        if options["verbosity"] < 2:
            return None
        return lambda done, total: self.stderr.write(f"{done} of {total}")

    def _write(self, path: Path, result: dict[str, Any]) -> None:
        text = json.dumps(result, indent=2, allow_nan=False, ensure_ascii=False)
        try:
            path.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"The numbers cannot be written to {path}: {error}") from error

    def _show(self, result: dict[str, Any]) -> None:
        self.stdout.write(f"Means over {result['count']} pictures")
        for name, value in result["mean"].items():
            shown = "-" if value is None else f"{value:.4f} {metrics.get(name).unit}".rstrip()
            self.stdout.write(f"  {name:<14} {shown}")
        if aside := result["left_aside"]:
            self.stdout.write(f"Not pictures by their names, left aside: {', '.join(aside)}")
        if identical := result["infinite_psnr"]:
            self.stdout.write(
                f"{len(identical)} identical to their photo: PSNR infinite, left out of its mean "
                f"({', '.join(identical[:5])}{', ...' if len(identical) > 5 else ''})"
            )
