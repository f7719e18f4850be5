"""Whole trainings from the command line."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from colorizers import methods
from colorizers.networks.pix2pix import Pix2Pix
from colorizers.networks.zhang2016 import Zhang2016
from colorizers.pictures.inference import Source
from colorizers.training.loop import Trainer
from colorizers.training.photos import read_photos
from colorizers.training.recipe import read_recipe
from colorizers.training.running import build_network
from colorizers.weights.files import read_header
from tests.colorizers.training.conftest import assert_same_training, checkpoint, save_photos

ROOT = Path(__file__).parents[3]


def read_record(out: Path) -> dict:
    return json.loads((out / "run.json").read_text())


def test_a_training_leaves_weights_that_their_method_runs_and_pictures(
    train, write_recipe, tmp_path, real_pictures
):
    status, said = train(write_recipe(average=0.5))
    assert status == 0, said
    out = tmp_path / "run"
    assert {path.name for path in out.iterdir()} == {
        "run.json", "checkpoint.pt", "weights.safetensors", "curve.svg", "samples.png", "lock"
    }  # fmt: skip
    predict = methods.get("zhang2016").load(out / "weights.safetensors", {"input_px": 64}, variant="l2")
    ab = predict(np.full((64, 64), 50, np.float32), Source("x"))
    assert ab.shape == (64, 64, 2)
    assert Image.open(out / "samples.png").size == (8 * 128, 3 * 128)
    assert "epoch" in (out / "curve.svg").read_text()


def test_the_record_says_what_was_trained_how_on_what_and_with_which_result(train, write_recipe, tmp_path):
    train(write_recipe(title="small"), "--seed", "5", "--epochs", "3")
    record = read_record(tmp_path / "run")
    assert record["recipe"]["seed"] == 5
    assert record["recipe"]["epochs"] == len(record["epochs"]) == 3
    assert record["recipe"]["optimiser"]["betas"] == [0.9, 0.999]
    assert record["photos"]["training"]["count"] == 16
    assert len(record["photos"]["validation"]["digest"]) == 64
    assert record["finished"] >= record["started"]
    assert record["best_epoch"] == 1 + int(np.argmin([one["validation_loss"] for one in record["epochs"]]))
    assert [one["epoch"] for one in record["epochs"]] == [1, 2, 3]
    assert record["seconds"] == pytest.approx(sum(one["seconds"] for one in record["epochs"]), abs=0.1)
    facts = read_header(tmp_path / "run" / "weights.safetensors").facts
    assert (facts.network, facts.variant, facts.architecture) == ("zhang2016", "l2", {"width": 0.125})
    assert facts.training["recipe"] == record["recipe"]
    assert facts.training["photos"]["training"]["digest"] == record["photos"]["training"]["digest"]


def test_two_trainings_with_one_seed_are_the_same_to_the_last_bit(train, write_recipe, tmp_path):
    recipe = write_recipe(average=0.9)
    train(recipe, out="one")
    train(recipe, "--workers", "3", out="two")
    train(recipe, "--seed", "1", out="other")
    assert_same_training(tmp_path / "one", tmp_path / "two")
    assert checkpoint(tmp_path / "one")["records"] != checkpoint(tmp_path / "other")["records"]


def test_the_loss_falls_where_a_net_may_learn_its_photos_by_heart(write_recipe, photos, others):
    recipe = read_recipe(write_recipe(epochs=20, data={"smallest": 1.0}, optimiser={"rate": 3e-3}))
    learned, validated = read_photos(photos, 64), read_photos(others, 64)
    trainer = Trainer(build_network(recipe), recipe, learned, validated)
    epochs = list(trainer.run(lambda trainer: None))
    assert epochs[-1].training_loss < 0.4 * epochs[0].training_loss
    assert min(epoch.ab_rmse for epoch in epochs) < 0.7 * epochs[0].ab_rmse


def test_the_epoch_with_the_lowest_validation_loss_is_kept(train, write_recipe, tmp_path, monkeypatch):
    plain, losses = Trainer.validate, iter([0.5, 0.1, 0.3])
    weights = []

    def validate(trainer):
        weights.append(trainer.network.state_dict()["model8.0.weight"].clone())
        _, ab_rmse, chroma = plain(trainer)
        return next(losses), ab_rmse, chroma

    monkeypatch.setattr(Trainer, "validate", validate)
    status, said = train(write_recipe(), "--epochs", "3")
    assert status == 0
    assert "The weights of epoch 2 are in" in said
    kept = load_file(tmp_path / "run" / "weights.safetensors")["model8.0.weight"]
    assert torch.equal(kept, weights[1].half())
    assert not torch.equal(kept, weights[2].half())


def test_classes_learn_with_the_prior_of_their_photos(train, write_recipe, tmp_path):
    status, _ = train(write_recipe(variant="class", loss={"rebalance": 0.7}))
    assert status == 0
    facts = read_header(tmp_path / "run" / "weights.safetensors").facts
    assert len(facts.prior) == 313
    assert sum(facts.prior) == pytest.approx(1)
    assert facts.trained_at == 0.7


def test_mixed_precision_works_on_a_processor(train, write_recipe, tmp_path):
    recipe = write_recipe(variant="class")
    assert train(recipe, "--precision", "bfloat16")[0] == 0
    assert train(recipe, out="single")[0] == 0
    mixed, single = (read_record(tmp_path / out)["epochs"][-1] for out in ("run", "single"))
    assert mixed["validation_loss"] == pytest.approx(single["validation_loss"], rel=0.05)
    assert mixed["validation_loss"] != single["validation_loss"]


def test_a_part_at_rate_zero_keeps_its_weights_and_its_statistics(train, write_recipe, tmp_path):
    recipe = write_recipe(network="li2020", optimiser={"rates": {"encoder": 0}}, epochs=1, average=0.5)
    begun = build_network(read_recipe(recipe)).state_dict()
    torch.save(begun, tmp_path / "begun.pth")
    assert train(recipe, "--begin", str(tmp_path / "begun.pth"))[0] == 0
    moved = write_recipe("moving.toml", network="li2020", epochs=1)
    assert train(moved, out="moving")[0] == 0
    fixed, free = checkpoint(tmp_path / "run")["network"], checkpoint(tmp_path / "moving")["network"]
    encoder = [name for name in begun if name.startswith("encoder.")]
    assert any("running_mean" in name for name in encoder)
    assert all(torch.equal(begun[name], fixed[name]) for name in encoder)
    assert not torch.equal(begun["encoder.bn1.running_mean"], free["encoder.bn1.running_mean"])
    assert not torch.equal(begun["decoder.0.weight"], fixed["decoder.0.weight"])
    record = read_record(tmp_path / "run")
    assert record["parameters"]["learned"] < record["parameters"]["all"]


def test_half_of_the_photos_can_be_left_out_and_a_part_held_back(train, write_recipe, photos, tmp_path):
    train(write_recipe(data={"share": 0.75, "validation": 0.25}), validation=None)
    told = read_record(tmp_path / "run")["photos"]
    assert (told["training"]["count"], told["validation"]["count"]) == (9, 3)
    train(write_recipe(data={"share": 0.5}), out="half")
    assert read_record(tmp_path / "half")["photos"]["training"]["count"] == 8
    assert read_record(tmp_path / "half")["photos"]["validation"]["count"] == 8


def test_a_gan_trains_both_its_players(train, write_recipe, tmp_path):
    recipe = write_recipe(
        network="pix2pix", variant="gan", architecture={"width": 0.125, "depth": 5},
        loss={"adversary": 1, "distance": 100}, optimiser={"rate": 2e-4, "betas": [0.5, 0.999]},
    )  # fmt: skip
    assert train(recipe)[0] == 0
    there = checkpoint(tmp_path / "run")["adversary"]["module"]
    torch.manual_seed(0)
    begun = Pix2Pix(0.125, 5)
    shapes = {name: tensor.shape for name, tensor in begun.adversary().state_dict().items()}
    assert {name: tensor.shape for name, tensor in there.items()} == shapes
    assert not any("adversary" in name for name in load_file(tmp_path / "run" / "weights.safetensors"))
    assert read_record(tmp_path / "run")["epochs"][0]["training_loss"] > 1


# --- what is said ----------------------------------------------------------------------------------


def test_elsewhere_than_in_a_terminal_there_are_plain_lines(train, write_recipe):
    _, said = train(write_recipe())
    lines = said.splitlines()
    assert lines[:2] == ["16 photos", "8 validation photos"]
    assert lines[2].startswith("epoch 1: loss ")
    assert "validation" in lines[2]
    assert "━" not in said
    assert "\x1b" not in said


@pytest.mark.slow
def test_a_terminal_shows_a_bar_with_losses(write_recipe, photos, others, tmp_path):
    command = [sys.executable, "-m", "colorizers.training", write_recipe(), "--threads", "1"]
    command += ["--photos", photos, "--validation", others, "--out", tmp_path / "run"]
    inside, outside = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "160"}
    process = subprocess.Popen(command, cwd=ROOT, stderr=outside, env=environment)
    os.close(outside)
    said = b""
    while True:
        try:
            piece = os.read(inside, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        said += piece
    assert process.wait(30) == 0
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())
    assert re.search(r"Epoch 2/2 +━+ 8/8\s+loss 0\.\d+, validation 0\.\d+, ab-RMSE", shown)


# --- what is refused -------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_stops_the_training_and_says_where(train, write_recipe, tmp_path):
    recipe = write_recipe(optimiser={"name": "sgd", "rate": 1.0}, loss={"distance": 1e9})
    status, said = train(recipe)
    assert status == 1
    assert re.search(r"The loss became (nan|inf) in epoch 1, after \d of 4 steps, at the rate 1", said)
    assert "lower rate" in said
    assert "There are no weights to keep." in said
    assert not (tmp_path / "run" / "weights.safetensors").exists()


def test_weights_from_before_the_loss_broke_are_kept(train, write_recipe, tmp_path, monkeypatch):
    plain = Zhang2016.forward
    calls = 0

    def forward(network, lightness):
        nonlocal calls
        calls += network.training
        raw = plain(network, lightness)
        return raw * float("nan") if calls > 6 else raw

    monkeypatch.setattr(Zhang2016, "forward", forward)
    status, said = train(write_recipe())
    assert status == 1
    assert "The loss became nan in epoch 2, after 2 of 4 steps, at the rate 0.001." in said
    assert "The weights of epoch 1 are kept." in said
    assert all(
        tensor.isfinite().all() for tensor in load_file(tmp_path / "run" / "weights.safetensors").values()
    )
    assert read_record(tmp_path / "run")["best_epoch"] == 1


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_where_memory_runs_out_a_smaller_batch_is_advised(train, write_recipe, monkeypatch, error):
    def forward(network, lightness):
        raise error

    monkeypatch.setattr(Zhang2016, "forward", forward)
    status, said = train(write_recipe())
    assert status == 1
    assert said.splitlines()[-1].startswith(
        "Memory ran out at batches of 4 crops of 64 pixels. Set a smaller batch"
    )


def test_other_errors_are_not_taken_for_a_lack_of_memory(train, write_recipe, monkeypatch):
    def forward(network, lightness):
        raise RuntimeError("something else")

    monkeypatch.setattr(Zhang2016, "forward", forward)
    with pytest.raises(RuntimeError, match="something else"):
        train(write_recipe())


SINGLE = {"network": "efficientnet_lite", "architecture": {"width": 0.25}, "batch": 1, "epochs": 1}


def test_single_crops_that_leave_a_batch_norm_one_value_are_refused(train, write_recipe):
    status, said = train(write_recipe(**SINGLE, data={"crop": 32}))
    assert status == 1
    assert "batch is 1 and data.crop is 32" in said
    assert "Set batch to 2 or more, or double the crop." in " ".join(said.split())


@pytest.mark.parametrize(
    "changes",
    [
        SINGLE | {"data": {"crop": 64}},
        {"network": "pix2pix", "variant": "gan", "architecture": {"width": 0.125, "depth": 5}, "batch": 1}
        | {"data": {"crop": 32}, "loss": {"adversary": 1, "distance": 100}, "epochs": 1},
    ],
    ids=["efficientnet_lite", "pix2pix"],
)
def test_other_single_crops_can_be_learned_from(train, write_recipe, changes):
    assert train(write_recipe(**changes))[0] == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_device_that_is_not_there_is_refused(train, write_recipe):
    status, said = train(write_recipe(), "--device", "cuda")
    assert status == 1
    assert "The device 'cuda' cannot be used here" in said


@pytest.mark.parametrize("device", ["banana", "meta", "cpu:x"])
def test_a_device_that_does_not_exist_is_refused(train, write_recipe, device):
    status, said = train(write_recipe(), "--device", device)
    assert status == 1
    assert repr(device) in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"network": "zhang2061"}, "There is no network 'zhang2061'; there are:"),
        ({"network": "weights"}, "There is no network 'weights'"),
        ({"network": "../zhang2016"}, "There is no network"),
        ({"variant": "regression"}, "has the variants 'class' and 'l2'"),
        ({"architecture": {"depth": 3}}, "depth"),
        ({"architecture": {"width": -1}}, "width"),
        ({"data": {"crop": 70}}, "multiples of 8"),
        ({"loss": {"adversary": 1}}, "has none to be trained against"),
        ({"optimiser": {"rates": {"head": 0.1}}}, "names 'head', but this network's parts are"),
        ({"optimiser": {"rates": {"all": 0}}}, "nothing would be learned"),
        ({"pretrained": {"file": "vgg16-397923af.pth", "sha256": "397923af"}}, "has no encoder for them"),
    ],
)  # fmt: skip
def test_a_recipe_that_does_not_fit_its_network_is_refused(train, write_recipe, changes, said):
    status, told = train(write_recipe(**changes))
    assert status == 1
    assert said in told


def test_photos_to_validate_on_must_be_others(train, write_recipe, photos, tmp_path):
    status, said = train(write_recipe(), validation=photos)
    assert status == 1
    assert "16 of the validation photos are also training photos" in said
    assert "000.png is 000.png" in said


def test_photos_that_teach_nothing_are_refused_by_name(train, write_recipe, tmp_path):
    folder = save_photos(tmp_path / "mixed", range(9))
    Image.fromarray(np.full((80, 80, 3), 90, np.uint8)).save(folder / "grey.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a photo")
    status, said = train(write_recipe(), photos=folder)
    assert status == 0
    assert "9 photos, 2 refused:" in said
    assert "grey.png: " in said
    assert "broken.jpg: " in said
    refused = read_record(tmp_path / "run")["photos"]["training"]["refused"]
    assert [line.partition(":")[0] for line in refused] == ["broken.jpg", "grey.png"]
