"""Published files are known by their digest; a published classifier begins an encoder, or none of it does."""

import hashlib

import pytest
import torch
from torch import nn

from colorizers.networks.official import load_encoder, official_file
from colorizers.networks.weights import WeightsRefused
from colorizers.weights.files import claimed_digest


@pytest.mark.parametrize(
    ("digits", "name"),
    [
        ("9b330a0b", "colorization_release_v2-9b330a0b.pth"),
        ("DF00044C" + "0" * 56, "siggraph17-df00044c.pth"),
        ("0676ba61", "resnet50-0676ba61.pth"),
        ("11ad3fa6", "resnet50-11ad3fa6.pth"),
        ("397923af", "vgg16-397923af.pth"),
    ],
)
def test_official_files_are_known_by_their_digest(digits, name):
    known = official_file(digits)
    assert known.name == name
    assert known.name.startswith(name.split("-")[0])
    assert claimed_digest(known.name) == known.digest


def test_other_digests_are_nobodys():
    assert official_file("0" * 64) is None
    assert official_file("9b3") is None
    assert official_file("") is None


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(4)


@pytest.fixture
def classifier(tmp_path):
    def write(**changes):
        tensors = (
            Encoder().state_dict() | {"fc.weight": torch.zeros(10, 4), "fc.bias": torch.zeros(10)} | changes
        )
        tensors.pop("bn1.num_batches_tracked")
        file = tmp_path / "classifier.pth"
        torch.save({name: tensor for name, tensor in tensors.items() if tensor is not None}, file)
        return file

    return write


def test_a_classifier_begins_an_encoder_and_leaves_its_head_over(classifier):
    encoder, file = Encoder(), classifier()
    digest = load_encoder(encoder, file)
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert torch.equal(encoder.conv1.weight, torch.load(file)["conv1.weight"])


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"conv1.weight": None}, "1 of 6 tensors is missing: conv1.weight"),
        ({"layer5.weight": torch.zeros(1)}, "is unexpected: layer5.weight"),
        ({"conv1.weight": torch.zeros(4, 1, 3, 3)}, "(4, 1, 3, 3) instead of (4, 3, 3, 3)"),
    ],
)
def test_an_encoder_takes_no_part_of_another_classifier(classifier, changes, complaint):
    encoder = Encoder()
    before = encoder.conv1.weight.clone()
    with pytest.raises(WeightsRefused, match="does not fit the encoder") as refused:
        load_encoder(encoder, classifier(**changes))
    assert complaint in str(refused.value)
    assert torch.equal(encoder.conv1.weight, before)


def test_an_encoder_with_the_wrong_digest_is_refused(classifier):
    with pytest.raises(WeightsRefused, match="not the expected one"):
        load_encoder(Encoder(), classifier(), sha256="0676ba61")
