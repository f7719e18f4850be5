"""The networks: torch modules from lightness to raw colour codes, built by name; torch lives here."""

import importlib
from typing import Any

from colorizers.networks._base import Network

__all__ = ["Network", "build"]


def build(name: str, variant: str, **architecture: Any) -> Network:
    """The network `name` in one of its variants, with random weights.

    `architecture` holds the network's own keyword arguments, such as `width` (1.0 is the paper's size).
    Raises ValueError for an unknown variant or argument.
    """
    module = importlib.import_module(f"{__name__}.{name}")
    try:
        network: Network = module.network(variant, **architecture)
    except TypeError as error:
        raise ValueError(f"The network {name!r} cannot be built from {architecture}: {error}.") from error
    return network
