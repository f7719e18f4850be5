"""`manage.py measure_images REAL FAKE`: the image metrics of any two folders, or of a list of pairs."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Display

from evaluation import metrics
from evaluation.reading.files.measuring import Progress, measure_folders, measure_pairs
from evaluation.reading.files.picture_pairs import FoldersDiffer, listed_pairs


class Command(BaseCommand):
    """Compare pictures with the photographs that they were made from."""

    help = (
        "Compare pictures with the photographs that they were made from, by every image metric: those of "
        "equal names in two folders (else of equal stems: a.jpg with a.png), or those listed by --pairs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two folders or a list, and where the numbers go."""
        parser.add_argument("real_folder", type=Path, nargs="?", help="the photographs")
        parser.add_argument("fake_folder", type=Path, nargs="?", help="their recoloured versions")
        parser.add_argument(
            "--pairs", type=Path, metavar="CSV",
            help="a file with the columns real and fake, paths from the two folders or else from the file; "
            "one photograph may stand in many rows",
        )  # fmt: skip
        parser.add_argument("--json", type=Path, metavar="OUT", help="write all numbers to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, write the file, show the means."""
        real, fake, table = options["real_folder"], options["fake_folder"], options["pairs"]
        if table is None and fake is None:
            raise CommandError("Give two folders, or a list of pairs as --pairs.")
        try:
            with self._progress(options["verbosity"]) as told:
                if table is None:
                    result = measure_folders(real, fake, told)
                else:
                    result = measure_pairs(listed_pairs(table, real, fake), told)
        except FoldersDiffer as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"A picture cannot be opened: {error}") from error
        if options["json"]:
            self._write(options["json"], result)
        self._show(result)

    @contextmanager
    def _progress(self, verbosity: int) -> Iterator[Progress | None]:
        """A bar on a terminal; lines elsewhere if they are asked for by --verbosity 2."""
        if verbosity >= 2:
            yield lambda done, total: self.stderr.write(f"{done} of {total}")
        elif verbosity == 0 or not sys.stderr.isatty():
            yield None
        else:
            columns = (
                TextColumn("Measuring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                TimeRemainingColumn(),
            )  # fmt: skip
            with Display(*columns, console=Console(file=sys.stderr)) as display:
                bar = display.add_task("", total=None)
                yield lambda done, total: display.update(bar, completed=done, total=total)

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
