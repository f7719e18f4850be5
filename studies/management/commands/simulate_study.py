"""Let simulated participants take a study."""

from __future__ import annotations

import argparse
import contextlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from studies.models import Study, StudyState
from studies.simulation.people import PlantedEffects
from studies.simulation.visitor import VisitFailed
from studies.simulation.visits import Outcome, crowd_for, own_server, simulate


class Command(BaseCommand):
    help = (
        "Lets simulated participants take a live study through its real addresses. "
        "They are labelled as simulated everywhere and never counted as people. "
        "Equal seeds and options give equal persons and photo effects."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        default = PlantedEffects(fool_rates={})
        parser.add_argument("slug", help="the study")
        parser.add_argument("--participants", type=_positive, required=True, metavar="N")
        parser.add_argument(
            "--fool-rate", type=_planted, action="append", default=[], metavar="CONDITION=RATE",
            help="how often the pictures of a condition under test, which is named by its name or its "
            "colorizer's, are taken for the real photo or preferred to it; once for each",
        )  # fmt: skip
        parser.add_argument("--seed", type=int, default=1, help="of persons and photo effects (1)")
        parser.add_argument(
            "--server", metavar="URL",
            help="a running site on the same database; without it one is started for the purpose",
        )  # fmt: skip
        parser.add_argument("--workers", type=_positive, default=2, help="participants at a time (2)")
        parser.add_argument("--no-pictures", action="store_true", help="do not fetch the pictures")
        for name, help_text in {
            "person_sd": "spread of persons, in logits",
            "photo_sd": "spread of photos, in logits",
            "side_sd": "spread of leanings to one of two sides, in logits",
            "lapse_rate": "share of answers that are a coin toss",
            "vigilance_detection": "share of the vigilance control's pictures that are spotted",
            "dropout": "share of participants who leave before the end",
            "median_rt_ms": "median response time in ms",
        }.items():
            value = getattr(default, name)
            option = "--" + name.replace("_", "-")
            parser.add_argument(option, type=float, default=value, help=f"{help_text} ({value:g})")

    def handle(self, *, slug: str, participants: int, seed: int, **options: Any) -> None:
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(f"There is no study {slug!r}; there are: {known or 'none'}.")
        if study.state != StudyState.LIVE:
            raise CommandError(f"The study {slug} is {study.get_state_display()}; launch it first.")
        if seed < 0:
            raise CommandError("--seed must be 0 or more.")
        try:
            crowd = crowd_for(study, _effects(study, options), seed)
        except ValueError as error:
            raise CommandError(str(error)) from error
        before = study.participations.filter(source="simulated", simulation__seed=seed)
        with contextlib.ExitStack() as stack:
            server = options["server"] or stack.enter_context(own_server())
            bar = stack.enter_context(self._bar())
            task = bar.add_task("Simulated participants", total=participants)
            try:
                outcomes = simulate(
                    study=study,
                    crowd=crowd,
                    participants=participants,
                    server=server.rstrip("/"),
                    workers=options["workers"],
                    fetch_pictures=not options["no_pictures"],
                    # The same seed again adds new persons rather than the same ones twice.
                    first_number=before.count(),
                    on_done=lambda outcome: bar.advance(task),
                )
            except VisitFailed as error:
                raise CommandError(str(error)) from error
        self._report(study, outcomes)

    def _bar(self) -> Progress:
        console = Console(file=self.stdout._out)  # type: ignore[arg-type]
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def _report(self, study: Study, outcomes: list[Outcome]) -> None:
        finished = sum(outcome.finished for outcome in outcomes)
        answered = sum(outcome.answered for outcome in outcomes)
        left = len(outcomes) - finished
        words = f"{finished} simulated participations finished {study.slug} ({answered} answers"
        self.stdout.write(self.style.SUCCESS(words + (f"; {left} left early)." if left else ").")))


def _effects(study: Study, options: dict[str, Any]) -> PlantedEffects:
    """Effects from the options; a condition may be named by its colorizer."""
    by_colorizer = {
        condition.colorizer.slug: condition.slug
        for condition in study.conditions.select_related("colorizer").filter(kind="test")
    }
    slugs = set(by_colorizer.values())
    rates: dict[str, float] = {}
    for name, rate in options["fool_rate"]:
        slug = name if name in slugs else by_colorizer.get(name)
        if slug is None and study.conditions.filter(Q(slug=name) | Q(colorizer__slug=name)).exists():
            raise ValueError(
                f"{name!r} is the vigilance condition: it has no fool rate. Say with --vigilance-detection "
                "which share of its pictures is spotted."
            )
        if slug is None:
            raise ValueError(f"No condition is called {name!r}; there are: {', '.join(sorted(slugs))}.")
        if slug in rates:
            raise ValueError(f"Two fool rates were given for {slug!r}.")
        rates[slug] = rate
    names = (
        "person_sd",
        "photo_sd",
        "side_sd",
        "lapse_rate",
        "vigilance_detection",
        "dropout",
        "median_rt_ms",
    )
    return PlantedEffects(fool_rates=rates, **{name: options[name] for name in names})


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {value}")
    return value


def _planted(text: str) -> tuple[str, float]:
    name, equals, rate = text.rpartition("=")
    try:
        if not equals:
            raise ValueError
        return name, float(rate)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be like sepia=0.226, not {text!r}") from None
