"""Crops of one photograph are one photo in every interval and test."""

import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from colorizers.models import digest_of
from evaluation.exports import rows as export_rows
from evaluation.models import Population
from evaluation.services import reports
from studies.models import Study
from tests.evaluation.cast import played_study
from tests.evaluation.report import said

HEADER = "participant_id,trial_index,phase,model,image_id,fake_side,chosen_side,rt_ms,attention_passed,scene"
MODELS = ("L2", "MCL")


def rows(people=24, scenes=6, crops=5):
    """Answers that depend on the scene alone beside noise: one scene in three fools everybody more."""
    rng = np.random.default_rng(3)
    for person in range(people):
        for photo in range(scenes * crops):
            scene = photo % scenes
            chance = 0.2 + 0.5 * (scene % 3 == 0) + 0.1 * (photo // scenes % 2)
            missed = rng.random() < chance
            model = MODELS[photo // scenes % 2]
            yield f"p{person},{photo},test,{model},i{photo},L,{'LR'[missed]},700,,s{scene}"


@pytest.fixture
def analysed(tmp_path):
    def analysed(lines, *options, header=HEADER):
        path = tmp_path / "answers.csv"
        path.write_text("\n".join([header, *lines]) + "\n")
        out = StringIO()
        call_command("analyse", str(path), "--json", "-", *options, stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    return analysed


def half(model):
    found = model["intervals"]["default"]
    return (found["high"] - found["low"]) / 2


def test_intervals_and_tests_go_by_scene_and_rates_stay(analysed):
    lines = list(rows())
    by_file, by_scene = analysed(lines), analysed(lines, "--photo-cluster", "scene")
    assert (by_scene["images"], by_scene["photo_clusters"]) == (30, 6)
    assert "photo_clusters" not in by_file
    for name in MODELS:
        one, other = by_file["models"][name], by_scene["models"][name]
        assert (one["n"], one["k"]) == (other["n"], other["k"])
        assert half(other) > 1.3 * half(one)
        assert other["photo_influence"] == one["photo_influence"]
        assert other["eb_beta_binomial"] == one["eb_beta_binomial"]
    assert by_scene["filters"] == by_file["filters"]


def test_clusters_of_one_photo_change_nothing(analysed):
    lines = list(rows())
    named = [line.rpartition(",")[0] + "," + line.split(",")[4] for line in lines]
    usual, own = analysed(lines), analysed(named, "--photo-cluster", "scene")
    for name in MODELS:
        assert half(own["models"][name]) == pytest.approx(half(usual["models"][name]))
    assert own["pairwise"][0]["recommended"]["ci"] == pytest.approx(usual["pairwise"][0]["recommended"]["ci"])


def test_the_column_photo_cluster_is_recognised_and_may_be_empty(analysed):
    lines = list(rows())
    header = HEADER.replace("scene", "photo_cluster")
    assert analysed(lines, header=header)["photo_clusters"] == 6
    empty = [line.rpartition(",")[0] + "," for line in lines]
    assert analysed(empty, header=header)["models"] == analysed(lines)["models"]
    some = [line if line.endswith("s0") else line.rpartition(",")[0] + "," for line in lines]
    assert analysed(some, header=header)["photo_clusters"] == 1 + 25


def test_it_equals_the_interval_where_scenes_are_the_photos(analysed):
    """One crop a scene and condition: then the scene is all that a photo is."""
    lines = [line for line in rows() if int(line.split(",")[1]) < 12]
    as_photos = [",".join([*f[:4], f[9], *f[5:]]) for f in (line.split(",") for line in lines)]
    clustered, plain = analysed(lines, "--photo-cluster", "scene"), analysed(as_photos)
    assert clustered["pairwise"][0]["recommended"]["ci"] == pytest.approx(
        plain["pairwise"][0]["recommended"]["ci"]
    )
    for name in MODELS:
        assert clustered["models"][name]["intervals"]["default"] == pytest.approx(
            plain["models"][name]["intervals"]["default"]
        )


def test_a_photo_in_two_clusters_and_a_column_that_is_not_there_are_refused(analysed):
    lines = list(rows())
    lines[40] = lines[40].rpartition(",")[0] + ",elsewhere"
    with pytest.raises(CommandError, match="the photo i10 is in two clusters, elsewhere and s4"):
        analysed(lines, "--photo-cluster", "scene")
    with pytest.raises(CommandError, match="missing column place; found participant_id"):
        analysed(lines, "--photo-cluster", "place")


@pytest.fixture
def cropped(ada):
    """A study whose photos are cut from half as many files."""
    sky = played_study(ada)
    for number, photo in enumerate(sky.photos):
        photo.source_digest = f"file-{number // 2}"
        photo.save()
    sky.crowd(6, {"l2": 0.3, "classes": 0.4})
    return sky


def report_under(sky, protocol):
    own = {"protocol": protocol, "digest": digest_of(protocol)}
    Study.objects.filter(pk=sky.study.pk).update(allow_crops=True, **own)
    sky.study.refresh_from_db()
    return reports.make_report(study=sky.study, population=Population.PEOPLE)


@pytest.mark.django_db
def test_a_study_of_crops_goes_by_the_files_they_were_cut_from(cropped):
    launched = {"format": 1, "study": {}, "inference": {"rule": "bell_mccaffrey_two_way"}}
    earlier = report_under(cropped, launched)
    assert "photo_clusters" not in earlier.results["analysis"]
    rule = launched["inference"] | {"photo_cluster": "source"}
    report = report_under(cropped, launched | {"inference": rule})
    analysis = report.results["analysis"]
    assert 2 * analysis["photo_clusters"] == analysis["images"]
    assert analysis["models"]["l2"]["k"] == earlier.results["analysis"]["models"]["l2"]["k"]
    assert half(analysis["models"]["l2"]) != half(earlier.results["analysis"]["models"]["l2"])
    assert "Crops of one photograph count as one" in said.methods(report)
    written = next(export_rows.trial_rows(cropped.study, Population.PEOPLE))
    assert written["photo_cluster"].startswith("file-")
