"""Networks in files: written with what they are, filled again strictly by name, or refused with a report."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from colorizers.networks import Network, build
from colorizers.networks.borrowed import load_borrowed
from colorizers.networks.codes import BinCode
from colorizers.networks.tensors import compare, listed, read_tensors
from colorizers.weights.files import KEY, WeightsFacts, WeightsRefused, check_digest, file_digest

__all__ = ["WeightsFacts", "WeightsRefused", "fill_network", "load_network", "save_network"]


def save_network(path: Path, network: Network, facts: WeightsFacts, *, half: bool = True) -> None:
    """Write the network's tensors and the facts to a .safetensors file.

    `half`: in half precision, but for tensors with values that it cannot hold. An encoder that the facts
    call borrowed is left out. Raises ValueError for values that are not finite.
    """
    left_out = _encoder_prefix(network) if facts.borrowed else ()
    tensors = {
        name: tensor.detach().contiguous().cpu()
        for name, tensor in network.state_dict().items()
        if not name.startswith(left_out)
    }
    broken = [name for name, tensor in tensors.items() if not tensor.isfinite().all()]
    if broken:
        raise ValueError(f"These weights are not finite and were not written: {listed(broken)}.")
    if half:
        tensors = {name: _halved(tensor) for name, tensor in tensors.items()}
    save_file(tensors, path, metadata={KEY: json.dumps(asdict(facts))})
    # The library makes it its owner's alone; a worker of another user must be able to read it.
    path.chmod(0o644)


def _halved(tensor: Tensor) -> Tensor:
    halved = tensor.half() if tensor.is_floating_point() else tensor
    return halved if bool(halved.isfinite().all()) else tensor


def _encoder_prefix(network: Network) -> str:
    encoder = network.encoder_part()
    if encoder is None:
        raise ValueError(f"{type(network).__name__} has no encoder that could be borrowed.")
    name: str = next(name for name, module in network.named_modules() if module is encoder)
    return f"{name}."


def _fill_borrowed(network: Network, package: str) -> str | tuple[()]:
    """Load the encoder that a package carries; gives the prefix of its names, which a file may then lack."""
    encoder = network.encoder_part()
    if not package or encoder is None:
        return ()
    load_borrowed(encoder, package)
    return _encoder_prefix(network)


def load_network(path: Path, name: str, variant: str, *, sha256: str = "") -> Network:
    """The network `name` with the weights of a file, strictly by name, ready to predict.

    Takes .safetensors, and .pth, .pt or .tar that hold tensors and nothing else. `sha256`: the file's, or
    at least its first 8 digits. Raises WeightsRefused, which reports what does not match.
    """
    check_digest(file_digest(path), path.name, sha256)
    tensors, facts = read_tensors(path)
    contradiction = facts.contradiction(name, variant)
    architecture = facts.architecture if facts.network in {"", name} else {}
    size = _described(architecture)
    try:
        network = build(name, variant, **architecture)
    except (ValueError, TypeError, RuntimeError, MemoryError, OverflowError) as error:
        raise WeightsRefused(
            f"The file {path.name} is refused: no network {name} ({variant}) can be built at {size}: {error}"
        ) from error
    problems = fill_network(network, tensors, facts)
    if contradiction or problems:
        headline = f"The file {path.name} does not hold the weights of {name} ({variant}) at {size}."
        raise WeightsRefused("\n".join(filter(None, [contradiction, headline, *problems, _age(facts, name)])))
    if isinstance(network.code, BinCode):
        network.code.trained_at = facts.trained_at
        if facts.prior is not None:
            network.code.set_prior(torch.tensor(facts.prior), facts.trained_at)
    return network.eval()


def fill_network(network: Network, tensors: Mapping[str, Tensor], facts: WeightsFacts) -> list[str]:
    """Load a file's tensors, strictly by name, and the encoder that its facts call borrowed.

    Gives what kept them from being loaded, in sentences; empty if they were. Raises WeightsRefused for a
    package that is not known or not there.
    """
    left_out = _fill_borrowed(network, facts.borrowed)
    wanted = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith(left_out)}
    problems, complete = compare(wanted, tensors)
    if isinstance(network.code, BinCode) and facts.prior and len(facts.prior) != network.code.channels:
        problems.append(
            f"Its prior has {len(facts.prior)} entries; there are {network.code.channels} classes."
        )
    if not problems:
        problems.extend(network.faults_of(complete))
    if not problems:
        network.load_state_dict(network.state_dict() | complete, strict=True)
    return problems


def _age(facts: WeightsFacts, name: str) -> str:
    """What a network whose shape has changed since looks like: a whole file that does not fit any more."""
    code = facts.training.get("code")
    if facts.network != name or not isinstance(code, str) or not code:
        return ""
    return (
        f"They were trained with the code at {code[:50]}. If the network has been changed since, train them "
        "anew: the recipe is in the file."
    )


def _described(architecture: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in ({"width": 1.0} | dict(architecture)).items())
