"""Compute the scores that are missing."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from colorizers.models import Colorization, PhotoSet
from evaluation.services import (
    scores,
)


class Command(BaseCommand):
    help = "Compute PSNR, SSIM and the other metrics of every finished colorization that lacks them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--set", dest="photo_set", metavar="NAME", help="only photos of this photo set")

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = list(scores.colorizations_to_score(self._photo_set(options["photo_set"])))
        if not waiting:
            self.stdout.write("Every finished colorization has its scores.")
            return
        failures = self._score_all(waiting)
        self.stdout.write(f"Scored {len(waiting) - len(failures)} of {len(waiting)} colorizations.")
        if failures:
            raise CommandError("These could not be scored:\n" + "\n".join(failures))

    def _photo_set(self, name: str | None) -> PhotoSet | None:
        if name is None:
            return None
        try:
            return PhotoSet.objects.get(name=name)
        except PhotoSet.DoesNotExist:
            known = ", ".join(PhotoSet.objects.values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no photo set “{name}”. There are: {known}.") from None

    def _score_all(self, waiting: list[Colorization]) -> list[str]:
        failures = []
        columns = (TextColumn("Scoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # Without a terminal the bar would be pages of half-drawn lines.
        quiet = not sys.stderr.isatty()
        with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
            bar = progress.add_task("", total=len(waiting))
            for colorization in waiting:
                try:
                    scores.score_colorization(colorization)
                except (OSError, ValueError, ArithmeticError) as error:
                    failures.append(f"{colorization}: {error}")
                progress.advance(bar)
        return failures
