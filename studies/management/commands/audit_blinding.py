"""manage.py audit_blinding SLUG [--pairs N] [--seed N] [--server URL]"""

import argparse
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from studies.blinding import wording
from studies.management.commands.export_study import study_called
from studies.models import BlindingAudit
from studies.services import blinding_audits, trial_rows
from studies.simulation.visitor import VisitFailed

REFUSALS = (VisitFailed, blinding_audits.CannotAudit, trial_rows.NotPrepared, httpx.HTTPError, ValueError)


class Command(BaseCommand):
    help = (
        "Ask whether anything that a browser observes of a study, the pixels apart, tells its arms. "
        "Exit status 1 when something does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        usual = settings.BLINDING_AUDIT_PAIRS or 240
        parser.add_argument("slug")
        parser.add_argument(
            "--pairs", type=_pairs, default=usual, metavar="N", help=f"more find smaller leaks ({usual})"
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="of request order, answers and permutations (1)"
        )
        parser.add_argument(
            "--server", default="", metavar="URL",
            help="a running site on the same database; without it the requests go through this process",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_called(options["slug"])
        try:
            made = blinding_audits.audit(
                study, pairs=options["pairs"], seed=abs(options["seed"]), server=options["server"].rstrip("/")
            )
        except REFUSALS as error:
            raise CommandError(f"The audit could not be made: {error}") from error
        self._table(made)
        self.stdout.write(wording.summary(made.result))
        for line in wording.advice(made.result):
            self.stdout.write(f"  {line}")
        if not made.passed:
            raise CommandError(f"The study {study.slug!r} is not blind.")
        self.stdout.write(self.style.SUCCESS(f"The study {study.slug!r} passes the blinding audit."))

    def _table(self, made: BlindingAudit) -> None:
        self.stdout.write(f"{'what a browser observes':46} {'AUC':>6} {'p':>8} {'p, Holm':>8} {'finds':>6}")
        for one in sorted(made.result["findings"], key=lambda one: one["p"]):
            finds = "-" if one["smallest"] is None else f"{one['smallest']:.2f}"
            mark = "  << tells" if one["adjusted"] <= made.result["alpha"] else ""
            figures = f"{one['auc']:6.3f} {one['p']:8.4f} {one['adjusted']:8.4f} {finds:>6}"
            self.stdout.write(f"{one['name'][:46]:46} {figures}{mark}")
        self.stdout.write(f"The same in every pair: {', '.join(made.result['constant'])}.")
        self.stdout.write(f"{made.result['participations']} previews, {made.result['seconds']} s.")


def _pairs(text: str) -> int:
    value = int(text)
    if not 10 <= value <= 2000:
        raise argparse.ArgumentTypeError(f"must be from 10 to 2000, not {value}")
    return value
