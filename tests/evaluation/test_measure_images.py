"""`manage.py measure_images`."""

import io
import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from evaluation import metrics

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folders(tmp_path):
    rng = np.random.default_rng(0)
    for folder in ("real", "fake"):
        (tmp_path / folder).mkdir()
        for name in ("a.png", "b.png"):
            Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)).save(tmp_path / folder / name)
    return tmp_path / "real", tmp_path / "fake"


def run(*args, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command("measure_images", *map(str, args), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_it_writes_the_numbers_and_shows_the_means(folders, tmp_path):
    out, _ = run(*folders, "--json", tmp_path / "out.json")
    result = json.loads((tmp_path / "out.json").read_text())
    assert set(result["images"]["a.png"]) == set(result["mean"]) == set(metrics.names())
    assert "Means over 2 pictures" in out
    assert f"{result['mean']['psnr']:.4f} dB" in out


def test_it_needs_no_output_file(folders):
    assert "ssim" in run(*folders)[0]


def test_it_tells_its_progress_when_asked(folders):
    assert "2 of 2" in run(*folders, verbosity=2)[1]


def test_identical_pictures_are_mentioned(folders):
    out, _ = run(folders[0], folders[0])
    assert "2 identical to their photo: PSNR infinite, left out of its mean (a.png, b.png)" in out


def test_other_files_are_mentioned(folders):
    (folders[0] / "manifest.csv").write_text("file")
    assert "left aside: manifest.csv" in run(*folders)[0]


def test_folders_that_do_not_match_are_an_error_and_no_file_is_written(folders, tmp_path):
    (folders[1] / "b.png").unlink()
    with pytest.raises(CommandError, match=r"b\.png is missing"):
        run(*folders, "--json", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_an_output_that_cannot_be_written_is_an_error(folders, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        run(*folders, "--json", tmp_path / "nowhere" / "out.json")


def test_a_list_of_pairs_takes_the_place_of_the_folders(folders, tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text("real,fake\nreal/a.png,fake/a.png\nreal/a.png,fake/b.png\n")
    assert "Means over 2 pictures" in run("--pairs", table)[0]
    with pytest.raises(CommandError, match="Give two folders, or a list"):
        run(folders[0])


def test_progress_is_shown_on_a_terminal_without_being_asked_for(folders):
    leader, follower = pty.openpty()
    subprocess.run(
        [sys.executable, "manage.py", "measure_images", *map(str, folders)],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=follower, timeout=100,
    )  # fmt: skip
    os.close(follower)
    shown = b""
    with suppress(OSError):
        while part := os.read(leader, 4096):
            shown += part
    os.close(leader)
    assert b"Measuring" in shown
    assert b"2/2" in shown
