"""manage.py launch_study SLUG [--no-wait]"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from colorizers.tools.command_line import MANAGE
from studies.blinding import wording
from studies.management.commands.export_study import study_called
from studies.models import Study
from studies.services import blinding_audits, lifecycle, recruiting, stimuli, validation
from studies.services.readiness import NotReady

REFUSALS = (NotReady, lifecycle.WrongState, stimuli.Unpresentable, OSError)


class Command(BaseCommand):
    help = "Check a draft, render its pictures, freeze its protocol and open it to participants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument(
            "--no-wait", action="store_true", help="leave the work to a worker and come back at once"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_called(options["slug"])
        try:
            if options["no_wait"]:
                self._order(study)
            else:
                self._launch(study)
        except REFUSALS as error:
            raise CommandError(str(error)) from error

    def _order(self, study: Study) -> None:
        lifecycle.order(study=study, goal=lifecycle.LAUNCH)
        if study.preparation.get("error"):
            raise CommandError(study.preparation["error"])
        self.stdout.write(f"A worker prepares the study {study.slug!r} and launches it.")

    def _launch(self, study: Study) -> None:
        for finding in validation.check(study).warnings:
            self.stderr.write(self.style.WARNING(f"To consider: {finding}"))
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns, console=Console(file=sys.stderr)) as display:
            bar = display.add_task("Pictures", total=None)
            audit = display.add_task("Blinding audit", total=None, visible=False)
            lifecycle.launch(
                study=study,
                watch=lambda done, total: display.update(bar, completed=done, total=total),
                audited=lambda done, total: display.update(audit, completed=done, total=total, visible=True),
            )
        self.stdout.write(f"The study {study.slug!r} is live. Protocol: {study.digest}")
        self._tell_audit(study)
        links = f"one link each, by {MANAGE} make_invitations {study.slug} --count 40 --out links.csv"
        self.stdout.write(f"Participants: {recruiting.participant_link(study) or links}")

    def _tell_audit(self, study: Study) -> None:
        made = blinding_audits.that_counts(study)
        if made is None:
            return
        words = "\n  ".join([f"Blinding: {wording.summary(made.result)}", *wording.advice(made.result)])
        if made.passed:
            self.stdout.write(words)
        else:
            self.stderr.write(self.style.WARNING(words))
