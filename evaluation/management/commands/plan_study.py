"""`manage.py plan_study [SLUG]`: how many participants and photos a study needs, before it starts."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.designs._asked import Asked, Item, items, problems
from evaluation.designs._planned import Planning
from evaluation.report import terminal
from evaluation.services.study_plans import USUAL, checks_of, planned, planning_of, question_of
from studies.models import Study


class Command(BaseCommand):
    help = (
        "How precise a study will be, what differences it will find, and how many participants and photos "
        "it takes for more. Rates, precision, differences and power are given in per cent or points."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option for each thing that some design asks."""
        parser.add_argument(
            "slug", nargs="?", default="", help="a study, whose settings stand in for the options left out"
        )
        parser.add_argument(
            "--design", choices=planned(), help=f"what kind of study, if none is named ({USUAL})"
        )
        for name, asked in self._asked().items():
            parser.add_argument(_option(name), dest=name, metavar="N", help=_words(asked).replace("%", "%%"))
        parser.add_argument(
            "--simulate", type=int, default=0, metavar="STUDIES", help="also ask so many simulated studies"
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of the simulation (1)")
        parser.add_argument("--json", type=Path, metavar="OUT", help="also write the answer here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Calculate, print, write."""
        if options["simulate"] < 0 or options["seed"] < 0:
            raise CommandError("--simulate and --seed must be at least 0.")
        # Without a study the planner needs no database.
        study = self._study(options["slug"]) if options["slug"] else None
        design = self._design(study, options["design"])
        planning = planning_of(design)
        if planning is None:
            raise CommandError(f"There is no planner for the design “{design}”.")
        start = question_of(study, planning) if study else planning.Question()
        question = self._question(design, start, options)
        answer: dict[str, Any] = {"design": design} | planning.numbers(question)
        self.stdout.write(terminal.text(planning.plan(question, checks_of(design, question, study))))
        if options["simulate"]:
            answer["simulated"] = self._simulated(design, planning, question, options)
        if options["json"]:
            try:
                options["json"].write_text(json.dumps(answer, indent=1, allow_nan=False) + "\n", "utf-8")
            except OSError as error:
                raise CommandError(f"{options['json']} cannot be written: {error.strerror}") from error

    def _asked(self) -> dict[str, dict[str, Item]]:
        """What is asked, by name and design."""
        found: dict[str, dict[str, Item]] = {}
        for design in planned():
            planning = planning_of(design)
            for item in items(planning.Question) if planning else ():
                found.setdefault(item.name, {})[design] = item
        return found

    def _study(self, slug: str) -> Study:
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no study “{slug}”. There are: {known}.")
        return study

    def _design(self, study: Study | None, wanted: str | None) -> str:
        if study is None:
            return wanted or USUAL
        if wanted not in (None, study.design):
            raise CommandError(
                f"--design: the study “{study.slug}” is of the design {study.design}. Leave --design out, or "
                "the study."
            )
        return str(study.design)

    def _question(self, design: str, start: Asked, options: dict[str, Any]) -> Asked:
        asked = {item.name: item for item in items(type(start))}
        given = {name: options[name] for name in self._asked() if options.get(name) is not None}
        wrong = {
            name: f"the planner of {design} does not ask for this." for name in given if name not in asked
        }
        values = start.values()
        for name, text in given.items():
            if name in asked:
                try:
                    values[name] = asked[name].read(str(text))
                except ValueError as error:
                    wrong[name] = str(error)
        wrong |= {} if wrong else problems(type(start), values)
        if wrong:
            raise CommandError("\n".join(f"{_option(name)}: {wrong[name]}" for name in wrong))
        return type(start)(**values)

    def _simulated(
        self, design: str, planning: Planning, question: Asked, options: dict[str, Any]
    ) -> dict[str, Any]:
        found = planning.simulated(question, options["simulate"], options["seed"])
        if found is None:
            raise CommandError(
                f"--simulate: the planner of {design} has no simulation; benchmarks/coverage_designs.py "
                "prints its formula beside simulated studies."
            )
        numbers, told = found
        self.stdout.write(told)
        return numbers


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _words(asked: dict[str, Item]) -> str:
    """What an option means, and what it usually is, by design."""
    usual = ", ".join(f"{design} {item.text(item.default)}" for design, item in asked.items())
    first = next(iter(asked.values()))
    choices = f" ({', '.join(first.choices)})" if first.choices else ""
    return f"{first.title}{choices} [{usual}]. {first.help}"
