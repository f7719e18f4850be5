"""The commands: import_photos, list_methods, register_colorizer, colorize."""

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from colorizers import methods
from colorizers.management.commands import colorize
from colorizers.models import Colorization, Colorizer, PhotoSet, WorkState
from colorizers.services import (
    painting,
)
from manage import with_method_settings
from studies.models import Study
from tests.builders import fill_catalogue, make_colorizer, make_photo_set
from tests.colorizers.compact import compact_weights
from tests.conftest import colourful_pixels, png_bytes

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output, stderr=output, no_color=True)
    return output.getvalue()


@pytest.fixture
def no_queue(monkeypatch):
    monkeypatch.setattr("celery.Celery.send_task", lambda *_, **__: None)
    monkeypatch.setattr(colorize, "worker_answers", lambda: False)
    monkeypatch.setattr(colorize, "POLL_SECONDS", 0)


# --- import_photos -----------------------------------------------------------------------------


def test_a_folder_becomes_a_set_with_a_report(photo_folder):
    (photo_folder / "note.txt").write_text("words")
    said = run("import_photos", str(photo_folder), "--set", "kodak", "--licence", "CC0", "--author", "Ann")
    assert "added      photo-00.png" in said
    assert "refused    note.txt: This is not a picture" in said
    assert "30 added, 1 refused; the set kodak now holds 30 photos." in said
    assert PhotoSet.objects.get().photos.filter(licence="CC0", author="Ann").count() == 30


def test_the_same_folder_again_is_no_error(photo_folder):
    run("import_photos", str(photo_folder), "--set", "kodak")
    said = run("import_photos", str(photo_folder), "--set", "kodak")
    assert "30 already in the set" in said


def test_a_folder_without_a_photo_is_an_error(tmp_path):
    (tmp_path / "a.jpg").write_text("words")
    with pytest.raises(CommandError, match="Nothing of"):
        run("import_photos", str(tmp_path), "--set", "kodak")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["--set", "Not A Name"], "small letters"), (["--set", "x", "--max-side", "3"], "at least 64")],
)
def test_odd_arguments_are_refused(arguments, complaint, photo_folder):
    with pytest.raises(CommandError, match=complaint):
        run("import_photos", str(photo_folder), *arguments)
    assert not PhotoSet.objects.exists()


def test_a_frozen_set_and_a_missing_path_are_errors(tmp_path, photo_folder):
    make_photo_set(1).freeze()
    with pytest.raises(CommandError, match="frozen"):
        run("import_photos", str(photo_folder), "--set", "meadow")
    with pytest.raises(CommandError, match="There is no folder or zip"):
        run("import_photos", str(tmp_path / "nowhere"), "--set", "other")
    assert not PhotoSet.objects.filter(name="other").exists()


def test_photos_smaller_than_a_study_shows_come_in_with_a_remark(tmp_path):
    shown = Study._meta.get_field("image_px").default
    for name, height in (("small.png", shown - 1), ("large.png", shown)):
        (tmp_path / name).write_bytes(png_bytes(colourful_pixels(height, width=300, height=height)))
    lines = run("import_photos", str(tmp_path), "--set", "mixed").splitlines()
    assert lines[0] == "added      large.png"
    assert f"255 pixels: smaller than the {shown} pixels that a study shows by default" in lines[1]
    assert PhotoSet.objects.get().photos.count() == 2


# --- list_methods and register_colorizer -------------------------------------------------------


def test_methods_are_listed_for_programs():
    listed = json.loads(run("list_methods", "--json"))
    assert [facts["name"] for facts in listed] == methods.names()
    for facts in listed:
        assert facts.keys() >= {"name", "variants", "parameters", "needs_weights", "citation"}
        assert list(facts["parameters"]) == facts["variants"]


def test_methods_are_listed_for_people():
    said = run("list_methods")
    assert all(name in said for name in methods.names())


def test_registering_twice_says_so():
    assert "is registered:" in run("register_colorizer", "--method", "sepia", "--name", "s")
    assert "is registered already" in run("register_colorizer", "--method", "sepia", "--name", "s")
    assert Colorizer.objects.count() == 1


def test_settings_references_and_seed_come_from_the_command_line():
    make_photo_set(2)
    run("register_colorizer", "--method", "random", "--name", "r", "--reference-set", "meadow", "--seed", "3")
    run("register_colorizer", "--method", "sepia", "--name", "s", "--method-settings", '{"a": 1.5}')
    assert Colorizer.objects.get(slug="r").seed == 3
    assert Colorizer.objects.get(slug="s").settings["a"] == 1.5


def test_settings_in_json_are_the_methods_and_others_djangos():
    given = ["manage.py", "register_colorizer", "--method", "sepia"]
    for json_text in ('{"a": 1}', ' {"a": 1}', "{", "strength=3", ""):
        apart = [*given, "--method-settings", json_text]
        assert with_method_settings([*given, "--settings", json_text]) == apart
        joined = [*given, f"--method-settings={json_text}"]
        assert with_method_settings([*given, f"--settings={json_text}"]) == joined
    for other in (
        ["--settings", "config.settings"],
        ["--settings=config.settings"],
        ["--settings"],
        ["--name", "{"],
    ):
        assert with_method_settings([*given, *other]) == [*given, *other]
    elsewhere = ["manage.py", "colorize", "--settings", "{"]
    assert with_method_settings(elsewhere) == elsewhere


def test_manage_py_takes_the_methods_settings_and_djangos_at_once():
    order = [
        "register_colorizer", "--method", "sepia", "--name", "s", "--settings", '{"a": ',
        "--settings=config.settings",
    ]  # fmt: skip
    asked = subprocess.run(
        [sys.executable, "manage.py", *order], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.stderr.startswith("CommandError: --settings is not JSON")


def test_call_command_takes_settings_in_json_too():
    run("register_colorizer", "--method", "sepia", "--name", "s", "--settings", '{"a": 1.5}')
    assert Colorizer.objects.get(slug="s").settings["a"] == 1.5


@pytest.mark.usefixtures("checked_here")
def test_weights_are_checked_against_their_digest_and_loaded(tmp_path):
    path = compact_weights(tmp_path)
    order = ["register_colorizer", "--method", "zhang2016", "--name", "net", "--weights", str(path)]
    with pytest.raises(CommandError, match="expected was 00000000"):
        run(*order, "--sha256", "00000000")
    with pytest.raises(CommandError, match=r"(?s)expected was zhang2016 \(l2\).*unexpected: model_out"):
        run(*order, "--variant", "l2")
    assert "net is registered:" in run(*order)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--method", "sepai"], "Did you mean 'sepia'"),
        (["--method", "sepia", "--method-settings", "{"], "is not JSON"),
        (["--method", "sepia", "--method-settings", "[]"], "must be a JSON object"),
        (["--method", "random", "--reference-set", "nowhere"], "no photo set called 'nowhere'"),
        (["--method", "zhang2016", "--weights", "/nowhere/w.pth"], "cannot be read"),
        (["--method", "sepia", "--weights", "/nowhere/w.pth"], "takes no weights"),
    ],
)
def test_a_bad_registration_is_an_error_with_a_hint(arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        run("register_colorizer", "--name", "s", *arguments)


# --- colorize ----------------------------------------------------------------------------------


def test_an_order_says_how_to_watch_it_and_that_no_worker_answers(no_queue):
    make_photo_set(2)
    make_colorizer()
    said = run("colorize", "--set", "meadow", "--colorizer", "sepia")
    assert "Ordered 2 pictures" in said
    assert "colorize --set meadow --colorizer sepia --wait" in said
    assert "No worker answers" in said


def test_a_complete_catalogue_has_nothing_to_do(no_queue):
    fill_catalogue(make_photo_set(2), make_colorizer())
    assert "Nothing to do" in run("colorize", "--set", "meadow", "--colorizer", "sepia", "--wait")


@pytest.mark.parametrize(("which", "complaint"), [("set", "no photo set"), ("colorizer", "no colorizer")])
def test_unknown_names_are_answered_with_the_known_ones(which, complaint):
    make_photo_set(1)
    make_colorizer()
    names = {"set": "meadow", "colorizer": "sepia"}
    known = names[which]
    names[which] = "nowhere"
    with pytest.raises(CommandError, match=f"{complaint}.*{known}"):
        run("colorize", "--set", names["set"], "--colorizer", names["colorizer"])


def test_an_empty_set_is_an_error():
    PhotoSet.objects.create(name="empty")
    make_colorizer()
    with pytest.raises(CommandError, match="is empty"):
        run("colorize", "--set", "empty", "--colorizer", "sepia")


def work_while_waiting(monkeypatch, work):
    """Each time the command looks at the queue for a worker, somebody does some work."""
    monkeypatch.setattr(colorize, "PING_SECONDS", 0)
    monkeypatch.setattr(colorize, "worker_answers", lambda: work() or True)


def test_waiting_ends_with_the_last_picture(no_queue, monkeypatch):
    make_photo_set(3)
    make_colorizer()

    def work():
        row = Colorization.objects.filter(state=WorkState.QUEUED).first()
        if row:
            painting.colorize_chunk(row.run_id, [row.pk], task_id="t")

    work_while_waiting(monkeypatch, work)
    said = run("colorize", "--set", "meadow", "--colorizer", "sepia", "--wait")
    assert "3 pictures by sepia are in the catalogue" in said


def test_waiting_for_a_run_with_failures_ends_in_an_error_that_lists_them(no_queue, monkeypatch):
    make_photo_set(2)
    make_colorizer()
    work_while_waiting(
        monkeypatch, lambda: Colorization.objects.update(state=WorkState.FAILED, error="The paint dried.")
    )
    output = StringIO()
    with pytest.raises(CommandError, match="2 of 2 photos could not be coloured"):
        call_command(
            "colorize", "--set", "meadow", "--colorizer", "sepia", "--wait", stdout=output, stderr=output
        )
    assert output.getvalue().count("The paint dried.") == 2


def test_leaving_the_display_leaves_the_run(no_queue, monkeypatch):
    make_photo_set(2)
    make_colorizer()

    def press_ctrl_c():
        raise KeyboardInterrupt

    work_while_waiting(monkeypatch, press_ctrl_c)
    output = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("colorize", "--set", "meadow", "--colorizer", "sepia", "--wait", stdout=output)
    assert stop.value.code == 130
    assert "goes on without this display" in output.getvalue()
    assert Colorization.objects.filter(state=WorkState.QUEUED).count() == 2


@pytest.mark.parametrize(
    ("files", "said"),
    [([], "There are no files in"), ([".DS_Store", "Thumbs.db"], "There are no photos in .* only 2")],
)
def test_a_folder_without_photos_is_not_said_to_be_explained_above(tmp_path, files, said):
    for name in files:
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(CommandError, match=said):
        run("import_photos", str(tmp_path), "--set", "empty")


def test_photos_are_listed_by_digest_and_name():
    photo_set = make_photo_set(2)
    rows = list(csv.DictReader(StringIO(run("list_photos", "--set", photo_set.name))))
    assert rows == [
        {"digest": photo.digest, "name": photo.name} for photo in photo_set.photos.order_by("name")
    ]
