"""A study with answers of every sort, and its export as a folder of files."""

import csv
import zipfile

import pyarrow.parquet as pq

from evaluation import designs as concluding
from evaluation.exports.codebook import tables_of
from evaluation.models import Exclusion, Population
from evaluation.services.exports import Format, export
from studies import designs as asking
from studies.models import ParticipationState, Source, Trial
from tests.evaluation.cast import played_study

PAIR = tables_of(asking.get("pair"), concluding.get("pair"))
"""The four tables of a pair test, by name."""


def busy_study(owner):
    """Eight people of whom one is excluded, one withdrawn and one gone early; one simulated participant."""
    sky = played_study(owner, arms=("l2", "classes"), photos=24)
    people = sky.crowd(6, {"l2": 0.3, "classes": 0.4}, per_condition=6, vigilance=[True, True], practice=2)
    sky.participate(fooled={"l2": [True, False]}, unanswered=1, state=ParticipationState.ABANDONED)
    sky.participate(fooled={"l2": [True] * 5}, state=ParticipationState.WITHDRAWN)
    sky.participate(fooled={"l2": [True] * 5}, source=Source.SIMULATED)
    Exclusion.objects.create(study=sky.study, participation=people[0], rule="took the test twice")
    trial = Trial.objects.filter(participation=people[1], kind="test").first()
    Exclusion.objects.create(study=sky.study, trial=trial, rule="phone rang")
    return sky, people


def exported(study, tmp_path, form=Format.PSYCH_DS, population=Population.PEOPLE):
    """The unpacked archive."""
    folder, archive = tmp_path / "work", tmp_path / "export.zip"
    folder.mkdir()
    export(study, population, form, folder, archive)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "unpacked")
    return next((tmp_path / "unpacked").iterdir())


def read_csv(root, table):
    """The rows of a table, as texts."""
    (path,) = root.glob(f"data/*_description-{table}_data.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_parquet(root, table):
    """The rows of a table, typed."""
    (path,) = root.rglob(f"*_description-{table}_data.parquet")
    return pq.read_table(path, use_threads=False).to_pylist()
