"""List what is waiting or being worked on, and cancel it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from colorizers.models import OPEN_STATES, GenerationRun, PhotoImport, PictureImport
from colorizers.services import catalogue, import_claims
from evaluation.models import Order
from evaluation.services import orders
from studies.models import Study, StudyState
from studies.services import lifecycle


@dataclass(frozen=True)
class Job:
    """One piece of work that is not over."""

    name: str
    what: str
    how_far: str
    cancel: Callable[[], object]


def open_jobs() -> Iterator[Job]:
    """Everything that waits or is worked on."""
    for run in GenerationRun.objects.filter(state__in=OPEN_STATES).select_related("photo_set", "colorizer"):
        progress = run.progress()
        yield Job(
            f"run-{run.pk}",
            f"colour {run.photo_set} with {run.colorizer}",
            f"{run.get_state_display()}, {progress.done} of {progress.total}",
            lambda run=run: catalogue.cancel_run(run),  # type: ignore[misc]
        )
    for imported in PhotoImport.objects.filter(state__in=OPEN_STATES).select_related("photo_set"):
        yield Job(
            f"import-{imported.pk}",
            f"import photos into {imported.photo_set}",
            f"{imported.get_state_display()}, {imported.files.count()} of {imported.total}",
            lambda imported=imported: import_claims.cancel_import(imported),  # type: ignore[misc]
        )
    for pictures in PictureImport.objects.filter(state__in=OPEN_STATES).select_related("photo_set"):
        yield Job(
            f"pictures-{pictures.pk}",
            f"look at pictures by {pictures.slug} of {pictures.photo_set}",
            f"{pictures.get_state_display()}, {pictures.files.count()} of {pictures.total}",
            lambda pictures=pictures: import_claims.cancel_import(pictures),  # type: ignore[misc]
        )
    for study in Study.objects.filter(state=StudyState.PREPARING):
        facts = study.preparation
        yield Job(
            f"study-{study.pk}",
            f"{facts['goal']} of the study {study.slug}",
            f"{facts['done']} of {facts['total']}",
            lambda study=study: lifecycle.cancel_preparation(study=study),  # type: ignore[misc]
        )
    for order in Order.objects.filter(state__in=OPEN_STATES).select_related("study"):
        yield Job(
            f"order-{order.pk}",
            f"{order.get_kind_display()} of the study {order.study.slug}",
            f"{order.get_state_display()} {order.stage}".strip(),
            lambda order=order: orders.cancel_order(order),  # type: ignore[misc]
        )


class Command(BaseCommand):
    help = (
        "Lists the work that waits or is being done: pictures, imports, launches, reports, exports. "
        "With --cancel NAME it stops one of them; what was made is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cancel", metavar="NAME", help="a name of the list, such as run-3")

    def handle(self, *, cancel: str | None, **options: Any) -> None:
        jobs = {job.name: job for job in open_jobs()}
        if cancel is None:
            for job in jobs.values():
                self.stdout.write(f"{job.name:12} {job.what}: {job.how_far}")
            if not jobs:
                self.stdout.write("Nothing waits, and nothing is being worked on.")
            return
        if cancel not in jobs:
            raise CommandError(f"There is no work {cancel!r}; there is: {', '.join(jobs) or 'none'}.")
        jobs[cancel].cancel()
        self.stdout.write(f"Cancelled: {jobs[cancel].what}.")
