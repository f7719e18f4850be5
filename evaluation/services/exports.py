"""Making an export: tables and texts into a folder, the folder into one file that can be downloaded."""

from __future__ import annotations

import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import models
from django.utils import timezone

from colorizers.models import WorkState
from evaluation.designs._design import CONDITIONS, PARTICIPANTS, PHOTOS, Evidence
from evaluation.exports import codebook, psych_ds, rows
from evaluation.exports.findings import condition_rows, photo_rows, read_table, said
from evaluation.exports.writers import CSV, PARQUET, TableWriter
from evaluation.models import Order, OrderKind, Population, Report
from evaluation.reading.metric_table import metric_table
from evaluation.reading.tables import participations_in
from evaluation.report import latex
from evaluation.report.wording import SIMULATED_BANDS
from evaluation.services.code_version import code_version
from evaluation.services.orders import OutOfTime, in_hand
from evaluation.services.report_contents import concluding, inference_rule, sections_of, strict_rules
from evaluation.services.reports import make_report, what_is_newer
from evaluation.statistics.rules import CURRENT_RULE
from studies.designs._columns import Table
from studies.models import ConditionKind, Participation, ParticipationState, PhotoRole, Study, Trial
from studies.services import samples
from studies.services.planning import design_of

Watch = Callable[[str, int, int], object]
"""Told what is being done, and how much of how much."""

WITHDRAWN_SINCE = "Somebody withdrew after it was made, so this file was removed. Order it anew."

TRIALS = "trials"
COPY_BYTES = 1 << 20
TRIES = 3
REST_SECONDS = 86_400.0


class Format(models.TextChoices):
    """What an export holds."""

    PSYCH_DS = "psych-ds", "Psych-DS folder with everything"
    CSV = "csv", "the tables as CSV"
    PARQUET = "parquet", "the tables as Parquet"


def silent(stage: str, done: int = 0, total: int = 0) -> None:
    """Nobody watches."""


def fill_order(order: Order, progress: Watch) -> None:
    """Make the export that was ordered and keep its file.

    Each attempt has a folder and a file of its own: a suspended worker may wake while its successor writes.
    What earlier attempts left is removed. Raises whatever `progress` raises to stop: nothing is left behind
    then. Raises OutOfTime, so that it is made anew, if somebody withdrew meanwhile.
    """
    withdrawn = _withdrawn(order)
    _remove_rests(order)
    target = _file_name(order, order.attempt)
    with working_folder(str(order.code)) as folder:
        archive = folder / target
        report = export(
            order.study, Population(order.population), Format(order.format), folder, archive, progress
        )
        storage = order.file.storage
        with archive.open("rb") as file:
            name = storage.save(_stored_name(order, target), File(file))
    running = in_hand(order)
    kept = running.update(file=name, report=report)
    if not kept:
        storage.delete(name)
    elif _withdrawn(order) != withdrawn:
        storage.delete(name)
        running.update(file="")
        raise OutOfTime


def remove_files_with(participation: Participation) -> None:
    """Remove the finished exports that may hold the answers of a participation that is now withdrawn."""
    populations = [population for population in Population if participation.source in population.sources]
    orders = Order.objects.filter(
        study=participation.study_id, kind=OrderKind.EXPORT, population__in=populations
    ).exclude(file="")
    for order in orders:
        order.file.delete(save=False)
        Order.objects.filter(pk=order.pk).update(
            file="", state=WorkState.CANCELLED, stage="", error=WITHDRAWN_SINCE
        )


def _withdrawn(order: Order) -> int:
    """How many participations of the study have been withdrawn so far."""
    return Participation.objects.filter(study=order.study, state=ParticipationState.WITHDRAWN).count()


def export(
    study: Study,
    population: Population,
    form: Format,
    folder: Path,
    archive: Path,
    watch: Watch = silent,
) -> Report | None:
    """Write the archive, with `folder` (which exists) for the files on their way; gives the report in it."""
    root = folder / f"{study.slug}-{population.value}"
    formats = {Format.CSV: (CSV,), Format.PARQUET: (PARQUET,)}.get(form, (CSV, PARQUET))
    report = None
    for _ in range(TRIES):
        if form == Format.PSYCH_DS:
            report = make_report(study=study, population=population, watch=watch)
        shutil.rmtree(root, ignore_errors=True)
        counts = write_tables(study, population, root, formats, watch)
        # Report and tables are of the same answers, unless people answer faster than both are made.
        if report is None or not what_is_newer(report).anything:
            break
    _write_texts(root, study, population, counts, report)
    pack(root, archive, watch)
    return report


@contextmanager
def working_folder(name: str) -> Iterator[Path]:
    """An empty folder on the disk of the media that nobody else has and that is gone afterwards.

    One of the same name that a killed process left is removed after a day.
    """
    for rest in _exports().glob(f"{name}~*.part"):
        if rest.stat().st_mtime < time.time() - REST_SECONDS:
            shutil.rmtree(rest, ignore_errors=True)
    folder = _exports() / f"{name}~{secrets.token_hex(4)}.part"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_tables(
    study: Study, population: Population, root: Path, formats: tuple[str, ...], watch: Watch = silent
) -> dict[str, int]:
    """Write the four tables of the study's design below `root`; gives the number of rows of each.

    The trials pass through one by one; what stays in memory grows with participants and photos, and by a few
    coded bytes for each trial while the rates are computed.
    """
    data = root / "data"
    data.mkdir(parents=True)
    asking, design = design_of(study), concluding(study)
    tables = codebook.tables_of(asking, design, samples.columns(study))
    exclusions = rows.Exclusions.of(study, population)
    total = Trial.objects.filter(participation__in=participations_in(study, population)).count()
    stage = "Writing the trials"
    watch(stage, 0, total)
    trials = rows.Trials(study, population, exclusions, lambda done: watch(stage, done, total))
    # The analysis reads the file of trials, so that one is written in any case.
    with TableWriter(_stem(data, study, tables[TRIALS]), tables[TRIALS], {*formats, CSV}) as writer:
        writer.write_all(trials)
    watch("Computing rates and intervals", 0, 0)
    table = read_table(writer.csv_path, asking.columns(), trials.count, trials.excluded)
    scores = metric_table(study)
    evidence = Evidence(
        table, scores=scores.arrays(), mix_sources=population == Population.POOLED,
        rule=inference_rule(study), strict=strict_rules(study), settings=asdict(asking.settings), brief=True,
    )  # fmt: skip
    findings = design.analyse(evidence)
    watch("Writing the other tables", 0, 0)
    own = design.rows(evidence, findings)
    of_people = own.get(PARTICIPANTS, {})
    arms = _conditions(study)
    people = rows.participant_rows(study, population, exclusions, trials.tallies)
    filled: dict[str, Iterator[dict[str, Any]]] = {
        PARTICIPANTS: (row | said(of_people, row["participant_id"]) for row in people),
        PHOTOS: photo_rows(arms, _photos(study), scores.by_photo(), own.get(PHOTOS, {})),
        CONDITIONS: condition_rows(arms, findings["analysis"], own.get(CONDITIONS, {})),
    }
    counts = {TRIALS: trials.count}
    about = {"study": study.slug, "population": population.value}
    for name, filling in filled.items():
        with TableWriter(_stem(data, study, tables[name]), tables[name], formats) as writer_of_table:
            writer_of_table.write_all(row | about for row in filling)
        counts[name] = writer_of_table.rows
    if CSV not in formats:
        writer.csv_path.unlink()
    elif PARQUET in formats:
        (data / "parquet").mkdir()
        for path in data.glob("*.parquet"):
            path.rename(data / "parquet" / path.name)
    return counts


def pack(root: Path, archive: Path, watch: Watch = silent) -> None:
    """The folder as a zip file, in the order of names."""
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    total, done = sum(path.stat().st_size for path in paths), 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        for path in paths:
            info = zipfile.ZipInfo.from_file(path, path.relative_to(root.parent).as_posix())
            dense = path.suffix == ".parquet"
            info.compress_type = zipfile.ZIP_STORED if dense else zipfile.ZIP_DEFLATED
            with path.open("rb") as source, packed.open(info, "w", force_zip64=True) as target:
                while block := source.read(COPY_BYTES):
                    target.write(block)
                    done += len(block)
                    watch("Packing", done, total)


def discard_file(order: Order) -> None:
    """Remove the file of an order from the disk, and what a stopped worker may have left."""
    if order.file:
        order.file.delete(save=False)
    _remove_rests(order)


def _remove_rests(order: Order) -> None:
    """What stopped workers left of an order: folders, and files that were never linked."""
    for folder in (*_exports().glob(f"{order.code}.part"), *_exports().glob(f"{order.code}~*.part")):
        shutil.rmtree(folder, ignore_errors=True)
    for attempt in range(order.attempt + 1):
        order.file.storage.delete(_stored_name(order, _file_name(order, attempt)))


def _exports() -> Path:
    return Path(settings.MEDIA_ROOT) / "exports"


def _file_name(order: Order, attempt: int) -> str:
    return f"{order.code}-{attempt}.zip"


def _stored_name(order: Order, target: str) -> str:
    return order._meta.get_field("file").generate_filename(order, target)


def _stem(data: Path, study: Study, table: Table) -> Path:
    return data / psych_ds.data_stem(study.slug, table)


def _conditions(study: Study) -> list[dict[str, Any]]:
    arms = study.conditions.filter(kind=ConditionKind.TEST).select_related("colorizer")
    return [{"model": arm.slug, "title": str(arm), "colorizer": arm.colorizer.slug} for arm in arms]


def _photos(study: Study) -> list[dict[str, Any]]:
    found = study.study_photos.filter(role=PhotoRole.TEST).order_by("photo__digest")
    return [
        {"image_id": digest[:12], "photo": name, "photo_digest": digest}
        for digest, name in found.values_list("photo__digest", "photo__name")
    ]


def _write_texts(
    root: Path, study: Study, population: Population, counts: dict[str, int], report: Report | None
) -> None:
    design = concluding(study)
    tables = codebook.tables_of(design_of(study), design, samples.columns(study)).values()
    texts: dict[str, str] = {"documentation/codebook.csv": psych_ds.codebook(tables)}
    if report is not None:
        dataset = psych_ds.Dataset(
            slug=study.slug,
            title=study.title,
            question=study.question,
            population=str(population.label),
            made_at=timezone.now().isoformat(timespec="seconds"),
            code_version=code_version(),
            data_digest=report.data_digest,
            protocol_digest=study.digest,
            rows=counts,
            tables=tables,
            keywords=design.keywords,
            starters=tuple(path.name for path in design.starters),
        )
        texts |= {
            psych_ds.DESCRIPTION: psych_ds.description(dataset),
            "README.md": psych_ds.readme(dataset),
            "CHANGES.md": psych_ds.changes(dataset),
            "results/report.json": report.as_json(),
            "results/tables.tex": latex.tables(
                sections_of(report),
                report.results["study"],
                f"Data digest {report.data_digest}",
                SIMULATED_BANDS.get(population, ""),
            ),
        }
        named, own = f'RULE = "{CURRENT_RULE}"', f'RULE = "{inference_rule(study)}"'
        texts |= {
            f"analysis/{path.name}": path.read_text("utf-8").replace(named, own) for path in design.starters
        }
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
