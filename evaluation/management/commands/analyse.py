"""`manage.py analyse FILE.csv[.gz] --json OUT`: fool rates from the responses of any platform."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.analysis import analyse
from evaluation.csv_faults import FileFault
from evaluation.response_files import ResponseFile, read_metrics, read_responses


class Command(BaseCommand):
    """Reads responses and writes the analysis as JSON."""

    help = (
        "Analyse a CSV file of responses: counts at each filter step, fool rates with clustered intervals, "
        "comparisons, and the mean of each image metric."
    )

    # It touches neither the database nor the pages: checking them would take longer than the analysis.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="responses, CSV or gzipped CSV")
        parser.add_argument(
            "--json", required=True, metavar="OUT", help="where to write; - for standard output"
        )
        parser.add_argument("--metrics", type=Path, help="CSV: model,image_id and one column for each metric")
        parser.add_argument("--alpha", type=float, default=0.05, help="error rate of the intervals (0.05)")
        parser.add_argument(
            "--mix-sources",
            action="store_true",
            help="one estimate over people and simulated participants together, where the file has both",
        )
        parser.add_argument(
            "--mixed-model",
            action="store_true",
            help="also fit the mixed logistic model: seconds for a large study, up to 200,000 trials",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, analyse, write."""
        try:
            found = read_responses(options["file"])
            metrics = read_metrics(options["metrics"]) if options["metrics"] else None
            result = analyse(
                found.table,
                metrics=metrics,
                alpha=options["alpha"],
                mix_sources=options["mix_sources"],
                with_mixed_model=options["mixed_model"],
            )
        except FileFault as fault:
            raise CommandError(str(fault)) from fault
        except ValueError as error:
            raise CommandError(f"{options['file'].name}: {error}") from error
        result = {"file": options["file"].name, "input": found.as_json()} | result
        self._remark(found, result)
        self._write(options["json"], json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False))

    def _remark(self, found: ResponseFile, result: dict[str, Any]) -> None:
        for column, values in found.unknown_values.items():
            spelled = ", ".join(f"{value!r} ({rows} rows)" for value, rows in values.items())
            self.stderr.write(f"{column}: unknown values count as missing: {spelled}")
        if found.first_unknown_line is not None:
            self.stderr.write(f"the first unknown value is on line {found.first_unknown_line}")
        if result["contradictory"]:
            self.stderr.write(
                f"fooled contradicts the sides in {result['contradictory']} rows; the sides count"
            )
        if "glmm" in result and not result["glmm"]["fitted"]:
            self.stderr.write(f"the mixed model was not fitted: {result['glmm']['reason']}")
        if result["valid_rows"] == 0:
            phases = ", ".join(f"{name or '(empty)'}: {rows}" for name, rows in result["phases"].items())
            self.stderr.write(f"no valid test rows, hence no fool rate; rows by phase: {phases}")

    def _write(self, target: str, text: str) -> None:
        if target == "-":
            self.stdout.write(text)
            return
        try:
            Path(target).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"cannot write {target}: {error.strerror}") from error
