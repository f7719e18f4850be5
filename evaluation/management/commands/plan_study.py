"""`manage.py plan_study [SLUG]`: how many participants and photos a study needs, before it starts."""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.designs._pair.study_plan import Planner, Question, problems
from evaluation.report.plan import PlanPage
from evaluation.report.wording import percent, points
from evaluation.services.study_plans import checks_of, question_of
from evaluation.views.plan_form import ASKED, from_units, in_units
from studies.models import Study

TYPES = {"int": int, "float": float}


class Command(BaseCommand):
    help = (
        "How precise a study will be, what differences it will find, and how many participants and photos "
        "it takes for more. Rates, precision, differences and power are given in per cent or points."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option for each number of the question."""
        parser.add_argument(
            "slug", nargs="?", default="", help="a study, whose settings stand in for the options left out"
        )
        usual = Question()
        for name, item in ASKED.items():
            if name == "mixed":
                parser.add_argument(
                    "--one-condition-each", action="store_true",
                    help="each participant sees one condition (default: all of them)",
                )  # fmt: skip
                continue
            known = item.metadata
            unit = f", {known['unit']}" if known["unit"] else ""
            words = f"{known['label']}{unit} ({in_units(name, getattr(usual, name)):g}). {known['help']}"
            parser.add_argument(
                f"--{name.replace('_', '-')}", type=TYPES[str(item.type)], metavar="N",
                help=words.replace("%", "%%"),
            )  # fmt: skip
        parser.add_argument(
            "--simulate", type=int, default=0, metavar="STUDIES", help="also ask so many simulated studies"
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of the simulation (1)")
        parser.add_argument("--json", type=Path, metavar="OUT", help="also write the answer here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work it out, print, write."""
        if options["simulate"] < 0 or options["seed"] < 0:
            raise CommandError("--simulate and --seed must be at least 0.")
        planner = Planner(self._question(options))
        answer = planner.as_json()
        # Without a study the planner needs no database.
        study = Study.objects.filter(slug=options["slug"]).first() if options["slug"] else None
        self._print(PlanPage(planner, checks_of(study, planner.question)))
        if options["simulate"]:
            seen = answer["simulated"] = planner.simulated(options["simulate"], options["seed"])
            self.stdout.write(
                f"\n{seen['studies']:,} simulated studies of this size: ± {points(seen['half_width'])} "
                f"points on average; the interval held the truth in {percent(seen['coverage'], 0)}."
            )
        if options["json"]:
            try:
                options["json"].write_text(json.dumps(answer, indent=1, allow_nan=False) + "\n", "utf-8")
            except OSError as error:
                raise CommandError(f"{options['json']} cannot be written: {error.strerror}") from error

    def _question(self, options: dict[str, Any]) -> Question:
        start = self._start(options["slug"])
        values = {item.name: getattr(start, item.name) for item in dataclasses.fields(Question)}
        for name in values:
            if options.get(name) is not None:
                values[name] = from_units(name, options[name])
        if options["one_condition_each"]:
            values["mixed"] = False
        wrong = problems(values)
        if wrong:
            raise CommandError("\n".join(f"--{name.replace('_', '-')}: {wrong[name]}" for name in wrong))
        return Question(**values)

    def _start(self, slug: str) -> Question:
        if not slug:
            return Question()
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no study “{slug}”. There are: {known}.")
        return question_of(study)

    def _print(self, page: PlanPage) -> None:
        q = page.question
        for text in (page.headline, page.for_precision, page.for_difference, page.attention, page.trials):
            if text:
                self.stdout.write(text)
        self.stdout.write(
            f"Assumed: SD between people {q.sd_people:g}, between photos {q.sd_photos:g} (log-odds), "
            f"{q.shared:g} of it shared by two conditions."
        )
        head = ["Participants", f"interval around {page.rate}", "half width"]
        rows = [[row.participants, row.interval, row.half_width] for row in page.sizes]
        if page.compares:
            head += [f"difference found in {page.power}", f"power for {page.difference}"]
            rows = [[*cells, row.detectable, row.power] for cells, row in zip(rows, page.sizes, strict=True)]
        self._table(f"With {q.photos:,} photos", head, rows, [row.own for row in page.sizes])
        for title, first, needs in (
            ("Participants needed by the number of photos", "Photos", page.needs),
            ("Participants needed if people and photos differ less or more", "SDs", page.spreads),
        ):
            head = [first, f"for {page.precision}", f"to find {page.difference} in {page.power}", "floor"]
            rows = [[row.label, row.for_precision, row.for_difference, row.floor] for row in needs]
            if not page.compares:
                head, rows = head[:2] + head[3:], [cells[:2] + cells[3:] for cells in rows]
            self._table(title, head, rows, [row.own for row in needs])

    def _table(
        self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]], own: Sequence[bool]
    ) -> None:
        widths = [max(len(line[at]) for line in (head, *rows)) for at in range(len(head))]
        self.stdout.write(f"\n{title}")
        for mark, line in zip((" ", *("*" if one else " " for one in own)), (head, *rows), strict=True):
            cells = [
                line[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)),
            ]
            self.stdout.write(f"{mark} {'  '.join(cells)}".rstrip())
