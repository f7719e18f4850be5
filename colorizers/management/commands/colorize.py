"""manage.py colorize --set NAME --colorizer SLUG [--wait]"""

import sys
import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from colorizers.management.commands.register_colorizer import photo_set_called
from colorizers.models import Colorizer, GenerationRun
from colorizers.services import (
    catalogue,
)
from colorizers.tools.command_line import MANAGE

POLL_SECONDS = 0.5
PING_SECONDS = 15
NO_WORKER = (
    "No worker answers, so nothing will be coloured until one runs: celery -A config worker. "
    "The order stays in the queue."
)


class Command(BaseCommand):
    help = "Order what is missing of a colorizer's pictures of a photo set; run again, it orders the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--set", required=True, dest="set_name", metavar="NAME")
        parser.add_argument("--colorizer", required=True, metavar="SLUG")
        parser.add_argument(
            "--wait", action="store_true", help="show progress until the last picture is made"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        photo_set = photo_set_called(options["set_name"])
        colorizer = colorizer_called(options["colorizer"])
        if not photo_set.photos.exists():
            raise CommandError(f"The photo set {photo_set.name!r} is empty: import photos into it first.")
        try:
            run = catalogue.order_generation(photo_set=photo_set, colorizer=colorizer)
        except catalogue.PaintsNothing as error:
            raise CommandError(str(error)) from error
        self.again = f"{MANAGE} colorize --set {photo_set.name} --colorizer {colorizer.slug} --wait"
        if run.total == 0:
            self._say_nothing_to_do(run)
        elif run.error and run.progress().settled != run.total:
            raise CommandError(run.error)
        elif options["wait"]:
            self._wait(run)
        else:
            self.stdout.write(f"Ordered {run.total} pictures. Watch them with: {self.again}")
            if not worker_answers():
                self.stderr.write(self.style.WARNING(NO_WORKER))

    def _say_nothing_to_do(self, run: GenerationRun) -> None:
        left = catalogue.missing_colorizations(run.photo_set, run.colorizer).count()
        if left:
            self.stdout.write(f"Nothing to order: another run is at the {left} pictures that are missing.")
        else:
            photos = run.photo_set.photos.count()
            self.stdout.write(f"Nothing to do: {run.colorizer} has coloured all {photos} photos of the set.")

    def _wait(self, run: GenerationRun) -> None:
        try:
            watch(run, warn=lambda text: self.stderr.write(self.style.WARNING(text)))
        except KeyboardInterrupt:
            self.stdout.write(f"\nThe worker goes on without this display. Watch it again with: {self.again}")
            sys.exit(130)
        progress = run.progress()
        for failed in run.colorizations.failed().select_related("photo"):
            self.stderr.write(self.style.ERROR(f"{failed.photo.name}: {failed.error}"))
        if progress.done < progress.total:
            raise CommandError(run.error or f"{progress.total - progress.done} pictures were not made.")
        self.stdout.write(f"{progress.done} pictures by {run.colorizer} are in the catalogue.")


def watch(run: GenerationRun, *, warn: Callable[[str], object]) -> None:
    """Show a run's progress in the terminal until it is over."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", style="red"),
        TimeElapsedColumn(),
    )
    next_ping = time.monotonic()
    with Progress(*columns, console=Console(file=sys.stderr)) as display:
        bar = display.add_task(str(run.colorizer), total=run.total, failed="")
        while True:
            catalogue.settle_run(run.pk)
            run.refresh_from_db()
            now = run.progress()
            failed = f"{now.failed} failed" if now.failed else ""
            display.update(bar, completed=now.settled, total=now.total, failed=failed)
            if not run.is_active:
                return
            if now.running == 0 and time.monotonic() >= next_ping:
                if not worker_answers():
                    warn(NO_WORKER)
                next_ping = time.monotonic() + PING_SECONDS
            time.sleep(POLL_SECONDS)


def worker_answers() -> bool:
    """Whether at least one worker is there to take tasks."""
    try:
        return bool(current_app.control.ping(timeout=1.0, limit=1))
    except (OperationalError, OSError):
        return False


def colorizer_called(slug: str) -> Colorizer:
    """The colorizer of that name; CommandError lists those that there are."""
    found = Colorizer.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Colorizer.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(
            f"There is no colorizer called {slug!r}; there are: {known}. "
            f"Make one with: {MANAGE} register_colorizer"
        )
    return found
