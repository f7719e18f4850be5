"""Weights in files: written with what they are, read back by name and in full, or refused with a report."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from colorizers.networks import Network, build
from colorizers.networks.codes import BinCode

KEY = "foolrate"


class WeightsRefused(ValueError):
    """A file is not the weights that were asked for; the message reports what does not match."""


@dataclass(frozen=True)
class WeightsFacts:
    """What a file of weights says of itself; a foreign file says nothing and is the paper's own size."""

    network: str = ""
    variant: str = ""
    architecture: Mapping[str, Any] = field(default_factory=dict)
    prior: list[float] | None = None
    trained_at: float = 0.5
    training: Mapping[str, Any] = field(default_factory=dict)


def save_network(path: Path, network: Network, facts: WeightsFacts, *, half: bool = True) -> None:
    """Write the network's tensors, in half precision if `half`, and the facts to a .safetensors file."""
    tensors = {
        name: (tensor.half() if half and tensor.is_floating_point() else tensor).contiguous().cpu()
        for name, tensor in network.state_dict().items()
    }
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata={KEY: json.dumps(asdict(facts))})
    partial.replace(path)


def load_network(path: Path, name: str, variant: str) -> Network:
    """The network `name` with the weights of a file, strictly by name; WeightsRefused otherwise."""
    with safe_open(path, framework="pt") as file:
        facts = WeightsFacts(**json.loads((file.metadata() or {}).get(KEY, "{}")))
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dict
    network = build(name, variant, **facts.architecture)
    network.load_state_dict(tensors, strict=True)
    if isinstance(network.code, BinCode) and facts.prior is not None:
        network.code.set_prior(torch.tensor(facts.prior), facts.trained_at)
    return network.eval()
