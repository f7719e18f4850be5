"""The scripts of an export, run as the person who unpacks it would."""

import csv
import io
import shutil
import subprocess
import sys

import pytest

from evaluation.models import Population
from evaluation.services import (
    reports,
)
from studies.models import Response, Source, Study
from tests.evaluation.exports.cast import busy_study, exported

pytestmark = pytest.mark.django_db


@pytest.fixture
def sky(ada):
    return busy_study(ada)[0]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr
    return {row["model"]: row for row in csv.DictReader(io.StringIO(done.stdout), skipinitialspace=True)}


def compare(found, study, intervals):
    models = reports.newest_report(study, Population.PEOPLE).results["analysis"]["models"]
    assert found.keys() == models.keys()
    for slug, model in models.items():
        row = found[slug]
        for name in ("n", "k", "participants"):
            assert int(row[name]) == model[name]
        assert int(row["photos"]) == model["images"]
        assert float(row["fool_rate"]) == pytest.approx(model["fool_rate"], rel=1e-12)
        for name in intervals:
            ends = float(row[f"{name}_low"]), float(row[f"{name}_high"])
            reported = model["intervals"][name]
            assert ends == pytest.approx((reported["low"], reported["high"]), rel=1e-9)


def test_the_python_script_reproduces_the_report(sky, tmp_path):
    root = exported(sky.study, tmp_path)
    found = run(sys.executable, str(root / "analysis/fool_rate.py"))
    compare(found, sky.study, ("naive", "these_photos", "default"))


def test_it_follows_the_rule_of_a_study_launched_before_there_was_a_choice(sky, tmp_path):
    Study.objects.filter(pk=sky.study.pk).update(protocol={"format": 1, "study": {}})
    sky.study.refresh_from_db()
    root = exported(sky.study, tmp_path)
    found = run(sys.executable, str(root / "analysis/fool_rate.py"))
    compare(found, sky.study, ("naive", "these_photos", "default"))
    assert 'RULE = "cgm_two_way"' in (root / "analysis/fool_rate.py").read_text()


def test_it_reproduces_the_report_where_nobody_was_fooled(sky, tmp_path):
    for response in Response.objects.select_related("trial").filter(trial__condition__slug="l2"):
        response.answer = response.trial.key
        response.save()
    root = exported(sky.study, tmp_path)
    compare(run(sys.executable, str(root / "analysis/fool_rate.py")), sky.study, ("naive", "default"))


def test_it_says_whose_answers_they_are(sky, tmp_path):
    sky.crowd(3, {"l2": 0.4}, source=Source.SIMULATED)
    for population, source in ((Population.SIMULATED, "simulated"), (Population.POOLED, "person+simulated")):
        folder = tmp_path / population
        folder.mkdir()
        found = run(
            sys.executable, str(exported(sky.study, folder, population=population) / "analysis/fool_rate.py")
        )
        assert found["l2"]["source"] == source


def test_the_r_script_reproduces_the_report(sky, tmp_path):
    if shutil.which("Rscript") is None:
        pytest.skip("There is no Rscript on this machine: the script for R was not run.")
    root = exported(sky.study, tmp_path)
    found = run("Rscript", str(root / "analysis/fool_rate.R"))
    compare(found, sky.study, ("naive", "these_photos"))
