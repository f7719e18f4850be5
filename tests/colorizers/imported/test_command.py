"""manage.py import_colorizations."""

import io

import pytest
from django.core.management import CommandError, call_command

from colorizers.models import Colorization, Colorizer, PhotoSet
from tests.colorizers.imported.conftest import folder_of, painted, results
from tests.conftest import png_bytes

pytestmark = pytest.mark.django_db


def run(folder, *more, **options):
    out, err = io.StringIO(), io.StringIO()
    arguments = ["import_colorizations", str(folder), "--set", "meadow", "--name", "ours", *more]
    call_command(*arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_it_says_what_came_in_and_the_second_time_that_it_was_there(tmp_path, meadow):
    folder = folder_of(tmp_path, results())
    out, _ = run(folder, "--title", "Our model", "--origin", "https://example.org", "--licence", "CC0")
    assert out == "4 pictures by Our model are in the catalogue of meadow.\n"
    assert Colorizer.objects.get(slug="ours").licence == "CC0"
    out, _ = run(folder)
    assert out == "0 pictures by Our model are in the catalogue of meadow; 4 were there already.\n"


def test_it_lists_what_is_wrong_keeps_nothing_and_says_what_to_do(tmp_path, meadow):
    files = results(3) | {"dog.png": png_bytes(painted(8)), "photo-001.png": b"words"}
    folder = folder_of(tmp_path, files)
    err = io.StringIO()
    with pytest.raises(CommandError, match=r"3 files or photos stand against it; nothing was kept\. Put"):
        call_command("import_colorizations", str(folder), set_name="meadow", name="ours", stderr=err)
    assert err.getvalue().splitlines() == [
        "no such photo: dog.png: No photo of the set is called dog.",
        "cannot be used: photo-001.png: This is not a picture in a format that can be read "
        "(JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP or GIF).",
        "photo without a picture: photo-003.png: No file is called photo-003, with any ending.",
    ]
    assert not Colorization.objects.exists()
    out, _ = run(folder, "--partial")
    assert out.endswith(
        "2 pictures by ours are in the catalogue of meadow; 3 files or photos are left out.\n"
    )
    assert Colorization.objects.count() == 2


def test_settings_of_the_method_are_options(tmp_path, meadow):
    run(
        folder_of(tmp_path, results()), "--model-version", "v2", "--command", "paint.py --fast",
        "--treatment", "replace_lightness", "--resample", "bicubic", "--stretch",
    )  # fmt: skip
    assert Colorizer.objects.get(slug="ours").settings == {
        "model": "ours", "model_version": "v2", "command": "paint.py --fast",
        "treatment": "replace_lightness", "resample": "bicubic", "stretch": True,
    }  # fmt: skip


def test_a_table_is_a_file_of_its_own(tmp_path, meadow):
    folder = folder_of(tmp_path, {"x.png": results()["photo-000.png"]})
    table = tmp_path / "which.csv"
    table.write_text("photo,file\nphoto-000,x.png\n")
    out, _ = run(folder, "--table", str(table), "--partial")
    assert "1 pictures" in out
    with pytest.raises(CommandError, match="No such file"):
        run(folder, "--table", str(tmp_path / "gone.csv"))


@pytest.mark.parametrize(("name", "said"), [("nowhere", "There is no photo set"), ("empty", "is empty")])
def test_a_set_without_photos_is_refused(tmp_path, meadow, name, said):
    PhotoSet.objects.create(name="empty")
    with pytest.raises(CommandError, match=said):
        call_command("import_colorizations", str(tmp_path), "--set", name, "--name", "ours")


def test_each_folder_is_a_model_and_all_are_kept_or_none(tmp_path, meadow):
    files = {f"{model}/{name}": data for model in ("DD Color", "ours") for name, data in results().items()}
    folder = folder_of(tmp_path, files)
    (folder / "ours" / "photo-002.png").unlink()
    arguments = ["import_colorizations", str(folder), "--set", "meadow", "--each-folder"]
    with pytest.raises(CommandError, match="nothing was kept"):
        call_command(*arguments, stderr=io.StringIO())
    assert not Colorization.objects.exists()
    folder_of(tmp_path, files)
    call_command(*arguments, stdout=(out := io.StringIO()))
    assert out.getvalue().splitlines() == [
        "4 pictures by dd-color are in the catalogue of meadow.",
        "4 pictures by ours are in the catalogue of meadow.",
    ]
    assert not Colorization.objects.exclude(delivery__name__startswith="DD Color/").filter(
        colorizer__slug="dd-color"
    )


def test_a_bad_name_and_a_missing_folder_are_refused_before_anything_is_read(tmp_path, meadow):
    with pytest.raises(CommandError, match="Use small letters"):
        call_command("import_colorizations", str(tmp_path), "--set", "meadow", "--name", "Our Model!")
    with pytest.raises(CommandError, match="There is no folder or zip archive"):
        run(tmp_path / "gone")


def test_a_worker_is_not_asked_to_paint_them(tmp_path, meadow):
    run(folder_of(tmp_path, results()))
    with pytest.raises(CommandError, match="nobody here can paint more of them"):
        call_command("colorize", "--set", "meadow", "--colorizer", "ours")
    with pytest.raises(CommandError, match="comes with its pictures"):
        call_command("register_colorizer", "--method", "imported", "--name", "theirs")
