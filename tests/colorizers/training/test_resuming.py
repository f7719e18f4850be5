"""A training that was cut off, killed or stopped goes on as if nothing had been."""

import fcntl
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from colorizers.training import running
from colorizers.training.display import Display
from tests.colorizers.training.conftest import assert_same_training, checkpoint, save_photos

ROOT = Path(__file__).parents[3]
GAN = {
    "network": "pix2pix",
    "variant": "gan",
    "architecture": {"width": 0.125, "depth": 5},
    "loss": {"adversary": 1, "distance": 100},
    "optimiser": {"rate": 2e-4, "betas": [0.5, 0.999], "schedule": "cosine"},
}
# The program as it is, but that it is killed when it shows its sixth step: two steps into the second epoch.
KILLED = """
import os, signal, sys
from colorizers.training.__main__ import main
from colorizers.training.display import Display
plain, shown = Display.step, 0
def step(display, trainer):
    global shown
    shown += 1
    if shown == 6:
        os.kill(os.getpid(), signal.SIGKILL)
    plain(display, trainer)
Display.step = step
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_after_a_kill_in_the_middle_of_an_epoch_it_goes_on_to_the_same_weights(
    train, write_recipe, photos, others, tmp_path
):
    recipe = write_recipe(variant="class", average=0.9, optimiser={"schedule": "cosine", "warmup": 2})
    command = [sys.executable, "-c", KILLED, recipe, "--photos", photos, "--validation", others]
    command += ["--out", tmp_path / "killed", "--threads", "1", "--checkpoint-every", "0"]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert checkpoint(tmp_path / "killed")["progress"][:2] == (1, 1)
    status, said = train(recipe, out="killed")
    assert status == 0
    assert "Going on in epoch 2, after step 1." in said
    train(recipe, out="whole")
    assert_same_training(tmp_path / "killed", tmp_path / "whole")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_request_to_stop_saves_the_checkpoint_and_says_how_to_go_on(
    train, write_recipe, tmp_path, monkeypatch, real_pictures, number, status
):
    recipe = write_recipe(**GAN)
    raise_at(monkeypatch, number, step=6)
    stopped, said = train(recipe)
    assert stopped == status
    assert said.splitlines()[-1] == (
        "Stopped in epoch 2, after step 2 of 4. The checkpoint is saved; the same command goes on from there."
    )
    assert checkpoint(tmp_path / "run")["progress"][:2] == (1, 2)
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    again, said = train(recipe)
    assert again == 0
    assert "Going on in epoch 2, after step 2." in said
    train(recipe, out="whole")
    assert_same_training(tmp_path / "run", tmp_path / "whole")
    players = [checkpoint(tmp_path / out)["adversary"]["module"] for out in ("run", "whole")]
    assert all(torch.equal(players[0][name], players[1][name]) for name in players[0])


def raise_at(monkeypatch, number: int, *, step: int) -> None:
    """Send this process a signal when its training shows a step, counted from 1."""
    plain, shown = Display.step, 0

    def show(display, trainer):
        nonlocal shown
        shown += 1
        if shown == step:
            os.kill(os.getpid(), number)
        plain(display, trainer)

    monkeypatch.setattr(Display, "step", show)


def test_while_photos_are_read_ctrl_c_stops_at_once(train, write_recipe, monkeypatch):
    def read_photos(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "read_photos", read_photos)
    status, said = train(write_recipe())
    assert status == 130
    assert "Stopped at once." in said


def test_a_finished_training_is_left_as_it_is(train, write_recipe, tmp_path, real_pictures):
    recipe = write_recipe()
    train(recipe)
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    status, said = train(recipe)
    assert status == 0
    assert "This training is finished. The weights of epoch" in said
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}


def test_the_record_of_a_resumed_training_keeps_its_epochs(train, write_recipe, tmp_path, monkeypatch):
    recipe = write_recipe()
    raise_at(monkeypatch, signal.SIGTERM, step=6)
    train(recipe)
    monkeypatch.undo()
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert [one["epoch"] for one in record["epochs"]] == [1]
    assert record["finished"] == ""
    train(recipe)
    resumed = json.loads((tmp_path / "run" / "run.json").read_text())
    assert resumed["started"] == record["started"]
    assert resumed["epochs"][0] == record["epochs"][0]
    assert len(resumed["epochs"]) == 2


def test_another_training_in_the_same_folder_is_refused_by_what_differs(
    train, write_recipe, others, tmp_path
):
    train(write_recipe(), "--epochs", "1")
    status, said = train(write_recipe(optimiser={"rate": 2e-3}), "--epochs", "1", "--precision", "bfloat16")
    assert status == 1
    assert "recipe.optimiser.rate: 0.001 there, 0.002 here" in said
    assert "precision: float32 there, bfloat16 here" in said
    assert "Choose another --out" in said
    status, said = train(write_recipe(), "--epochs", "1", photos=others, validation=None)
    assert status == 1
    assert "photos.training.digest" in said


def renamed(photos: Path, folder: Path) -> Path:
    """The same photos, of which the last one has become the first."""
    shutil.copytree(photos, folder)
    last = max(folder.iterdir())
    last.rename(folder / f"000-{last.name}")
    return folder


def test_photos_that_were_renamed_since_the_stop_are_refused(
    train, write_recipe, photos, tmp_path, monkeypatch
):
    recipe = write_recipe()
    raise_at(monkeypatch, signal.SIGTERM, step=6)
    train(recipe)
    monkeypatch.undo()
    before = checkpoint(tmp_path / "run")["progress"]
    status, said = train(recipe, photos=renamed(photos, tmp_path / "renamed"))
    assert status == 1
    assert "on the same training photos, but files have been renamed since" in said
    assert "Give them their former names, or choose another --out." in " ".join(said.split())
    assert checkpoint(tmp_path / "run")["progress"] == before
    assert train(recipe)[0] == 0


def test_a_refused_file_may_have_another_name_after_a_stop(train, write_recipe, tmp_path):
    folder = save_photos(tmp_path / "mixed", range(9))
    (folder / "broken.jpg").write_bytes(b"not a photo")
    recipe = write_recipe(epochs=1)
    assert train(recipe, photos=folder)[0] == 0
    (folder / "broken.jpg").rename(folder / "bad.jpg")
    status, said = train(recipe, photos=folder)
    assert status == 0
    assert "This training is finished." in said


def test_photos_renamed_where_some_are_held_back_are_refused_with_the_likely_reason(
    train, write_recipe, photos, tmp_path
):
    recipe = write_recipe(data={"validation": 0.25})
    train(recipe, validation=None)
    status, said = train(recipe, photos=renamed(photos, tmp_path / "renamed"), validation=None)
    assert status == 1
    assert "photos.training.digest" in said
    assert "the same photos under other names?" in said


def test_a_training_of_before_the_order_of_photos_was_recorded_goes_on(
    train, write_recipe, tmp_path, monkeypatch
):
    recipe = write_recipe()
    raise_at(monkeypatch, signal.SIGTERM, step=6)
    train(recipe)
    monkeypatch.undo()
    path = tmp_path / "run" / "run.json"
    record = json.loads(path.read_text())
    for told in record["photos"].values():
        del told["order"]
    # It counted its epochs from 0, too.
    record["best_epoch"] = record["epochs"][0]["epoch"] = 0
    path.write_text(json.dumps(record))
    status, said = train(recipe)
    assert status == 0
    assert "Going on in epoch 2, after step 2." in said
    assert [one["epoch"] for one in json.loads(path.read_text())["epochs"]] == [1, 2]


@pytest.mark.parametrize("damage", ["cut", "other", "text", "pickle"])
def test_a_damaged_checkpoint_is_refused_with_what_to_do(train, write_recipe, tmp_path, damage):
    recipe = write_recipe()
    train(recipe)
    path = tmp_path / "run" / "checkpoint.pt"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "text":
        path.write_text("not a checkpoint")
    elif damage == "other":
        torch.save({"network": {}}, path)
    else:
        torch.save({"network": print}, path)
    status, said = train(recipe)
    assert status == 1
    assert f"The checkpoint {path} is damaged or of other code" in said
    assert "Delete that file and give the same command to begin anew" in said
    path.unlink()
    assert train(recipe)[0] == 0


def test_a_damaged_record_is_refused_with_what_to_do(train, write_recipe, tmp_path):
    recipe = write_recipe()
    train(recipe, "--epochs", "1")
    (tmp_path / "run" / "run.json").write_text("{")
    status, said = train(recipe, "--epochs", "1")
    assert status == 1
    assert "run.json is damaged" in said


def test_a_checkpoint_without_its_weights_is_refused(train, write_recipe, tmp_path):
    recipe = write_recipe()
    train(recipe, "--epochs", "1")
    (tmp_path / "run" / "weights.safetensors").unlink()
    status, said = train(recipe, "--epochs", "1")
    assert status == 1
    assert "are gone" in said


def test_two_processes_do_not_train_in_one_folder(train, write_recipe, tmp_path):
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        status, said = train(write_recipe())
    assert status == 1
    assert "Another process is training in" in said


@pytest.mark.parametrize("name", ["checkpoint.pt", "run.json", "curve.svg"])
def test_a_full_disk_stops_the_training_and_leaves_what_was_there(train, write_recipe, tmp_path, name):
    recipe = write_recipe()
    folder = tmp_path / "run"
    folder.mkdir()
    # A device that is always full, where the new file would be written.
    (folder / f"{name}.new").symlink_to("/dev/full")
    status, said = train(recipe)
    assert status == 1
    assert f"The file {folder / name} cannot be written: " in said
    assert "No space left" in said
    assert not list(folder.glob("*.new")) + list(folder.glob("*.partial"))
    status, said = train(recipe)
    assert status == 0, said


def test_weights_that_do_not_fit_stop_the_training(train, write_recipe, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        status, said = train(write_recipe())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert status == 1
    assert f"The file {tmp_path / 'run' / 'weights.safetensors'} cannot be written: " in said
    assert "File too large" in said
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"run.json", "lock"}


def test_an_out_folder_that_cannot_be_made_is_refused(train, write_recipe, tmp_path):
    (tmp_path / "file").write_text("in the way")
    status, said = train(write_recipe(), out="file/run")
    assert status == 1
    assert "cannot be written to: Not a directory" in said
