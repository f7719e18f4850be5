import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from evaluation.models import Report
from studies.models import Source
from tests.evaluation.cast import played_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def sky(ada):
    played = played_study(ada)
    played.crowd(4, {"l2": 0.3, "classes": 0.2}, vigilance=[True, False], practice=2)
    return played


def test_json_has_the_keys_of_the_reference_cases(sky, tmp_path):
    call_command("report", "sky", format="json", out=tmp_path / "r.json", stderr=io.StringIO())
    document = json.loads((tmp_path / "r.json").read_text())
    model = document["analysis"]["models"]["l2"]
    assert {"n", "k", "fool_rate", "wilson", "clopper_pearson", "jeffreys", "recommended"} <= model.keys()
    assert document["population"] == "people"


def test_twice_the_same_bytes(sky, tmp_path):
    for name in ("a.json", "b.json"):
        call_command("report", "sky", out=tmp_path / name, stderr=io.StringIO())
        Report.objects.all().delete()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_the_exported_trials_give_the_same_rates_as_the_report(sky, tmp_path):
    call_command("report", "sky", format="csv", out=tmp_path / "t.csv")
    call_command("report", "sky", format="json", out=tmp_path / "r.json", stderr=io.StringIO())
    call_command(
        "analyse",
        str(tmp_path / "t.csv"),
        json=tmp_path / "a.json",
        stdout=io.StringIO(),
        stderr=io.StringIO(),
    )
    report = json.loads((tmp_path / "r.json").read_text())["analysis"]
    again = json.loads((tmp_path / "a.json").read_text())
    # The exported trials shorten the names of photos.
    for model in report["models"].values():
        for gallery in ("first5", "top5", "bottom5"):
            for photo in model["eb_beta_binomial"][gallery]:
                photo["image_id"] = photo["image_id"][:12]
        for photo in model["photo_influence"]["most"]:
            photo["image_id"] = photo["image_id"][:12]
    assert again["models"] == report["models"]
    assert again["strict_rows"] == report["strict_rows"]


def test_html_is_one_file(sky, tmp_path):
    call_command("report", "sky", format="html", out=tmp_path / "r.html", stderr=io.StringIO())
    html = (tmp_path / "r.html").read_text()
    assert html.startswith("<!doctype html>")
    assert "data:image/svg+xml;base64," in html


def test_the_pdf_and_the_table_for_a_paper_are_files_too(sky, tmp_path):
    for name in ("pdf", "tex"):
        call_command("report", "sky", format=name, out=tmp_path / f"r.{name}", stderr=io.StringIO())
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert "booktabs" in (tmp_path / "r.tex").read_text()


def test_a_pdf_is_not_poured_onto_a_terminal(sky):
    with pytest.raises(CommandError, match=r"--out report\.pdf"):
        call_command("report", "sky", format="pdf")


def test_csv_to_standard_output(sky, capsys):
    call_command("report", "sky", format="csv")
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == 80


def test_only_simulated_participants_are_not_passed_off_as_people(ada):
    played_study(ada).crowd(2, {"l2": 0.3}, source=Source.SIMULATED)
    with pytest.raises(
        CommandError, match=r"all 16 answers come from simulated participants.*--population simulated"
    ):
        call_command("report", "sky")
    call_command("report", "sky", population="simulated", stdout=(out := io.StringIO()), stderr=io.StringIO())
    assert json.loads(out.getvalue())["analysis"]["models"]["l2"]["n"] == 16


@pytest.mark.parametrize("form", ["json", "csv", "html", "pdf", "tex"])
def test_a_study_without_answers_gets_a_sentence_and_no_file(ada, tmp_path, form):
    played_study(ada)
    with pytest.raises(CommandError, match="“sky” has no answers of people yet, so there is nothing to"):
        call_command("report", "sky", format=form, out=tmp_path / "report")
    assert list(tmp_path.iterdir()) == []
    assert not Report.objects.exists()


def test_an_unknown_study_is_answered_with_those_there_are(sky):
    with pytest.raises(CommandError, match=r"no study “sea”.*There are: sky"):
        call_command("report", "sea")


def test_a_file_that_cannot_be_written_is_named(sky, tmp_path):
    with pytest.raises(CommandError, match=r"nowhere.*cannot be written"):
        call_command("report", "sky", out=tmp_path / "nowhere" / "r.json", stderr=io.StringIO())
