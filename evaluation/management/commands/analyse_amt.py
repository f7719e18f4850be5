"""`manage.py analyse_amt ANSWERS.csv`: answers of AMT_Real_vs_Fake, its own numbers and ours beside them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from colorizers.tools.csv_files import csv_lines
from evaluation.designs._pair.analysis import analyse
from evaluation.reading.files.amt_files import COLUMNS, PRACTICE, AnswerFile, read_answers
from evaluation.reading.files.amt_numbers import REPLICATES, tool_numbers
from evaluation.reading.files.csv_faults import FileFault
from evaluation.statistics.arrays import Json


class Command(BaseCommand):
    help = (
        "Analyse an answer file of AMT_Real_vs_Fake: the numbers that the tool prints, and beside them "
        "the fool rates with the intervals of this project."
    )

    # It touches neither the database nor the pages.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="Mechanical Turk's table of results, CSV or gzipped CSV")
        parser.add_argument("--practice", type=int, default=PRACTICE, metavar="N", help="pairs to drop (10)")
        parser.add_argument(
            "--vigilance",
            default="",
            metavar="FOLDER",
            help="the condition whose pairs are vigilance trials for us; the tool counts it as a condition",
        )
        parser.add_argument(
            "--bootstrap", type=int, default=REPLICATES, metavar="REPLICATES", help="of the tool (10000)"
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of the bootstrap (1)")
        parser.add_argument("--json", type=Path, metavar="OUT", help="also write both sets of numbers here")
        parser.add_argument(
            "--trials", type=Path, metavar="OUT.csv", help="also write one row a trial, as `analyse` reads it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, analyse, print, write."""
        path, practice, vigilance = options["file"], options["practice"], options["vigilance"]
        if options["bootstrap"] < 1 or options["seed"] < 0:
            raise CommandError("--bootstrap must be at least 1 and --seed at least 0.")
        try:
            answers = read_answers(path)
            theirs = tool_numbers(answers, practice, options["bootstrap"], options["seed"])
            ours = analyse(answers.table(practice, vigilance))
        except FileFault as fault:
            raise CommandError(str(fault)) from fault
        except ValueError as error:
            raise CommandError(f"{path.name}: {error}") from error
        if vigilance and vigilance not in theirs["conditions"]:
            known = ", ".join(theirs["conditions"])
            raise CommandError(f"There is no condition {vigilance!r} in {path.name}, only: {known}.")
        self._print(path.name, answers, theirs, ours)
        self._write(options, answers, {"file": path.name, "amt_real_vs_fake": theirs, "foolrate": ours})

    def _print(self, name: str, answers: AnswerFile, theirs: Json, ours: Json) -> None:
        self.stdout.write(
            f"{name}: {theirs['assignments']} assignments by {answers.participants} workers, "
            f"{theirs['pairs_each']} pairs each after practice; real pictures in {answers.real_folder}"
        )
        for remark in self._remarks(answers):
            self.stdout.write(remark)
        for condition, numbers in theirs["conditions"].items():
            self.stdout.write(f"\n{condition}")
            self.stdout.write(
                f"  the tool: {numbers['fool_rate']:.2%} ({numbers['n']} trials), "
                f"bootstrap {numbers['bootstrap_mean']:.2%} +/- {numbers['bootstrap_sd']:.2%}"
            )
            for other, share in numbers["greater_than"].items():
                self.stdout.write(f"    greater than {other} in {share:.1%} of replicates")
            self._print_ours(ours["models"].get(condition))

    def _print_ours(self, model: Json | None) -> None:
        if model is None:
            self.stdout.write("  ours: in no rate (vigilance)")
            return
        self.stdout.write(f"  ours: {model['fool_rate']:.2%} ({model['n']} trials)")
        for interval in model["intervals"].values():
            ends = (
                f"none: {interval['reason']}"
                if interval["low"] is None
                else f"{interval['low']:.2%} to {interval['high']:.2%}"
            )
            self.stdout.write(f"    {interval['estimand']}: {ends}")

    def _remarks(self, answers: AnswerFile) -> list[str]:
        found = []
        if answers.unset:
            found.append(
                f"{answers.unset} pairs without an answer: the tool counts them as a click on the left "
                "picture, we as missing"
            )
        if answers.participants < len(answers.assignments):
            found.append("some workers sent several assignments: the tool takes them for different people")
        if answers.rejected:
            found.append(f"{answers.rejected} assignments were rejected on the platform; both count them")
        return found

    def _write(self, options: dict[str, Any], answers: AnswerFile, results: Json) -> None:
        try:
            if options["json"]:
                text = json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False)
                options["json"].write_text(text + "\n", encoding="utf-8")
            if options["trials"]:
                with options["trials"].open("w", encoding="utf-8", newline="") as file:
                    rows = answers.rows(options["practice"], options["vigilance"])
                    file.writelines(csv_lines(rows, COLUMNS))
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}") from error
