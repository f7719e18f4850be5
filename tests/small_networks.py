"""Files of weights for every method that needs them: the real networks, small and untrained."""

from pathlib import Path

import torch

from colorizers import methods, networks
from colorizers.networks.codes import BinCode
from colorizers.networks.weights import save_network
from colorizers.weights.files import WeightsFacts

# Small enough for a test; the networks themselves are those of the product.
ARCHITECTURES = {"pix2pix": {"width": 0.125, "depth": 5}, "efficientnet_lite": {"width": 0.25}}
SMALL = {"width": 0.125}


def small_weights(folder: Path, method: str, variant: str = "") -> Path:
    """The path of a file of weights for a variant of a method (the default one if not given)."""
    variant = methods.get(method).parse_variant(variant)
    architecture = ARCHITECTURES.get(method, SMALL)
    torch.manual_seed(0)
    network = networks.build(method, variant, **architecture)
    prior = None
    if isinstance(network.code, BinCode):
        # Some classes that no photo had, as in every real training.
        prior = [float(number % 7) for number in range(network.code.channels)]
        prior = [share / sum(prior) for share in prior]
        network.code.set_prior(torch.tensor(prior), 0.5)
    facts = WeightsFacts(method, variant, architecture, prior, 0.5)
    if method == "liu2022":
        from colorizers.training.export import export

        path = folder / f"{method}-{variant}.onnx"
        export(network, facts, path)
        return path
    path = folder / f"{method}-{variant}.safetensors"
    save_network(path, network, facts)
    return path
