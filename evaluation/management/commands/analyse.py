"""`manage.py analyse FILE --json OUT`: fool rates from the responses of any platform."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.designs._exclusion_rules import LowVigilance, UnlikelyResponseTime
from evaluation.designs._pair.analysis import analyse
from evaluation.reading.files.chosen_side import FAKE, MEANINGS, REAL
from evaluation.reading.files.csv_faults import FileFault
from evaluation.reading.files.left_out import leave_out, leave_out_marked, read_exclusions
from evaluation.reading.files.response_files import (
    ResponseFile,
    is_of_pairs,
    read_metrics,
    read_photo_scores,
    read_responses,
)
from evaluation.reading.memory import keep_freed_memory
from evaluation.statistics.bootstraps import Resampling
from evaluation.statistics.rules import CGM_TWO_WAY, CURRENT_RULE, RULES
from evaluation.statistics.table import Factor, ResponseTable

OF_PAIRS_ONLY = {"rule": CURRENT_RULE, "chosen_side_means": None, "bootstrap": None, "mixed_model": False}
"""Options with what they are where nobody says them."""
CALLED = {FAKE: "called fake", REAL: "taken for the real photo"}


def _strict(options: dict[str, Any]) -> dict[str, Any]:
    """The rules of the strict view that the options name."""
    return {
        "vigilance": LowVigilance(options["vigilance_pass"]),
        "response_time": UnlikelyResponseTime(options["fastest_ms"], options["slowest_ms"]),
    }


class Command(BaseCommand):
    """Reads responses and writes the analysis as JSON."""

    help = (
        "Analyse a table of responses: counts at each filter step, fool rates with clustered intervals, "
        "comparisons, ranking, agreement, and image metrics. Columns: participant_id, model, image_id, phase "
        "(test or attention), fake_side (L or R: where the recoloured picture was), chosen_side (L or R: the "
        "side that was called FAKE), trial_index, rt_ms, attention_passed; fooled (1: the real photo was "
        "called fake) may stand for the two sides. A file of preferences, of single pictures or of "
        "staircases is known by its columns."
    )

    # It touches neither the database nor the pages: checking them would take longer than the analysis.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        rules = LowVigilance(), UnlikelyResponseTime()
        parser.add_argument(
            "file",
            type=Path,
            help="responses: CSV (separated by comma, semicolon or tab; UTF-8 or UTF-16; plain or gzipped) "
            "or an Excel or LibreOffice workbook",
        )
        parser.add_argument(
            "--json", required=True, metavar="OUT", help="where to write; - for standard output"
        )
        parser.add_argument(
            "--chosen-side-means",
            choices=MEANINGS,
            help="what chosen_side holds: the side that was called fake (what is taken for granted), or the "
            "side that was taken for the real photo. Said, it also holds where other columns contradict it",
        )
        parser.add_argument(
            "--photo-cluster",
            metavar="COLUMN",
            help="the column that says of which photograph (or scene) each photo is a crop; photo_cluster is "
            "recognised. Crops of one photograph then count as one photo in every interval and test",
        )
        parser.add_argument("--metrics", type=Path, help="CSV: model,image_id and one column for each metric")
        parser.add_argument("--alpha", type=float, default=0.05, help="error rate of the intervals (0.05)")
        parser.add_argument(
            "--leave-out",
            type=Path,
            metavar="FILE",
            help="CSV of what was excluded by hand: participant_id, and where wanted trial_index and rule",
        )
        parser.add_argument(
            "--vigilance-pass",
            type=float,
            default=rules[0].at_least,
            metavar="SHARE",
            help="strict view: share of vigilance trials to pass (0.75)",
        )
        parser.add_argument(
            "--fastest-ms",
            type=float,
            default=rules[1].fastest_ms,
            metavar="MS",
            help="strict view: the fastest answer that counts (200)",
        )
        parser.add_argument(
            "--slowest-ms",
            type=float,
            default=rules[1].slowest_ms,
            metavar="MS",
            help="strict view: the slowest answer that counts (30000)",
        )
        parser.add_argument(
            "--rule",
            choices=RULES,
            default=CURRENT_RULE,
            help=f"how variances and degrees of freedom are found ({CURRENT_RULE}); studies launched before "
            f"there was a choice have {CGM_TWO_WAY}, which is for pair tests only",
        )
        parser.add_argument(
            "--bootstrap",
            type=int,
            metavar="REPLICATES",
            help="add bootstraps and drawn sign-flip tests; 10000 is a good number",
        )
        parser.add_argument("--seed", type=int, default=1, help="seed of whatever is drawn (1)")
        parser.add_argument(
            "--mixed-model",
            action="store_true",
            help="also fit the mixed logistic model: seconds for a large study, up to 200,000 trials",
        )
        parser.add_argument(
            "--full", action="store_true", help="print every section of the report, not only rates and pairs"
        )
        parser.add_argument(
            "--mix-sources",
            action="store_true",
            help="one estimate over people and simulated participants together, where the file has both",
        )

    _claimed: Callable[[Any], Any] = staticmethod(lambda told: told)
    """Findings or sections, without claims that the file does not bear."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, analyse, write."""
        path: Path = options["file"]
        keep_freed_memory()
        try:
            findings = self._of_another_design(path, options) or {"analysis": self._pair_test(path, options)}
        except FileFault as fault:
            raise CommandError(str(fault)) from fault
        except ValueError as error:
            raise CommandError(f"{path.name}: {error}") from error
        result = self._claimed(findings["analysis"])
        self._write(
            options["json"],
            json.dumps({"file": path.name} | result, indent=1, ensure_ascii=False, allow_nan=False),
        )
        self._say_what_was_found(options["json"], path.name, findings, full=options["full"])

    def _pair_test(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        found = read_responses(path, options["chosen_side_means"], options["photo_cluster"])
        scores = options["metrics"]
        table, excluded = self._left_out(found.table, found.excluded, options)
        bootstrap = options["bootstrap"]
        result = analyse(
            table,
            metrics=read_metrics(scores) if scores else None,
            photo_scores=read_photo_scores(scores) if scores else None,
            alpha=options["alpha"],
            **_strict(options),
            mix_sources=options["mix_sources"],
            resampling=None if bootstrap is None else Resampling(bootstrap, options["seed"]),
            with_mixed_model=options["mixed_model"],
            rule=options["rule"],
        )
        result = {"input": found.as_json()} | result | {"filters": [*excluded, *result["filters"]]}
        self._remark(found, result)
        return result

    def _of_another_design(self, path: Path, options: dict[str, Any]) -> dict[str, Any] | None:
        """The findings of a file that is not one of pair tests; None if it is."""
        if is_of_pairs(path):
            return None
        # Only here: files of pair tests are read without the rest of the house.
        from evaluation import designs
        from evaluation.designs._design import Evidence
        from evaluation.reading.files.design_files import NO_PHOTOS, design_of_file, read_answers

        name = design_of_file(path)
        if name is None:
            return None
        for option, default in OF_PAIRS_ONLY.items():
            if options[option] != default:
                words = f"--{option.replace('_', '-')}"
                said = words if options[option] is True else f"{words} {options[option]}"
                raise FileFault(
                    f"{path.name} holds answers of the design {name}, and {said} is for pair tests only; "
                    f"leave {words} out"
                )
        found = read_answers(path, options["photo_cluster"])
        table, excluded = self._left_out(found.table, found.excluded, options)
        scores = options["metrics"]
        findings = designs.get(name).analyse(
            Evidence(
                table,
                scores=read_metrics(scores) if scores else {},
                by_photo=read_photo_scores(scores) if scores else {},
                strict=_strict(options),
                mix_sources=options["mix_sources"],
                alpha=options["alpha"],
            )
        )
        for remark in (found.remark, "" if found.names_photos else NO_PHOTOS):
            if remark:
                self.stderr.write(remark)
        self._claimed = found.claimed
        analysis = findings["analysis"]
        told = {
            "input": found.as_json(),
            "task": name,
            "alpha": options["alpha"],
            "inference_rule": CURRENT_RULE,
        }
        filters = [*excluded, *analysis.get("filters", [])]
        return findings | {
            "analysis": {"input": found.as_json()} | told | analysis | {"filters": filters},
            "filters": filters,
        }

    def _left_out(
        self, table: ResponseTable, marked: Factor, options: dict[str, Any]
    ) -> tuple[ResponseTable, list[dict[str, Any]]]:
        """The rows that neither the file nor --leave-out names, and the steps."""
        table, excluded = leave_out_marked(table, marked)
        if options["leave_out"]:
            table, more = leave_out(table, read_exclusions(options["leave_out"]))
            excluded += [step | {"step": f"E{n}"} for n, step in enumerate(more, start=len(excluded) + 1)]
        return table, excluded

    def _remark(self, found: ResponseFile, result: dict[str, Any]) -> None:
        if found.remark:
            self.stderr.write(found.remark)
        for column, values in found.unknown_values.items():
            spelled = ", ".join(f"{value!r} ({rows} rows)" for value, rows in values.items())
            self.stderr.write(f"{column}: unknown values count as missing: {spelled}")
        if found.first_unknown_line is not None:
            self.stderr.write(f"the first unknown value is on line {found.first_unknown_line}")
        unknown = sum(step.get("unknown", 0) for step in result["filters"])
        if unknown:
            self.stderr.write(f"{unknown} exclusions name no row of this file; are the codes spelled alike?")
        if result["contradictory"]:
            self.stderr.write(
                f"fooled contradicts the sides in {result['contradictory']} rows; the sides count, with "
                f"chosen_side as the side that was {CALLED[found.chosen_side_means]}"
            )
        above = [
            name
            for name, model in result["models"].items()
            if (model["intervals"]["default"]["low"] or 0) > 0.5
        ]
        if above:
            self.stderr.write(
                f"{', '.join(above)}: the real photo was called fake more often than by guessing, which is "
                f"rare. chosen_side counts as the side that was {CALLED[found.chosen_side_means]}; if it "
                f"holds the other one, say --chosen-side-means"
            )
        if result["valid_rows"] == 0:
            phases = ", ".join(f"{name or '(empty)'}: {rows}" for name, rows in result["phases"].items())
            self.stderr.write(f"no valid test rows, hence no fool rate; rows by phase: {phases}")

        if "glmm" in result and not result["glmm"]["fitted"]:
            self.stderr.write(f"the mixed model was not fitted: {result['glmm']['reason']}")

    def _say_what_was_found(self, target: str, name: str, findings: dict[str, Any], *, full: bool) -> None:
        """The report in words and where the file is; nothing beside JSON on standard output."""
        result = findings["analysis"]
        if target == "-":
            return
        photos = self._claimed(result)["images"]
        self.stdout.write(
            f"{name}: {result['valid_rows']} of {result['rows']} rows count, "
            f"{result['participants']} participants"
            + ("" if photos is None else f", {photos} photos")
            + (f" in {result['photo_clusters']} clusters" if "photo_clusters" in result else "")
        )
        self.stdout.write(self._report(name, findings, brief=not full))
        self.stdout.write(f"written to {target}")

    def _report(self, name: str, findings: dict[str, Any], *, brief: bool) -> str:
        """What a report would say of these answers, as far as a file knows it."""
        # Only here: whoever asks for JSON on standard output waits for no words.
        from evaluation import designs
        from evaluation.report.section import as_json, from_json
        from evaluation.report.terminal import text

        result = findings["analysis"]
        named = (model["model"] if isinstance(model, dict) else model for model in result["models"])
        # The real photo, which has a name in brackets, is no condition.
        slugs = [slug for slug in named if not slug.startswith("(")]
        study = {
            "title": name, "slug": name,
            "conditions": [{"slug": slug, "title": slug, "kind": "test"} for slug in slugs],
        }  # fmt: skip
        facts = {"study": study, "population": "people"}
        design = designs.get(result.get("task", "pair"))
        sections = design.report(findings | {"filters": result["filters"]}, facts)
        return text([from_json(self._claimed(as_json(one))) for one in sections], brief=brief)

    def _write(self, target: str, text: str) -> None:
        if target == "-":
            self.stdout.write(text)
            return
        try:
            Path(target).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"cannot write {target}: {error.strerror}") from error
