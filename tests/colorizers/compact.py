"""Small files of weights, for tests that need a real one: random numbers in the smallest networks."""

from pathlib import Path

import torch

from colorizers.networks import build
from colorizers.networks.weights import WeightsFacts, save_network

WIDTH = 0.125


def compact_weights(folder: Path, variant: str = "class", *, seed: int = 0, name: str = "net") -> Path:
    """A .safetensors file of zhang2016 at an eighth of its width, different for each seed."""
    torch.manual_seed(seed)
    path = folder / f"{name}.safetensors"
    facts = WeightsFacts("zhang2016", variant, {"width": WIDTH})
    save_network(path, build("zhang2016", variant, width=WIDTH), facts)
    return path
