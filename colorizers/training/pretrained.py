"""Pretrained encoders: from a file, or from an installed package that carries one; checked by SHA-256."""

from pathlib import Path

from colorizers.networks import Network
from colorizers.networks.borrowed import load_borrowed
from colorizers.networks.official import load_encoder
from colorizers.networks.weights import WeightsRefused
from colorizers.training.recipe import Pretrained


def load_pretrained(network: Network, pretrained: Pretrained) -> None:
    """Put pretrained weights into the network's encoder, strictly by name.

    Raises WeightsRefused if they cannot be found, are not the named ones or do not fit.
    """
    if not (pretrained.file or pretrained.package):
        return
    encoder = network.encoder_part()
    if encoder is None:
        raise WeightsRefused("The recipe names pretrained weights, but this network has no encoder for them.")
    if pretrained.package:
        load_borrowed(encoder, pretrained.package, sha256=pretrained.sha256)
        return
    path = Path(pretrained.file)
    if not path.is_file():
        raise WeightsRefused(
            f"The recipe begins with the pretrained weights {path}, and there is no such file. Fetch it from "
            "those who published it and put it there, or name its place in the recipe (pretrained.file)."
        )
    load_encoder(encoder, path, sha256=pretrained.sha256)
