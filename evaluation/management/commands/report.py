"""Make the report of a study at once, without a worker, and write it to a file."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.models import Population, Report
from evaluation.report import terminal
from evaluation.report.wording import SIMULATED_BANDS
from evaluation.services import report_contents, report_files, reports, scores, together
from studies.models import Study


class Command(BaseCommand):
    help = (
        "Make the report of a study, here and at once: JSON (every number), HTML (one page), PDF, TeX (the "
        "tables for a paper), text (for the terminal) or CSV (one row per trial). Of several: whether "
        "the studies agree."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "slugs",
            nargs="+",
            metavar="slug",
            help="the study; several: whether they put their conditions in the same order (json or text)",
        )
        parser.add_argument("--format", choices=["json", "csv", "html", "pdf", "tex", "text"], default="json")
        parser.add_argument("--out", type=Path, metavar="FILE", help="where to write; - or nothing: here")
        parser.add_argument(
            "--population",
            choices=Population.values,
            default=Population.PEOPLE.value,
            help="whose answers (default: people; simulated participants only when asked)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        studies = [self._study(slug) for slug in dict.fromkeys(options["slugs"])]
        population = Population(options["population"])
        for study in studies:
            self._insist_on_answers(study, population)
        if len(studies) > 1 and options["format"] not in ("json", "text"):
            raise CommandError("Several studies together are written as json or text: say --format text")
        out: Path | None = options["out"]
        here = out is None or str(out) == "-"
        if here and options["format"] == "pdf":
            raise CommandError("A PDF is no text for a terminal: say where to write it, --out report.pdf")
        parts = (
            self._parts(options["format"], studies[0], population)
            if len(studies) == 1
            else self._together(options["format"], studies, population)
        )
        if out is None or here:
            self.stdout.writelines(part.decode() for part in parts)
            return
        try:
            with out.open("wb") as file:
                file.writelines(parts)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error}") from error
        self.stdout.write(f"Wrote {out}.")

    def _study(self, slug: str) -> Study:
        try:
            return Study.objects.get(slug=slug)
        except Study.DoesNotExist:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no study “{slug}”. There are: {known}.") from None

    def _insist_on_answers(self, study: Study, population: Population) -> None:
        answers = reports.answers_by_population(study)
        if answers[population]:
            return
        if population == Population.PEOPLE and answers[Population.SIMULATED]:
            raise CommandError(
                f"No person has answered yet: all {answers[Population.SIMULATED]} answers come from "
                f"simulated participants. Ask for them by name: --population simulated"
            )
        raise CommandError(
            f"The study “{study.slug}” has no answers of {population.label} yet, so there is nothing to "
            "report. No file was written."
        )

    def _parts(self, wanted: str, study: Study, population: Population) -> Iterator[bytes]:
        if wanted == "csv":
            yield from (line.encode() for line in report_files.csv_lines(study, population))
            return
        made = self._report(wanted, study, population)
        if wanted == "pdf":
            yield report_files.pdf(made)
        elif wanted == "text":
            yield report_files.text(made).encode()
        elif wanted == "tex":
            yield report_files.tex(made).encode()
        elif wanted == "html":
            yield report_files.html(made).encode()
        else:
            yield made.as_json().encode()

    def _together(self, wanted: str, studies: list[Study], population: Population) -> Iterator[bytes]:
        for study in studies:
            self._report("text", study, population)
        try:
            found = together.set_side_by_side(studies, population)
        except together.NotTogether as refused:
            raise CommandError(str(refused)) from refused
        if wanted == "json":
            yield found.as_json().encode()
        else:
            yield terminal.text(found.sections, SIMULATED_BANDS.get(population, "")).encode()

    def _report(self, wanted: str, study: Study, population: Population) -> Report:
        for colorization in scores.colorizations_to_score(study=study):
            scores.score_colorization(colorization)
        made = reports.make_report(study=study, population=population)
        if wanted != "text":
            self.stderr.write(terminal.text(report_contents.sections_of(made)[:1]))
        return made
